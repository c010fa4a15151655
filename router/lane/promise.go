package lane

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

const entityStockLevel = "stock_level"

// The names of a stock level's fields.
const (
	fieldAvailable = "available"
	fieldSafe      = "safe"
	fieldForecast  = "forecast"
	fieldInFlight  = "in_flight"
)

// promise is what a lane says is available of a product, in place of Odoo's
// free quantity. It looks at the journal and the documents for the lane, so that all
// that a lane does (filter, suppress, conflate, hurry) goes by what is promised. A lane that promises nothing
// has one too, which hides what channels have in flight.
type promise struct {
	of            string // the field that it begins with; "": levels are shown as Odoo has them
	buffer, floor apd.Decimal
	bounded       bool   // floor counts
	inFlight      bool   // what is in flight is taken off
	channel       string // of that channel; "": of all
}

// newPromise returns nil for the firehose, which shows everything.
func newPromise(s Spec) (*promise, error) {
	if s.Firehose {
		return nil, nil
	}
	of, known := map[string]string{"": "", "free": fieldAvailable, "safe": fieldSafe, "forecast": fieldForecast}[s.Promise]
	if !known {
		return nil, fmt.Errorf("promise %q is none of free, safe and forecast", s.Promise)
	}
	p := &promise{of: of, bounded: of != ""}
	switch s.InFlight {
	case "", "none":
	case "own":
		p.inFlight, p.channel = true, s.Channel
	case "all":
		p.inFlight = true
	default:
		return nil, fmt.Errorf("inflight %q is none of none, own and all", s.InFlight)
	}
	if p.inFlight && of == "" {
		p.of = fieldAvailable
	}
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
		if e.Entity != entityStockLevel || j.promise.of == "" && !mayTellInFlight(e) {
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
			doc.Body = d.promise.body(doc.Body)
		}
		return yield(doc)
	})
}

// body is a level's document as the lane promises.
func (p *promise) body(body []byte) []byte {
	shown := hide(body)
	if p.of == "" {
		return shown
	}
	return withField(shown, fieldAvailable, quoted(p.value(body, nil, nil)))
}

// event is a level's event as the lane promises: available is what is promised,
// changed if that has, and out and back are its crossings of zero.
func (p *promise) event(e *store.Event) store.Event {
	shown := *e
	shown.Body, shown.Before = hide(e.Body), hide(e.Before)
	if p.of != "" {
		p.retell(e, &shown)
	}
	if i := slices.Index(shown.Changed, fieldInFlight); i >= 0 && len(shown.Changed) > 1 {
		shown.Changed = slices.Delete(slices.Clone(shown.Changed), i, i+1)
	} // alone it stays, to tell the event from one that may be about anything; filters do not see it
	return shown
}

// retell writes into the event what is promised.
func (p *promise) retell(e, shown *store.Event) {
	now, before := p.value(e.Body, nil, nil), p.value(e.Body, e.Changed, e.Before)
	shown.Body = withField(shown.Body, fieldAvailable, quoted(now))
	shown.Changed = slices.DeleteFunc(slices.Clone(e.Changed), func(name string) bool { return name == fieldAvailable })
	shown.Before = withField(shown.Before, fieldAvailable, nil)
	if now.Cmp(&before) != 0 {
		shown.Changed = append(shown.Changed, fieldAvailable)
		if e.Before != nil || slices.Contains(e.Changed, fieldInFlight) { // else the first that is told of the level
			if shown.Before == nil {
				shown.Before = []byte("{}")
			}
			shown.Before = withField(shown.Before, fieldAvailable, quoted(before))
		}
	}
	shown.What = p.what(e, before.Sign(), now.Sign())
}

// mayTellInFlight finds out quickly, for a hundred lanes ask, that an event says nothing of
// what is in flight, as most do: nothing else of a level is an object.
func mayTellInFlight(e *store.Event) bool {
	return holdsObject(e.Body) || holdsObject(e.Before) || slices.Contains(e.Changed, fieldInFlight)
}

func holdsObject(object []byte) bool { return len(object) > 1 && bytes.IndexByte(object[1:], '{') >= 0 }

// hide takes out what is in flight: how much a channel sells is no other's business.
func hide(object []byte) []byte {
	if !bytes.Contains(object, []byte(`"in_flight":`)) {
		return object
	}
	return withField(object, fieldInFlight, nil)
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
func (p *promise) value(body []byte, changed []string, before []byte) apd.Decimal {
	value := quantityBefore(body, changed, before, p.of)
	p.less(&value, &p.buffer)
	if p.inFlight {
		if slices.Contains(changed, fieldInFlight) {
			body = before
		}
		p.lessInFlight(&value, schema.Field(body, fieldInFlight))
	}
	if p.bounded && value.Cmp(&p.floor) < 0 {
		value.Set(&p.floor)
	}
	return value
}

// lessInFlight takes off what channels have in flight, by channel.
func (p *promise) lessInFlight(value *apd.Decimal, held []byte) {
	for s := schema.Scan(held); s.Next(); {
		if p.channel == "" || p.channel == string(s.Name) {
			sold := quantity(s.Value)
			p.less(value, &sold)
		}
	}
}

func (p *promise) less(value, by *apd.Decimal) {
	exact.Sub(value, value, by) //nolint:errcheck // exact and finite: nothing can go wrong
}
