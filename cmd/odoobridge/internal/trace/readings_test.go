package trace

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
)

// TestAResyncIsALineWithItsEffect reads the tables of an order's shop again: one thing has changed meanwhile, one has gone, one came
// later, and of the others nothing differs.
func TestAResyncIsALineWithItsEffect(t *testing.T) {
	s := newShop(t)
	order, shipment, customer := key("order", 42), key("shipment", 15), key("customer", 45)
	s.docs[customer] = store.Document{Revision: 1, LSN: 1} // of the first reading
	s.happens("updated", customer, "45", `{"id":45,"active":true}`)
	s.happens("created", order, "S00042", `{"id":42,"name":"S00042","customer":{"id":45}}`)
	s.happens("created", shipment, "WH/OUT/00015", `{"id":15,"name":"WH/OUT/00015","order":{"id":42,"name":"S00042"}}`)
	s.happens("deleted", shipment, "WH/OUT/00015", `{"id":15,"name":"WH/OUT/00015","order":{"id":42,"name":"S00042"}}`)
	before := s.seq
	s.happens("updated", order, "S00042", `{"id":42,"name":"S00042","client_order_ref":"x","customer":{"id":45}}`)
	found := &s.batch.Events[len(s.batch.Events)-1]
	found.Resync, found.LSN, found.Time = true, 0x2000, moment(50)
	s.happens("posted", key("invoice", 25), "25", `{"id":25,"name":"INV/5","orders":[{"id":42,"name":"S00042"}]}`)
	s.batch.Events[len(s.batch.Events)-1].Time = moment(60)
	readings := []Reading{
		{Kind: ReadFirst, At: moment(-10), LSN: "0/500", Why: "the bridge's first start"},
		{Kind: ReadAnew, At: moment(50), LSN: "0/2000", Why: "odoobridge resync: slot odoobridge is lost", By: "anna", After: before},
		{Kind: ReadTables, At: moment(70), LSN: "0/3000", Why: "tables have come, gone or been made again", Tables: []string{"account_move"}, Entities: []string{"invoice"}, After: s.seq},
		{Kind: ReadTables, At: moment(80), LSN: "0/4000", Why: "of no interest", Tables: []string{"pos_order"}, Entities: []string{"pos"}, After: s.seq},
	}
	s.batch.Meta = map[string]string{}
	for i, r := range readings {
		name, value, err := r.Note(t.Context(), s.store)
		if err != nil {
			t.Fatal(err)
		}
		s.batch.Meta[name] = value
		if i < len(readings)-1 {
			s.commit()
			s.batch.Meta = map[string]string{}
		}
	}
	s.stored()
	s.commit()
	noted, err := ReadingsIn(t.Context(), s.store)
	if diff := cmp.Diff(readings, noted); err != nil || diff != "" {
		t.Fatalf("%v (-noted +read):\n%s", err, diff)
	}
	lines := func(change ...func(*Sources)) (got []string) {
		change = append(change, func(src *Sources) { src.Readings = noted })
		for i, l := range s.trace(Request{Key: "S00042"}, change...).Lines {
			if l.Kind == KindReading {
				got = append(got, fmt.Sprintf("%d %s %s: %s", i, l.What, l.About, l.detail()))
			}
		}
		return got
	}
	want := []string{
		"0 first reading all tables: stored customer/45 as it was, the bridge's first start",
		"5 resync all tables: told order/S00042 1-0/2000-5, nothing differed of customer/45, by anna, odoobridge resync: slot odoobridge is lost",
		"8 take-up account_move: nothing differed of invoice/25, tables have come, gone or been made again",
	}
	if diff := cmp.Diff(want, lines()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if _, err := s.store.TrimJournal(t.Context(), s.seq-1, moment(1000)); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(lines(), "\n"); !strings.Contains(got, "resync all tables: what it told of ") || strings.Contains(got, "first reading") {
		t.Errorf("when retention has taken the events:\n%s", got)
	}
}
