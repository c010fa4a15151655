package commands

import (
	"encoding/binary"
	"errors"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// packVersion is the first byte of a settlement that is packed.
const packVersion = 1

// errPacked is a settlement that this program has not packed.
var errPacked = errors.New("it is not written as this program writes it")

// packed is a settlement as bytes, as few as there can be without more work: it is to fit on a page.
func packed(s *store.Settlement) []byte {
	p := &pack{bytes: make([]byte, 1, 1024)}
	p.bytes[0] = packVersion
	p.settlement(s)
	return p.bytes
}

// unpacked is what was packed.
func unpacked(b []byte) (*store.Settlement, error) {
	if len(b) == 0 || b[0] != packVersion {
		return nil, errPacked
	}
	s := &store.Settlement{}
	p := &pack{bytes: b[1:], reads: true}
	p.settlement(s)
	if p.failed || len(p.bytes) > 0 {
		return nil, errPacked
	}
	return s, nil
}

// pack appends values to its bytes, or takes them from there: what is written and what is read cannot differ in their order.
type pack struct {
	bytes  []byte
	reads  bool
	failed bool
}

func (p *pack) settlement(s *store.Settlement) {
	p.number(&s.Seq)
	p.text((*string)(&s.State))
	p.moment(&s.Taken)
	p.moment(&s.Now)
	p.moment(&s.Due)
	each(p, &s.WaitsFor, (*pack).text)
	p.moment(&s.Begun)
	p.text(&s.Code)
	p.blob(&s.Outcome)
	p.text(&s.Error)
	p.text(&s.Class)
	p.flag(&s.Interrupted)
	p.record(&s.Odoo)
	p.text(&s.Provided)
	each(p, &s.Bindings, (*pack).binding)
	each(p, &s.Results, (*pack).result)
	each(p, &s.Audit, (*pack).entry)
}

func (p *pack) record(r *store.OdooRecord) {
	p.text(&r.Model)
	p.number(&r.ID)
	p.text(&r.Name)
}

func (p *pack) binding(b *store.Binding) {
	p.text(&b.ExternalID)
	p.text(&b.Model)
	p.number(&b.Record)
}

func (p *pack) result(r *store.Result) {
	p.number(&r.Number)
	p.number(&r.Command)
	for _, text := range []*string{&r.ID, &r.RoutingKey, &r.ReplyTo, &r.CorrelationID} {
		p.text(text)
	}
	p.blob(&r.Body)
	p.flag(&r.Sent)
}

func (p *pack) entry(e *store.AuditEntry) {
	p.number(&e.Number)
	p.moment(&e.Time)
	for _, text := range []*string{&e.Actor, &e.Action, &e.Channel, &e.ID, &e.Name, &e.Subject, &e.Code} {
		p.text(text)
	}
	p.record(&e.Odoo)
	p.text(&e.Reason)
}

// each packs how many values there are, and each of them.
func each[T any](p *pack, list *[]T, one func(*pack, *T)) {
	n := int64(len(*list))
	p.number(&n)
	if p.reads && n > 0 && !p.failed {
		if n > int64(len(p.bytes)) { // each is a byte at least
			p.failed = true
			return
		}
		*list = make([]T, n)
	}
	for i := range *list {
		one(p, &(*list)[i])
	}
}

func (p *pack) number(n *int64) {
	if !p.reads {
		p.bytes = binary.AppendVarint(p.bytes, *n)
		return
	}
	value, size := binary.Varint(p.bytes)
	if size <= 0 {
		p.failed = true
		return
	}
	*n, p.bytes = value, p.bytes[size:]
}

func (p *pack) text(s *string) {
	if !p.reads {
		p.bytes = append(binary.AppendUvarint(p.bytes, uint64(len(*s))), *s...)
		return
	}
	*s = string(p.taken())
}

// blob tells nil from what is empty, as the ledger does.
func (p *pack) blob(b *[]byte) {
	there := *b != nil
	p.flag(&there)
	if !there {
		return
	}
	if !p.reads {
		p.bytes = append(binary.AppendUvarint(p.bytes, uint64(len(*b))), *b...)
		return
	}
	*b = append([]byte{}, p.taken()...)
}

// taken are bytes behind their number.
func (p *pack) taken() []byte {
	n, size := binary.Uvarint(p.bytes)
	if size <= 0 || n > uint64(len(p.bytes)-size) {
		p.failed = true
		return nil
	}
	b := p.bytes[size : size+int(n)] //nolint:gosec // no more than there are
	p.bytes = p.bytes[size+int(n):]
	return b
}

func (p *pack) flag(b *bool) {
	n := int64(0)
	if *b {
		n = 1
	}
	p.number(&n)
	if p.reads {
		*b = n != 0
	}
}

// moment has the precision of the tables.
func (p *pack) moment(t *time.Time) {
	n := micros(*t)
	p.number(&n)
	if p.reads {
		*t = moment(n)
	}
}
