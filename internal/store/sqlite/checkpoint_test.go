package sqlite

import (
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/storetest"
)

// rewrite commits new contents of the same hundred rows.
func rewrite(t *testing.T, s *Store, n int) {
	t.Helper()
	b := &store.Batch{}
	for k := range int64(100) {
		b.Puts = append(b.Puts, store.RowPut{Table: 2, Row: store.Row{Key: store.Key{k}, Text: strings.Repeat(string(rune('a'+n%26)), 3000)}})
	}
	put(t, s, b)
}

func TestTheLogBeginsAnewWhileWritesAndReadsGoOn(t *testing.T) {
	s := open(t, Options{Path: t.TempDir(), Tables: storetest.Tables(), MaxSize: 16 << 20, Reserve: -1})
	defer closeStore(t, s)
	began, last, anew := time.Now(), int64(0), 0
	for n := 0; anew < 3; n++ {
		rewrite(t, s, n)
		if _, _, err := s.JournalBounds(t.Context()); err != nil {
			t.Fatal(err)
		}
		frames := s.frames.Load()
		if frames < last {
			anew++
		}
		if last = frames; time.Since(began) > time.Minute {
			t.Fatalf("after %d commits the log has %d pages and began anew %d times", n, frames, anew)
		}
	}
}

func TestWritesGoOnWhileAReaderIsSlow(t *testing.T) {
	s := open(t, Options{Path: t.TempDir(), Tables: storetest.Tables(), MaxSize: 16 << 20, Reserve: -1})
	defer closeStore(t, s)
	b := &store.Batch{}
	for seq := int64(1); seq <= 10; seq++ {
		b.Events = append(b.Events, store.Event{Seq: seq, Time: time.Unix(seq, 0), Body: []byte(`{}`)})
	}
	put(t, s, b)
	seen := 0
	err := s.Events(t.Context(), 0, 10, func(store.Event) bool {
		seen++
		for n := range 20 { // within the reader's call
			rewrite(t, s, n)
		}
		return true
	})
	if err != nil || seen != 10 {
		t.Errorf("read %d events, %v", seen, err)
	}
}
