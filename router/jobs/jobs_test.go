package jobs

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

func idsOf(list []delivered) (ids []string) {
	for _, d := range list {
		ids = append(ids, d.id)
	}
	return ids
}

func TestPlacesAreTimesAgesPositionsAndEvents(t *testing.T) {
	b := newBridge(t)
	b.write(1, 20, `{"n":1}`)
	at := func(n int) string { return began.Add(time.Duration(n-1) * time.Minute).Format(time.RFC3339) }
	age := func(n int) string { // "ago", to within the minute between events
		return (time.Since(began.Add(time.Duration(n-1)*time.Minute)) + 30*time.Second).String()
	}
	for _, c := range []struct {
		from, to    string
		first, last int64
	}{
		{at(1), "", 1, 20}, {at(3), at(5), 3, 5}, {"2026-11-23T00:00:00Z", at(2), 1, 2}, {at(20), "", 20, 20},
		{"0/1030", "0/1050", 3, 5}, {"0/1031", "0/105F", 4, 5}, {"0/0", "", 1, 20},
		{"1-0/1040-1", "1-0/1060-1", 4, 6}, {"1-0/1040-1", at(9), 4, 9},
		{age(7), "", 7, 20}, {age(7) + " ago", at(8), 7, 8},
	} {
		first, last, err := resolve(t.Context(), b.journal, c.from, c.to, time.Now())
		if err != nil || first != c.first || last != c.last {
			t.Errorf("%s to %s: %d to %d, %v; want %d to %d", c.from, c.to, first, last, err, c.first, c.last)
		}
	}
	for _, wrong := range []string{"", "yesterday", "1-0/1041-1", "2-0/1040-1", "1-0/1040-2", "x-y-z"} {
		var usage *UsageError
		if _, _, err := resolve(t.Context(), b.journal, wrong, "", time.Now()); !errors.As(err, &usage) {
			t.Errorf("%q: %v", wrong, err)
		}
	}
}

func TestAskingForWhatIsTrimmedSaysFromWhenOnThereIsSomething(t *testing.T) {
	b := newBridge(t)
	b.write(1, 20, `{"n":1}`)
	b.caughtUp()
	b.trim(10)
	sent := len(b.broker.of(""))
	for _, from := range []string{began.Format(time.RFC3339), "0/1050", "1-0/1050-1", "900d"} {
		_, err := b.jobs.Start(t.Context(), b.order(from, ""))
		var gone *GoneError
		if !errors.As(err, &gone) || gone.First == nil || gone.First.Entry != 11 {
			t.Errorf("from %s: %v", from, err)
			continue
		}
		for _, want := range []string{"2026-11-23T07:10:00Z", "0/10B0", "1-0/10B0-1"} {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("from %s does not name %s: %v", from, want, err)
			}
		}
	}
	if n := len(b.broker.of("")); n != sent || len(b.jobs.List()) > 0 {
		t.Error("something was sent, or a job begun")
	}
	if j := b.do(b.order("1-0/10B0-1", "")); j.State != Done || j.Delivered != 10 {
		t.Errorf("from what was named: %+v", j)
	}
	b.trim(20)
	if _, err := b.jobs.Start(t.Context(), b.order("2h", "")); !errors.As(err, new(*GoneError)) || !strings.Contains(err.Error(), "all of the journal") {
		t.Errorf("an empty journal: %v", err)
	}
}

func TestAReplayIsMarkedInOrderAndHasTheSameIDs(t *testing.T) {
	b := newBridge(t)
	b.write(1, 300, `{"n":1}`)
	b.caughtUp()
	o := b.order("0/1000", "")
	p, err := b.jobs.Preview(t.Context(), o)
	if err != nil || p.Events != 300 || p.Types["order.created"] != 300 || p.First.Event != "1-0/1010-1" || p.Last.Entry != 300 || p.Seconds != 0.03 {
		t.Errorf("preview %+v, %v", p, err)
	}
	if n := len(b.broker.of("")); n != 300 {
		t.Errorf("the preview sent something: %d", n)
	}
	j := b.do(o)
	if j.State != Done || j.Delivered != 300 || !slices.Equal(idsOf(b.broker.of(j.ID)), idsOf(b.broker.of(""))) {
		t.Errorf("%+v", j)
	}
	o.Key = "S7"
	if j := b.do(o); j.Delivered != 1 || b.broker.of(j.ID)[0].subject != "order/S7" {
		t.Errorf("one key: %+v", j)
	}
}

func TestAJobGoesOnAfterARestartFromTheLastConfirmed(t *testing.T) {
	for kind, o := range map[Kind]Order{Replay: {From: "0/0"}, Publish: {}} {
		t.Run(string(kind), func(t *testing.T) {
			b := newBridge(t)
			b.write(1, 400, `{"n":1}`)
			b.caughtUp()
			o.Kind, o.Channel, o.Lane, o.Rate = kind, "shop", "orders", 200
			j, err := b.jobs.Start(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			b.eventually("under way", func() bool { return len(b.broker.of(j.ID)) > 30 })
			b.stop()
			before := len(b.broker.of(j.ID))
			b.start()
			b.broker.set(func() { b.broker.down = true })
			b.broker.set(func() { b.broker.down = false })
			j = b.end(j.ID)
			got := b.broker.of(j.ID)
			if before >= 400 || len(got) != 400 || j.State != Done || j.Delivered != 400 {
				t.Errorf("%d before the restart, %d in all, %+v", before, len(got), j)
			}
			slices.SortFunc(got, func(a, b delivered) int { return strings.Compare(a.id, b.id) })
			if n := len(slices.CompactFunc(got, func(a, b delivered) bool { return a.id == b.id })); n != 400 {
				t.Errorf("%d different deliveries", n)
			}
		})
	}
}

// TestALaneRemembersTheJobThatSentWhatWasAddedToIt outlives the job itself, of which no more than the newest are kept.
func TestALaneRemembersTheJobThatSentWhatWasAddedToIt(t *testing.T) {
	b := newBridge(t)
	b.stop()
	b.spec.Name, b.spec.Initial, b.spec.Entities = "new", true, []string{"customer"}
	b.start()
	b.stop()
	b.spec.Entities = []string{"customer", "order"}
	b.start()
	b.write(1, 3, `{"n":1}`)
	b.caughtUp()
	j := b.do(Order{Kind: Publish, Channel: "shop", Lane: "new", Entities: []string{"order"}, Rate: 1000})
	b.write(4, 4, `{"n":1}`)
	b.caughtUp()
	b.stop()
	cursors, err := b.store.Cursors(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	i := slices.IndexFunc(cursors, func(c store.Cursor) bool { return c.Lane == b.spec.ID() })
	loads, err := lane.LoadsIn(cursors[i])
	if err != nil || len(loads) != 2 || loads[0].Job != "" {
		t.Fatalf("%+v, %v", loads, err)
	}
	got := loads[1]
	if got.Why != lane.LoadAdded || got.Job != j.ID || got.From != 3 || got.To < 3 || !got.Began.Equal(j.Began) || !got.Ended.Equal(j.Ended) || !slices.Equal(got.Entities, []string{"order"}) {
		t.Errorf("%+v of %+v", got, j)
	}
}

func TestACancelledJobStopsAndIsRemembered(t *testing.T) {
	b := newBridge(t)
	b.write(1, 400, `{"n":1}`)
	b.caughtUp()
	o := b.order("0/0", "")
	o.Rate = 50
	j, err := b.jobs.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	b.eventually("under way", func() bool { return len(b.broker.of(j.ID)) > 5 })
	if j, err = b.jobs.Cancel(t.Context(), j.ID); err != nil || j.State != Cancelled {
		t.Fatalf("%+v, %v", j, err)
	}
	b.stop()
	b.start()
	if j, err = b.jobs.Get(j.ID); err != nil || j.State != Cancelled || j.Delivered >= 400 {
		t.Errorf("after a restart: %+v, %v", j, err)
	}
	if _, err := b.jobs.Cancel(t.Context(), "replay-nobody"); !errors.As(err, new(*UnknownJobError)) {
		t.Errorf("a job that is not there: %v", err)
	}
}

func TestTheJournalIsKeptWhileAJobNeedsIt(t *testing.T) {
	b := newBridge(t)
	b.write(1, 100, `{"n":1}`)
	b.caughtUp()
	o := b.order("1-0/10A0-1", "")
	o.Rate = 20
	j, err := b.jobs.Start(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if floor := b.jobs.Floor(); floor < 10 || floor > 100 {
		t.Errorf("floor %d", floor)
	}
	b.trim(b.jobs.Floor() - 1)
	b.eventually("under way", func() bool { return len(b.broker.of(j.ID)) > 5 })
	b.trim(100) // as when the store is about to be full
	j = b.end(j.ID)
	if j.State != Failed || !strings.Contains(j.Error, "gone from the journal") {
		t.Errorf("%+v", j)
	}
	if s := b.lanes.Status()[0]; s.State != lane.Live {
		t.Errorf("the lane is %s: %v", s.State, s.Err)
	}
}

func TestWhatIsParkedIsListedSentAgainAndForgotten(t *testing.T) {
	b := newBridge(t)
	b.write(1, 3, `{"n":1}`)
	b.caughtUp()
	b.broker.set(func() { b.broker.largest = 2000 })
	b.write(4, 4, fmt.Sprintf(`{"note":%q}`, strings.Repeat("x", 3000)))
	b.write(5, 6, `{"n":1}`)
	b.caughtUp()
	if got := b.broker.of(""); len(got) != 5 || slices.ContainsFunc(got, func(d delivered) bool { return d.subject == "order/S4" }) {
		t.Errorf("delivered %v", got)
	}
	b.stop()
	b.start() // it is durable
	list := b.jobs.Parked()
	if len(list) != 1 || list[0].Entry != 4 || list[0].Key != "S4" || list[0].Code != "message_too_large" || list[0].Remedy == "" || list[0].Event != "1-0/1040-1" {
		t.Fatalf("parked %+v", list)
	}
	if n := b.jobs.ParkedCounts()["shop/orders"]; n != 1 {
		t.Errorf("counted %d", n)
	}
	id := list[0].ID
	retry := func() Job {
		t.Helper()
		j, err := b.jobs.Retry(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		return b.end(j.ID)
	}
	if j := retry(); j.State != Failed || !strings.Contains(j.Error, "too large") || len(b.jobs.Parked()) != 1 {
		t.Errorf("retried too early: %+v", j)
	}
	b.broker.set(func() { b.broker.largest = 0 })
	j := retry()
	if got := b.broker.of(j.ID); j.State != Done || len(got) != 1 || got[0].id != "1-0/1040-1" || len(b.jobs.Parked()) != 0 {
		t.Errorf("%+v sent %v, left %v", j, got, b.jobs.Parked())
	}
	if _, err := b.jobs.Retry(t.Context(), id); !errors.As(err, new(*UnknownParkedError)) {
		t.Errorf("once more: %v", err)
	}
}

func TestWhatIsParkedOutlivesItsEvent(t *testing.T) {
	b := newBridge(t)
	b.broker.set(func() { b.broker.largest = 2000 })
	b.write(1, 2, fmt.Sprintf(`{"note":%q}`, strings.Repeat("x", 3000)))
	b.caughtUp()
	b.trim(2)
	b.broker.set(func() { b.broker.largest = 0 })
	first, second := b.jobs.Parked()[0], b.jobs.Parked()[1]
	j, err := b.jobs.Retry(t.Context(), first.ID)
	if err != nil {
		t.Fatal(err)
	}
	j = b.end(j.ID)
	if got := b.broker.of(j.ID); j.State != Done || len(got) != 1 || got[0].kind != "order.snapshot" || got[0].subject != "order/"+first.Key {
		t.Errorf("%+v sent %v", j, got)
	}
	if _, err := b.jobs.Discard(t.Context(), second.ID); err != nil || len(b.jobs.Parked()) != 0 {
		t.Errorf("left %v, %v", b.jobs.Parked(), err)
	}
}

func TestOrdersThatMakeNoSenseAreRefused(t *testing.T) {
	b := newBridge(t)
	b.write(1, 3, `{"n":1}`)
	b.caughtUp()
	for what, o := range map[string]Order{
		"no lane orderz":          {Kind: Publish, Channel: "shop", Lane: "orderz"},
		"does not take product":   {Kind: Publish, Channel: "shop", Lane: "orders", Entities: []string{"product"}},
		"rate":                    {Kind: Publish, Channel: "shop", Lane: "orders", Rate: -1},
		"no place in the journal": {Kind: Replay, Channel: "shop", Lane: "orders", From: "noon"},
		"there is no event from":  {Kind: Replay, Channel: "shop", Lane: "orders", From: "0/1020", To: "0/1010"},
	} {
		_, err := b.jobs.Start(t.Context(), o)
		if err == nil || !strings.Contains(strings.ReplaceAll(err.Error(), "shop/", ""), what) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if err := b.jobs.Restart(t.Context(), "shop", "orders"); err == nil || !strings.Contains(err.Error(), "not stopped by a gap") {
		t.Errorf("restart of a lane that runs: %v", err)
	}
}
