package journal

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/store"
)

// disk is a store that holds committed events and counts how often it is read.
type disk struct {
	events []*store.Event
	size   int64
	reads  int
}

func (d *disk) commit(n int) []*store.Event {
	var committed []*store.Event
	for range n {
		e := &store.Event{Seq: int64(len(d.events) + 1), Time: time.Unix(int64(len(d.events)), 0), Body: make([]byte, 100)}
		d.events = append(d.events, e)
		committed = append(committed, e)
	}
	return committed
}

func (d *disk) Events(_ context.Context, after int64, limit int, yield func(store.Event) bool) error {
	d.reads++
	for _, e := range d.events {
		if e != nil && e.Seq > after && limit > 0 {
			limit--
			if !yield(*e) {
				return nil
			}
		}
	}
	return nil
}

func (d *disk) JournalBounds(context.Context) (first, last int64, err error) {
	last = int64(len(d.events))
	for i, e := range d.events {
		if e != nil {
			return int64(i + 1), last, nil
		}
	}
	if last == 0 {
		return 0, 0, nil
	}
	return last + 1, last, nil
}

func (d *disk) TrimJournal(_ context.Context, upTo int64, olderThan time.Time) (removed int64, err error) {
	for i, e := range d.events {
		if e != nil && e.Seq <= upTo && e.Time.Before(olderThan) {
			d.events[i] = nil
			removed++
		}
	}
	return removed, nil
}

func (d *disk) Size(context.Context) (int64, error) { return d.size, nil }

func open(t *testing.T, d *disk, tail int) *Journal {
	t.Helper()
	j, err := Open(t.Context(), d, tail)
	if err != nil {
		t.Fatal(err)
	}
	return j
}

func read(t *testing.T, j *Journal, after int64, limit int) (seqs []int64) {
	t.Helper()
	if err := j.Read(t.Context(), after, limit, func(e *store.Event) bool {
		seqs = append(seqs, e.Seq)
		return true
	}); err != nil {
		t.Fatal(err)
	}
	return seqs
}

func TestReaderThatKeepsUpNeverReadsTheDisk(t *testing.T) {
	d := &disk{}
	j := open(t, d, 1<<20)
	j.Append(d.commit(3))
	j.Append(d.commit(2))
	if diff := cmp.Diff([]int64{2, 3, 4, 5}, read(t, j, 1, 10)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]int64{1, 2}, read(t, j, 0, 2)); diff != "" {
		t.Error(diff)
	}
	if got := read(t, j, 5, 10); got != nil || d.reads != 0 {
		t.Errorf("at the end: %v with %d reads of the disk, want nothing and none", got, d.reads)
	}
}

func TestReaderThatLagsReadsTheDiskWithoutAGap(t *testing.T) {
	d := &disk{}
	j := open(t, d, 1000) // room for two or three events
	j.Append(d.commit(50))
	var got []int64
	for after := int64(0); after < 50; {
		got = append(got, read(t, j, after, 7)...)
		after = got[len(got)-1]
	}
	for i, seq := range got {
		if seq != int64(i+1) {
			t.Fatalf("event %d has number %d", i+1, seq)
		}
	}
	if len(got) != 50 || d.reads == 0 {
		t.Errorf("%d events in %d reads of the disk", len(got), d.reads)
	}
}

func TestEventsTooManyForMemoryAreReadFromTheDisk(t *testing.T) {
	d := &disk{}
	j := open(t, d, 1<<20)
	j.Append(d.commit(2))
	d.commit(3)
	j.Advance(5)
	if diff := cmp.Diff([]int64{2, 3, 4, 5}, read(t, j, 1, 10)); diff != "" {
		t.Error(diff)
	}
	j.Append(d.commit(1))
	if diff := cmp.Diff([]int64{5, 6}, read(t, j, 4, 10)); diff != "" {
		t.Error(diff)
	}
}

func TestWaitReturnsWhenAnEventIsCommitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := &disk{}
		j := open(t, d, 1<<20)
		woken := make(chan error, 1)
		go func() { woken <- j.Wait(t.Context(), 0) }()
		synctest.Wait()
		if len(woken) != 0 {
			t.Fatal("woken without an event")
		}
		j.Append(d.commit(1))
		if err := <-woken; err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancel(t.Context())
		go func() { woken <- j.Wait(ctx, 1) }()
		synctest.Wait()
		cancel()
		if err := <-woken; !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	})
}

func TestTrimKeepsWhatIsYoungAndWhatALaneStillNeeds(t *testing.T) {
	now := time.Unix(100, 0)
	for name, c := range map[string]struct {
		size      int64
		delivered int64
		want      int64
	}{
		"by age alone":                      {size: 10, delivered: 95, want: 91},
		"delivered ones when room is short": {size: 90, delivered: 95, want: 96},
		"undelivered ones stay":             {size: 90, delivered: 0, want: 91},
	} {
		t.Run(name, func(t *testing.T) {
			d := &disk{size: c.size}
			j := open(t, d, 1<<20)
			j.Append(d.commit(100))
			if _, err := j.Trim(t.Context(), d, Retention{Age: 10 * time.Second, MaxSize: 100}, now, c.delivered, 100); err != nil {
				t.Fatal(err)
			}
			if first, last := j.Bounds(); first != c.want || last != 100 {
				t.Errorf("kept %d to %d, want %d to 100", first, last, c.want)
			}
		})
	}
}
