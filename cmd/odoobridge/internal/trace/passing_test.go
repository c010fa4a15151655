package trace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// TestWhenAnEventWasConfirmedIsTold has a lane that kept up, was held up for ten minutes and stands; one that holds events back;
// and one that comes from a store of a version that kept no places.
func TestWhenAnEventWasConfirmedIsTold(t *testing.T) {
	s := newShop(t)
	s.business()
	for range 4 {
		s.happens("updated", key("order", 42), "S00042", s.orderBody())
	}
	s.stored()
	s.commit()
	specs := []lane.Spec{
		{Channel: "shop", Name: "prompt", Entities: []string{"order"}}, {Channel: "shop", Name: "paced", Entities: []string{"order"}, Pace: config.Pace{Conflate: time.Hour}},
		{Channel: "shop", Name: "old", Entities: []string{"order"}},
	}
	at := func(name string, entry, second int64) {
		t.Helper()
		c := store.Cursor{Lane: "shop/" + name, Seq: entry, Updated: moment(second).Add(200 * time.Millisecond), State: []byte(`{"rules":{"of":"x","from":0,"since":"2026-09-21T14:00:00Z"}}`)}
		if err := s.store.SaveCursors(t.Context(), []store.Cursor{c}); err != nil {
			t.Fatal(err)
		}
	}
	at("prompt", 0, 0)
	at("prompt", 2, 2)
	last := s.seq // of four events of the order: the first three are passed late, the last not at all
	at("prompt", last-3, last-1)
	at("prompt", last-1, last+600)
	at("paced", 0, 0)
	at("paced", last-1, 100_000)
	at("old", last-1, 100_000)
	cursors, err := s.store.Cursors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	told := s.trace(Request{Key: "S00042"}, func(src *Sources) { src.Lanes = lanesOf(t, specs, cursors) })
	got := map[string][]string{}
	for _, l := range told.Lines {
		for _, d := range l.Lanes {
			if l.About == "order/S00042" {
				got[d.Lane] = append(got[d.Lane], strings.TrimSpace(d.Fate+" "+d.when(l.Time)))
			}
		}
	}
	from := moment(0)
	clock := func(second int64) string { return from.Add(time.Duration(second) * time.Second).Format(time.TimeOnly) }
	day := moment(100_000).Format(time.DateTime)
	want := map[string][]string{
		"shop/prompt": {
			"delivered " + clock(2), "delivered " + clock(last-3) + " to " + clock(last-1), "delivered " + clock(last-1) + " to " + clock(last+600),
			"delivered " + clock(last-1) + " to " + clock(last+600), fmt.Sprintf("waiting at entry %d since %s", last-1, clock(last+600)),
		},
		"shop/paced": {"covered by " + day, "covered by " + day, "covered by " + day, "covered by " + day, "held"},
		"shop/old":   {"delivered", "delivered", "delivered", "delivered", fmt.Sprintf("waiting at entry %d since %s", last-1, day)},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var text strings.Builder
	if err := told.Print(&text); err != nil || !strings.Contains(text.String(), "shop/prompt ("+clock(2)+") shop/old delivered; shop/paced (by "+day+") covered") {
		t.Errorf("%v, for a person:\n%s", err, text.String())
	}
}
