package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestMedianAndSpread(t *testing.T) {
	for _, c := range []struct {
		values           series
		min, median, max float64
	}{
		{series{7}, 7, 7, 7},
		{series{9, 1, 5}, 1, 5, 9},
		{series{4, 1, 3, 2}, 1, 2.5, 4},
	} {
		if c.values.min() != c.min || c.values.median() != c.median || c.values.max() != c.max {
			t.Errorf("%v: %v / %v / %v, want %v / %v / %v", c.values,
				c.values.min(), c.values.median(), c.values.max(), c.min, c.median, c.max)
		}
	}
	if !math.IsNaN(series(nil).median()) {
		t.Error("nothing measured has a median")
	}
}

func TestRatiosAreTakenRoundByRound(t *testing.T) {
	got := series{10, 30, 20}.over(series{20, 40, 80})
	if diff := cmp.Diff(series{0.5, 0.75, 0.25}, got); diff != "" {
		t.Error(diff)
	}
	if got := (series{1, 2}).over(series{4}); len(got) != 1 {
		t.Errorf("a round without its limit gave a ratio: %v", got)
	}
}

func TestQuantilesOfLatencies(t *testing.T) {
	var l latencies
	for i := 100; i >= 1; i-- {
		l = append(l, time.Duration(i)*time.Millisecond)
	}
	for q, want := range map[float64]time.Duration{
		0.5: 50 * time.Millisecond, 0.99: 99 * time.Millisecond, 1: 100 * time.Millisecond, 0: time.Millisecond,
	} {
		if got := l.quantile(q); got != want {
			t.Errorf("quantile %v: %v, want %v", q, got, want)
		}
	}
	if got := latencies(nil).quantile(0.5); got != 0 {
		t.Errorf("no latencies: %v", got)
	}
}
