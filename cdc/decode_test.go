package cdc

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/change"
)

// The literal bytes of one message of each kind, as PostgreSQL's documentation
// describes them (55.9 Logical Replication Message Formats).
const (
	literalBegin    = "B\x00\x00\x00\x00\x01\xa2\xb3\xc8\x00\x02\xea\x11\x0b\x4c\xcd\x40\x00\x01\x64\x42"
	literalCommit   = "C\x00\x00\x00\x00\x00\x01\xa2\xb3\xc8\x00\x00\x00\x00\x01\xa2\xb4\x00\x00\x02\xea\x11\x0b\x4c\xcd\x40"
	literalRelation = "R\x00\x00\x40\x01public\x00item\x00d\x00\x02\x01id\x00\x00\x00\x00\x14\xff\xff\xff\xff\x00v\x00\x00\x00\x00\x19\xff\xff\xff\xff"
	literalInsert   = "I\x00\x00\x40\x01N\x00\x02t\x00\x00\x00\x011n"
	literalUpdate   = "U\x00\x00\x40\x01N\x00\x02t\x00\x00\x00\x011u"
	literalUpdateK  = "U\x00\x00\x40\x01K\x00\x02t\x00\x00\x00\x011nN\x00\x02t\x00\x00\x00\x012t\x00\x00\x00\x02ab"
	literalUpdateO  = "U\x00\x00\x40\x01O\x00\x02t\x00\x00\x00\x011t\x00\x00\x00\x00N\x00\x02t\x00\x00\x00\x011n"
	literalDelete   = "D\x00\x00\x40\x01K\x00\x02t\x00\x00\x00\x011n"
	literalTruncate = "T\x00\x00\x00\x01\x03\x00\x00\x40\x01"
	literalOrigin   = "O\x00\x00\x00\x00\x00\x00\x00\x01name\x00"
	literalType     = "Y\x00\x00\x40\x02public\x00mood\x00"
	literalMessage  = "M\x01\x00\x00\x00\x00\x01\xa2\xb3\xc8odoobridge\x00\x00\x00\x00\x02hi"
	literalAbort    = "A\x00\x01\x64\x42\x00\x01\x64\x42"
)

var itemRelation = &change.Relation{ID: 0x4001, Schema: "public", Name: "item", Columns: []change.Column{
	{Name: "id", Type: 20, Key: true}, {Name: "v", Type: 25},
}}

func newTestAssembler() *assembler {
	return &assembler{dec: newDecoder(), batch: &batch{}, beat: func(logical) {}, history: history{current: 1}}
}

func feed(t testing.TB, a *assembler, messages ...string) {
	t.Helper()
	for _, m := range messages {
		if err := a.message([]byte(m)); err != nil {
			t.Fatalf("message %q: %v", m[0], err)
		}
	}
}

func text(s string) change.Value { return change.Value{State: change.Text, Text: []byte(s)} }

var (
	null      = change.Value{State: change.Null}
	unchanged = change.Value{State: change.Unchanged}
)

func TestLiteralMessagesDecode(t *testing.T) {
	a := newTestAssembler()
	feed(t, a, literalAbort, literalBegin, literalOrigin, literalRelation, literalType, literalInsert, literalUpdate, literalUpdateK,
		literalUpdateO, literalDelete, literalTruncate, literalMessage, literalCommit)
	want := []change.Piece{{
		XID: 0x16442, Timeline: 1, CommitTime: pgTime(0x0002ea110b4ccd40), Last: true, End: 0x1A2B400,
		Changes: []change.Change{
			{Kind: change.Insert, Relation: itemRelation, New: []change.Value{text("1"), null}},
			{Kind: change.Update, Relation: itemRelation, New: []change.Value{text("1"), unchanged}},
			{Kind: change.Update, Relation: itemRelation, Old: []change.Value{text("1"), null}, New: []change.Value{text("2"), text("ab")}},
			{Kind: change.Update, Relation: itemRelation, Old: []change.Value{text("1"), text("")}, New: []change.Value{text("1"), null}},
			{Kind: change.Delete, Relation: itemRelation, Old: []change.Value{text("1"), null}},
			{Kind: change.Truncate, Relation: itemRelation},
		},
	}}
	if diff := cmp.Diff(want, a.batch.pieces); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestTimesAreThoseOfPostgreSQL(t *testing.T) {
	for micros, want := range map[int64]string{
		0: "2000-01-01T00:00:00Z", 848_820_097_123_456: "2026-11-24T07:21:37.123456Z", -1: "1999-12-31T23:59:59.999999Z",
	} {
		if got := pgTime(micros).Format(time.RFC3339Nano); got != want {
			t.Errorf("pgTime(%d) = %s, want %s", micros, got, want)
		}
	}
}

// Whatever a message lacks, and whatever it has too much: an error that names it.
func TestDamagedMessagesAreRefused(t *testing.T) {
	whole := map[string]string{"Begin": literalBegin, "Relation": literalRelation, "Insert": literalInsert, "Update": literalUpdateK,
		"Delete": literalDelete, "Truncate": literalTruncate, "Message": literalMessage, "Commit": literalCommit}
	for name, message := range whole {
		for cut := 1; cut < len(message); cut++ {
			refuse(t, name, message[:cut])
		}
		refuse(t, name, message+"\x00")
	}
	refuse(t, "Insert", strings.Replace(literalInsert, "n", "b", 1))
	refuse(t, "Insert", strings.Replace(literalInsert, "N", "K", 1))
	refuse(t, "Insert", "I\x00\x00\x40\x02N\x00\x00")
	refuse(t, "Insert", strings.Replace(literalInsert, "\x00\x02t", "\x00\x03t", 1))
}

func refuse(t *testing.T, name, message string) {
	t.Helper()
	a := newTestAssembler()
	if name != "Begin" {
		feed(t, a, literalBegin, literalRelation)
	}
	err := a.message([]byte(message))
	var protocol *ProtocolError
	if !errors.As(err, &protocol) || !strings.Contains(err.Error(), name) {
		t.Errorf("%s message %q: error %v", name, message, err)
	}
}

func TestUnknownMessageStops(t *testing.T) {
	for _, m := range []string{"S\x00\x01\x64\x42\x01", "Z", "p"} {
		a := newTestAssembler()
		feed(t, a, literalBegin)
		var protocol *ProtocolError
		if err := a.message([]byte(m)); !errors.As(err, &protocol) || !strings.Contains(err.Error(), "'"+m[:1]+"'") {
			t.Errorf("message %q: error %v", m, err)
		} else if !NeedsPerson(err) {
			t.Errorf("message %q: the error does not call for a person", m)
		}
	}
}

func TestMessagesOutOfPlaceStop(t *testing.T) {
	for name, messages := range map[string][]string{
		"change without begin":     {literalRelation, literalInsert},
		"commit without begin":     {literalCommit},
		"begin within":             {literalBegin, literalBegin},
		"abort within":             {literalBegin, literalAbort},
		"commit of something else": {literalBegin, strings.Replace(literalCommit, "\xb3\xc8", "\xb3\xc9", 1)},
		"empty":                    {""},
	} {
		a := newTestAssembler()
		var err error
		for _, m := range messages {
			if err != nil {
				t.Fatalf("%s: an earlier message failed: %v", name, err)
			}
			err = a.message([]byte(m))
		}
		var protocol *ProtocolError
		if !errors.As(err, &protocol) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

// The relation is the same object for as long as nothing in it differs.
func TestRelationIsNewOnlyWhenItDiffers(t *testing.T) {
	a := newTestAssembler()
	feed(t, a, literalRelation)
	first := a.dec.relations[0x4001]
	feed(t, a, literalRelation)
	if a.dec.relations[0x4001] != first {
		t.Error("an equal description made a new relation")
	}
	feed(t, a, strings.Replace(literalRelation, "v\x00", "w\x00", 1))
	if second := a.dec.relations[0x4001]; second == first || second.Columns[1].Name != "w" || first.Columns[1].Name != "v" {
		t.Error("a renamed column did not make a new relation, or changed the old one")
	}
}
