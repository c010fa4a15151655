package lane

import (
	"context"
	"fmt"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// Reservations knows what channels have sold and Odoo does not count yet:
// orders that were accepted and are not confirmed. What is held is taken off
// every promise. A change of it is no change of Odoo's, so whoever holds or lets go
// has the router tell of the level again: consumers go by revisions, and
// those are the router's to count.
type Reservations interface {
	// Held is how much of the product is held in the warehouse, as a decimal
	// number; "" and "0" are nothing. It is called on the lane's hot path.
	Held(product, warehouse int64) string
}

const entityStockLevel = "stock_level"

// The names of a stock level's fields.
const (
	fieldAvailable = "available"
	fieldSafe      = "safe"
	fieldForecast  = "forecast"
)

// exact computes without rounding: quantities have far fewer digits than this.
var exact = apd.Context{Precision: 200, MaxExponent: apd.MaxExponent, MinExponent: apd.MinExponent}

// promise is what a lane says is available of a product, in place of Odoo's
// free quantity. It looks at the journal and the documents for the lane, so that all
// that a lane does (filter, suppress, conflate, hurry) goes by what is promised.
type promise struct {
	of            string // the field that it begins with
	buffer, floor apd.Decimal
	held          Reservations
}

// newPromise returns nil for a lane that shows levels as Odoo has them.
func newPromise(s Spec, o *Options) (*promise, error) {
	if s.Promise == "" {
		return nil, nil
	}
	of, known := map[string]string{"free": fieldAvailable, "safe": fieldSafe, "forecast": fieldForecast}[s.Promise]
	if !known {
		return nil, fmt.Errorf("promise %q is none of free, safe and forecast", s.Promise)
	}
	p := &promise{of: of, held: o.Reservations}
	for _, n := range []struct {
		to         *apd.Decimal
		name, text string
	}{{&p.buffer, "buffer", s.Buffer}, {&p.floor, "floor", s.Floor}} {
		if n.text == "" {
			continue
		}
		if _, _, err := n.to.SetString(n.text); err != nil || n.to.Form != apd.Finite {
			return nil, fmt.Errorf("%s %q is no number", n.name, n.text)
		}
	}
	return p, nil
}

// promised is the lanes' options with a journal and documents as the lane promises.
func (p *promise) promised(o *Options) *Options {
	own := *o
	own.Journal, own.Documents = promisedJournal{o.Journal, p}, promisedDocuments{o.Documents, p}
	return &own
}

type promisedJournal struct {
	Journal
	promise *promise
}

// Read shows the journal as the lane promises.
func (j promisedJournal) Read(ctx context.Context, after int64, limit int, yield func(*store.Event) bool) error {
	return j.Journal.Read(ctx, after, limit, func(e *store.Event) bool {
		if e.Entity != entityStockLevel {
			return yield(e)
		}
		shown := j.promise.event(e)
		return yield(&shown)
	})
}

type promisedDocuments struct {
	stored  Documents
	promise *promise
}

// Documents shows the documents as the lane promises.
func (d promisedDocuments) Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error {
	if entity != entityStockLevel {
		return d.stored.Documents(ctx, entity, after, limit, yield)
	}
	return d.stored.Documents(ctx, entity, after, limit, func(doc store.Document) bool {
		if len(doc.Body) > 0 {
			doc.Body = withField(doc.Body, fieldAvailable, quoted(d.promise.value(doc.Key, doc.Body, nil, nil)))
		}
		return yield(doc)
	})
}

// event is a level's event as the lane promises: available is what is promised,
// changed if that has, and out and back are its crossings of zero.
func (p *promise) event(e *store.Event) store.Event {
	shown := *e
	now, before := p.value(e.Key, e.Body, nil, nil), p.value(e.Key, e.Body, e.Changed, e.Before)
	shown.Body = withField(e.Body, fieldAvailable, quoted(now))
	shown.Changed = slices.DeleteFunc(slices.Clone(e.Changed), func(name string) bool { return name == fieldAvailable })
	shown.Before = withField(e.Before, fieldAvailable, nil)
	if now.Cmp(&before) != 0 {
		shown.Changed = append(shown.Changed, fieldAvailable)
		if e.Before != nil {
			shown.Before = withField(e.Before, fieldAvailable, quoted(before))
		}
	}
	shown.What = p.what(e, before.Sign(), now.Sign())
	return shown
}

// what names the event anew. Of a commit's two events, out or back and
// negative, the first one tells of the promise; where there is only negative, a
// crossing of zero, for which a channel must hurry, comes before it.
func (p *promise) what(e *store.Event, before, now int) string {
	crossing := ""
	switch {
	case before > 0 && now <= 0:
		crossing = whatOut
	case before <= 0 && now > 0:
		crossing = whatBack
	}
	switch e.What {
	case whatOut, whatBack, whatChanged:
		if crossing != "" {
			return crossing
		}
		return whatChanged
	case whatNegative:
		if crossing != "" && !crossed(e) {
			return crossing
		}
	}
	return e.What
}

const (
	whatOut      = "out"
	whatBack     = "back"
	whatNegative = "negative"
)

// crossed reports whether Odoo's own free quantity crossed zero: then another
// event of the commit says so.
func crossed(e *store.Event) bool {
	was, is := quantityBefore(e.Body, e.Changed, e.Before, fieldAvailable), quantity(schema.Field(e.Body, fieldAvailable))
	return (was.Sign() > 0) != (is.Sign() > 0)
}

// value is what is promised of a level, or, given what has changed, what was.
func (p *promise) value(key store.Key, body []byte, changed []string, before []byte) apd.Decimal {
	value := quantityBefore(body, changed, before, p.of)
	p.less(&value, &p.buffer)
	if p.held != nil {
		held := quantity([]byte(p.held.Held(key[0], key[1])))
		p.less(&value, &held)
	}
	if value.Cmp(&p.floor) < 0 {
		value.Set(&p.floor)
	}
	return value
}

func (p *promise) less(value, by *apd.Decimal) {
	exact.Sub(value, value, by) //nolint:errcheck // exact and finite: nothing can go wrong
}

// quantityBefore is the field before the change; what was not there counts as zero.
func quantityBefore(body []byte, changed []string, before []byte, name string) apd.Decimal {
	if slices.Contains(changed, name) {
		return quantity(schema.Field(before, name))
	}
	return quantity(schema.Field(body, name))
}

// quantity reads a quantity as documents write it; what is none is zero.
func quantity(raw []byte) (d apd.Decimal) {
	if n := len(raw); n > 1 && raw[0] == '"' {
		raw = raw[1 : n-1]
	}
	if _, _, err := d.SetString(string(raw)); err != nil || d.Form != apd.Finite {
		return apd.Decimal{}
	}
	return d
}

// quoted writes a quantity as documents do.
func quoted(d apd.Decimal) []byte {
	var reduced apd.Decimal
	reduced.Reduce(&d)
	if reduced.IsZero() {
		return []byte(`"0"`)
	}
	return append(reduced.Append([]byte{'"'}, 'f'), '"')
}

// withField is the object with the field's value replaced; nil takes the field
// out, and a field that is not there is added at the end.
func withField(object []byte, name string, value []byte) []byte {
	if object == nil || object[0] != '{' {
		return object
	}
	out := make([]byte, 0, len(object)+len(value)+16)
	out = append(out, '{')
	put := func(name, value []byte) {
		if len(out) > 1 {
			out = append(out, ',')
		}
		out = append(schema.AppendString(out, string(name)), ':')
		out = append(out, value...)
	}
	done := value == nil
	for s := schema.Scan(object); s.Next(); {
		switch {
		case string(s.Name) != name:
			put(s.Name, s.Value)
		case value != nil:
			put(s.Name, value)
			done = true
		}
	}
	if !done {
		put([]byte(name), value)
	}
	if len(out) == 1 && value == nil {
		return nil
	}
	return append(out, '}')
}
