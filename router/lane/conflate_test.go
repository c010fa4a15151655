package lane

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/odoobridge/odoobridge/internal/config"
)

type step struct {
	what string
	doc  fields
}

func TestConflationStandsForWhatHappened(t *testing.T) {
	a, b, c := fields{"n": 1}, fields{"n": 2}, fields{"n": 3}
	cases := []struct {
		name    string
		given   []step // delivered before
		pending []step
		want    []string
	}{
		{"one event as it is", []step{{"created", a}}, []step{{"updated", b}}, []string{
			`1-0/110-1 order.updated order/1 r2 [n] {"n":1}`}},
		{"the newest document, from the oldest before", []step{{"created", a}}, []step{{"updated", b}, {"updated", c}}, []string{
			`1-0/118-1 order.updated order/1 r3 [n] {"n":1} x2`}},
		{"the union of what changed", []step{{"created", a}}, []step{{"updated", fields{"n": 1, "m": 1}}, {"updated", fields{"n": 2, "m": 1}}}, []string{
			`1-0/118-1 order.updated order/1 r3 [m n] {"n":1} x2`}},
		{"there and back is nothing", []step{{"created", a}}, []step{{"updated", b}, {"updated", a}}, nil},
		{"a field there and back is not named", []step{{"created", fields{"n": 1, "m": 1}}},
			[]step{{"updated", fields{"n": 2, "m": 2}}, {"updated", fields{"n": 1, "m": 2}}}, []string{
				`1-0/118-1 order.updated order/1 r3 [m] {"m":1} x2`}},
		{"created and updated is created", nil, []step{{"created", a}, {"updated", b}}, []string{
			`1-0/110-1 order.created order/1 r2 [] null x2`}},
		{"created and confirmed is created", nil, []step{{"created", a}, {"confirmed", b}}, []string{
			`1-0/110-1 order.created order/1 r2 [] null x2`}},
		{"created and deleted is nothing", nil, []step{{"created", a}, {"updated", b}, {"deleted", nil}}, nil},
		{"updated and deleted is deleted", []step{{"created", a}}, []step{{"updated", b}, {"deleted", nil}}, []string{
			`1-0/118-1 order.deleted order/1 r3 [n] {"n":1} x2`}},
		{"confirmed and updated is confirmed", []step{{"created", a}}, []step{{"confirmed", b}, {"updated", c}}, []string{
			`1-0/118-1 order.confirmed order/1 r3 [n] {"n":1} x2`}},
		{"the newest of two that say more", []step{{"created", a}}, []step{{"confirmed", b}, {"cancelled", c}, {"updated", fields{"n": 4}}}, []string{
			`1-0/120-1 order.cancelled order/1 r4 [n] {"n":1} x3`}},
		{"deleted and created again", []step{{"created", a}}, []step{{"deleted", nil}, {"created", b}}, []string{
			`1-0/118-1 order.created order/1 r3 [] null x2`}},
	}
	for _, tt := range cases {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld()
				r := w.start(Spec{Channel: "c", Name: "l", Entities: []string{"order"}, Pace: config.Pace{Conflate: time.Minute}})
				synctest.Wait()
				for _, s := range tt.given {
					w.write("order", 1, s.what, s.doc)
				}
				time.Sleep(2 * time.Minute)
				for _, s := range tt.pending {
					w.write("order", 1, s.what, s.doc)
				}
				time.Sleep(2 * time.Minute)
				synctest.Wait()
				got := w.lines("channel.c.l")
				if len(tt.given) > 0 {
					got = got[1:]
				}
				if d := cmp.Diff(tt.want, got, cmpopts.EquateEmpty()); d != "" {
					t.Error(d)
				}
				if err := r.stop(); err != nil {
					t.Error(err)
				}
				if got, want := w.store.cursor("c/l"), int64(len(tt.given)+len(tt.pending)); got != want {
					t.Errorf("cursor %d after all is settled, want %d", got, want)
				}
			})
		})
	}
}
