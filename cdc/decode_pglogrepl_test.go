package cdc

import (
	"encoding/binary"
	"errors"
	"testing"

	"github.com/jackc/pglogrepl"
	"pgregory.net/rapid"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Our decoder and pglogrepl's read the same from any message.
func TestDecoderAgreesWithPglogrepl(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		columns := rapid.IntRange(1, 8).Draw(t, "columns")
		kind := rapid.SampledFrom([]byte("IUVOD")).Draw(t, "kind")
		a := newTestAssembler()
		if err := a.message(drawRelation(t, columns)); err != nil {
			t.Fatal(err)
		}
		m, values := drawChange(t, kind, columns)
		theirs, err := pglogrepl.Parse(m)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(a.message([]byte(literalBegin)), a.message(m)); err != nil {
			t.Fatal(err)
		}
		ours := a.batch.changes[0]
		var old, new *pglogrepl.TupleData
		switch v := theirs.(type) {
		case *pglogrepl.InsertMessage:
			new = v.Tuple
		case *pglogrepl.UpdateMessage:
			old, new = v.OldTuple, v.NewTuple
		case *pglogrepl.DeleteMessage:
			old = v.OldTuple
		}
		sameTuple(t, old, ours.Old)
		sameTuple(t, new, ours.New)
		if got := len(ours.Old) + len(ours.New); got != values {
			t.Fatalf("%d values, sent were %d", got, values)
		}
	})
}

func drawRelation(t *rapid.T, columns int) []byte {
	m := []byte("R\x00\x00\x40\x01public\x00item\x00d")
	m = binary.BigEndian.AppendUint16(m, uint16(columns))
	for range columns {
		m = append(m, byte(rapid.IntRange(0, 1).Draw(t, "key")))
		m = append(append(m, rapid.StringMatching(`[a-z_]{1,20}`).Draw(t, "name")...), 0)
		m = binary.BigEndian.AppendUint32(m, rapid.Uint32().Draw(t, "type"))
		m = binary.BigEndian.AppendUint32(m, rapid.Uint32().Draw(t, "modifier"))
	}
	return m
}

// drawChange makes an insert (I), update (U), update with old key (V) or row (O), or delete (D).
func drawChange(t *rapid.T, kind byte, columns int) (message []byte, values int) {
	head := "\x00\x00\x40\x01"
	switch kind {
	case 'I':
		return drawTuple(t, append([]byte("I"+head), 'N'), columns), columns
	case 'U':
		return drawTuple(t, append([]byte("U"+head), 'N'), columns), columns
	case 'V':
		m := drawTuple(t, append([]byte("U"+head), 'K'), columns)
		return drawTuple(t, append(m, 'N'), columns), 2 * columns
	case 'O':
		m := drawTuple(t, append([]byte("U"+head), 'O'), columns)
		return drawTuple(t, append(m, 'N'), columns), 2 * columns
	}
	return drawTuple(t, append([]byte("D"+head), 'K'), columns), columns
}

func drawTuple(t *rapid.T, m []byte, columns int) []byte {
	m = binary.BigEndian.AppendUint16(m, uint16(columns))
	for range columns {
		kind := rapid.SampledFrom([]byte("tttnu")).Draw(t, "state")
		m = append(m, kind)
		if kind == 't' {
			v := rapid.SliceOfN(rapid.Byte(), 0, 40).Draw(t, "value")
			m = append(binary.BigEndian.AppendUint32(m, uint32(len(v))), v...)
		}
	}
	return m
}

func sameTuple(t *rapid.T, theirs *pglogrepl.TupleData, ours []change.Value) {
	if theirs == nil {
		if len(ours) != 0 {
			t.Fatalf("%d values where there is no row", len(ours))
		}
		return
	}
	if len(theirs.Columns) != len(ours) {
		t.Fatalf("%d values, want %d", len(ours), len(theirs.Columns))
	}
	states := map[uint8]change.State{'n': change.Null, 'u': change.Unchanged, 't': change.Text}
	for i, c := range theirs.Columns {
		if ours[i].State != states[c.DataType] || string(ours[i].Text) != string(c.Data) {
			t.Fatalf("value %d is %v, want %q %q", i, ours[i], c.DataType, c.Data)
		}
	}
}
