package clock

import (
	"testing"
	"time"
)

func TestByHowMuchClocksAreApartForCertain(t *testing.T) {
	began := time.Date(2026, 11, 26, 3, 0, 10, 300_000_000, time.UTC)
	ended := began.Add(400 * time.Millisecond)
	second := func(n int) time.Time { return time.Date(2026, 11, 26, 3, 0, n, 0, time.UTC) }
	for name, tc := range map[string]struct {
		told time.Time
		want time.Duration
	}{
		"the same second":       {second(10), 0},
		"the second before":     {second(9), 300 * time.Millisecond * -1},
		"the second afterwards": {second(11), 300 * time.Millisecond},
		"ahead":                 {second(20), 9300 * time.Millisecond},
		"behind":                {second(0), -9300 * time.Millisecond},
	} {
		if got := Ahead(began, ended, tc.told, time.Second); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}
