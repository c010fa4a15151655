package cdc

import (
	"encoding/binary"
	"errors"
	"testing"
)

// FuzzAssembler feeds a stream of messages, each with its length before it.
// Whatever comes, it is decoded or refused as a breach of the protocol; what
// was put together obeys the rules of pieces.
func FuzzAssembler(f *testing.F) {
	all := []string{literalBegin, literalRelation, literalOrigin, literalType, literalInsert, literalUpdate, literalUpdateK, literalUpdateO,
		literalDelete, literalTruncate, literalMessage, literalCommit, literalAbort}
	var stream []byte
	for _, m := range all {
		f.Add(framed(nil, m))
		stream = framed(stream, m)
	}
	f.Add(stream)
	f.Fuzz(func(t *testing.T, data []byte) {
		a := newTestAssembler()
		for len(data) >= 2 {
			n := min(int(binary.BigEndian.Uint16(data)), len(data)-2)
			m := data[2 : 2+n : 2+n]
			data = data[2+n:]
			if err := a.message(m); err != nil {
				var protocol *ProtocolError
				if !errors.As(err, &protocol) {
					t.Fatalf("%q: %v", m, err)
				}
				break
			}
		}
		a.lost()
		checkPieces(t, a)
	})
}

func framed(dst []byte, m string) []byte {
	return append(binary.BigEndian.AppendUint16(dst, uint16(len(m))), m...)
}

func checkPieces(t *testing.T, a *assembler) {
	for _, p := range a.batch.pieces {
		if p.Last != (p.End != 0) {
			t.Fatalf("last %v, end %s", p.Last, p.End)
		}
		for _, c := range p.Changes {
			columns := len(c.Relation.Columns)
			if n := len(c.Old); n != 0 && n != columns {
				t.Fatalf("%d old values for %d columns", n, columns)
			}
			if n := len(c.New); n != 0 && n != columns {
				t.Fatalf("%d new values for %d columns", n, columns)
			}
		}
	}
}
