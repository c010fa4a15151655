package cdc

import (
	"encoding/binary"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// The messages of pgoutput, protocol version 1 (PostgreSQL documentation, 55.9).
const (
	msgBegin       = 'B'
	msgCommit      = 'C'
	msgOrigin      = 'O'
	msgRelation    = 'R'
	msgType        = 'Y'
	msgInsert      = 'I'
	msgUpdate      = 'U'
	msgDelete      = 'D'
	msgTruncate    = 'T'
	msgMessage     = 'M'
	msgStreamAbort = 'A'
)

// begin opens a transaction.
type begin struct {
	final  change.LSN // of the commit record; the same each time it is sent
	commit time.Time
	xid    uint32
}

// logical is a message written by pg_logical_emit_message.
type logical struct {
	prefix  []byte
	content []byte
}

// slab gives out slices of row values.
type slab interface {
	row(columns int) []change.Value
}

// decoder turns messages into relations and row changes. Values point into the
// message.
type decoder struct {
	relations map[uint32]*change.Relation
}

func newDecoder() *decoder { return &decoder{relations: map[uint32]*change.Relation{}} }

// epoch is where PostgreSQL counts time from.
var epoch = time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC)

// pgTime converts microseconds since 2000. Going through seconds keeps it
// right beyond the 292 years that a Duration spans.
func pgTime(micros int64) time.Time {
	return time.Unix(epoch.Unix()+micros/1e6, micros%1e6*1000).UTC()
}

func decodeBegin(m []byte) (begin, error) {
	r := reader{buf: m, what: "Begin"}
	b := begin{final: r.lsn(), commit: pgTime(int64(r.uint64())), xid: r.uint32()}
	return b, r.end()
}

// decodeCommit returns the end-LSN of the transaction: the only position that
// may be confirmed for it.
func decodeCommit(m []byte) (commit, end change.LSN, err error) {
	r := reader{buf: m, what: "Commit"}
	r.byte() // flags, unused
	commit, end = r.lsn(), r.lsn()
	r.uint64() // commit time, known from Begin
	return commit, end, r.end()
}

func decodeMessage(m []byte) (logical, error) {
	r := reader{buf: m, what: "Message"}
	r.byte() // 1: transactional
	r.lsn()
	l := logical{prefix: r.cstring()}
	l.content = r.bytes(int(r.uint32()))
	return l, r.end()
}

func (d *decoder) insert(m []byte, s slab) (change.Change, error) {
	r := reader{buf: m, what: "Insert"}
	rel, err := d.relation(&r)
	if err != nil {
		return change.Change{}, err
	}
	r.expect('N')
	c := change.Change{Kind: change.Insert, Relation: rel, New: r.tuple(rel, s)}
	return c, r.end()
}

func (d *decoder) update(m []byte, s slab) (change.Change, error) {
	r := reader{buf: m, what: "Update"}
	rel, err := d.relation(&r)
	if err != nil {
		return change.Change{}, err
	}
	c := change.Change{Kind: change.Update, Relation: rel}
	// The old row comes when the replica identity changed (K) or is FULL (O).
	if next := r.peek(); next == 'K' || next == 'O' {
		r.byte()
		c.Old = r.tuple(rel, s)
	}
	r.expect('N')
	c.New = r.tuple(rel, s)
	return c, r.end()
}

func (d *decoder) delete(m []byte, s slab) (change.Change, error) {
	r := reader{buf: m, what: "Delete"}
	rel, err := d.relation(&r)
	if err != nil {
		return change.Change{}, err
	}
	if next := r.byte(); next != 'K' && next != 'O' {
		r.fail("%q where the old row should begin", next)
	}
	c := change.Change{Kind: change.Delete, Relation: rel, Old: r.tuple(rel, s)}
	return c, r.end()
}

// truncate yields one change per table.
func (d *decoder) truncate(m []byte, yield func(change.Change)) error {
	r := reader{buf: m, what: "Truncate"}
	n := r.uint32()
	r.byte() // CASCADE and RESTART IDENTITY: the tables are listed all the same
	if int64(n)*4 != int64(len(r.buf)) {
		r.fail("%d tables in %d bytes", n, len(r.buf))
	}
	for range n {
		if r.err != nil {
			break
		}
		rel, err := d.relation(&r)
		if err != nil {
			return err
		}
		yield(change.Change{Kind: change.Truncate, Relation: rel})
	}
	return r.end()
}

// relation looks up the table that a message is about.
func (d *decoder) relation(r *reader) (*change.Relation, error) {
	id := r.uint32()
	if r.err != nil {
		return nil, r.err
	}
	rel := d.relations[id]
	if rel == nil {
		return nil, protocolErrorf("%s for relation %d, which was not described", r.what, id)
	}
	return rel, nil
}

// describe takes up a table's description. The relation stays the same object
// unless something in it differs.
func (d *decoder) describe(m []byte) error {
	r := reader{buf: m, what: "Relation"}
	rel := &change.Relation{ID: r.uint32(), Schema: string(r.cstring()), Name: string(r.cstring())}
	if rel.Schema == "" {
		rel.Schema = "pg_catalog"
	}
	r.byte() // replica identity setting; its columns are flagged
	n := int(r.uint16())
	for range n {
		if r.err != nil {
			break
		}
		col := change.Column{Key: r.byte()&1 != 0, Name: string(r.cstring()), Type: r.uint32()}
		r.uint32() // type modifier: the text of a value does not depend on it
		rel.Columns = append(rel.Columns, col)
	}
	if err := r.end(); err != nil {
		return err
	}
	if old := d.relations[rel.ID]; old == nil || !sameRelation(old, rel) {
		d.relations[rel.ID] = rel
	}
	return nil
}

func sameRelation(a, b *change.Relation) bool {
	if a.Schema != b.Schema || a.Name != b.Name || len(a.Columns) != len(b.Columns) {
		return false
	}
	for i := range a.Columns {
		if a.Columns[i] != b.Columns[i] {
			return false
		}
	}
	return true
}

// tuple reads a row image in the order of the relation's columns.
func (r *reader) tuple(rel *change.Relation, s slab) []change.Value {
	n := int(r.uint16())
	if r.err != nil {
		return nil
	}
	if n != len(rel.Columns) {
		r.fail("%d values for table %s, which has %d columns", n, rel.Name, len(rel.Columns))
		return nil
	}
	row := s.row(n)
	buf, p := r.buf, 0
	for i := range row {
		if p >= len(buf) {
			r.fail("it ends within a row of table %s", rel.Name)
			return nil
		}
		v, kind := &row[i], buf[p]
		p++
		switch kind {
		case 't':
			if len(buf)-p < 4 {
				r.fail("it ends within a row of table %s", rel.Name)
				return nil
			}
			size := int(binary.BigEndian.Uint32(buf[p:]))
			p += 4
			if size < 0 || size > len(buf)-p {
				r.fail("a value of %d bytes where %d are left in a row of table %s", size, len(buf)-p, rel.Name)
				return nil
			}
			v.State, v.Text = change.Text, buf[p:p+size:p+size]
			p += size
		case 'n':
			v.State, v.Text = change.Null, nil
		case 'u':
			v.State, v.Text = change.Unchanged, nil
		default:
			r.fail("a value of kind %q in a row of table %s", kind, rel.Name)
			return nil
		}
	}
	r.buf = buf[p:]
	return row
}
