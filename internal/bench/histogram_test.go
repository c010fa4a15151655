package main

import (
	"testing"
	"time"
)

func TestAHistogramIsReadAndItsQuantilesLieInTheirBuckets(t *testing.T) {
	const before = "a_seconds_bucket{x=\"1\",le=\"0.001\"} 0\na_seconds_bucket{x=\"1\",le=\"0.002\"} 1\na_seconds_bucket{x=\"1\",le=\"+Inf\"} 1\na_seconds_sum{x=\"1\"} 0.0015\n"
	const after = "a_seconds_bucket{x=\"1\",le=\"0.001\"} 1\na_seconds_bucket{x=\"1\",le=\"0.002\"} 4\na_seconds_bucket{x=\"1\",le=\"+Inf\"} 5\na_seconds_sum{x=\"1\"} 0.0115\n" +
		"a_seconds_bucket{x=\"2\",le=\"0.001\"} 0\na_seconds_bucket{x=\"2\",le=\"0.002\"} 0\na_seconds_bucket{x=\"2\",le=\"+Inf\"} 0\na_seconds_sum{x=\"2\"} 0\nb_seconds_sum{x=\"1\"} 7\n"
	first, err := parseHistogram(before, "a_seconds")
	if err != nil {
		t.Fatal(err)
	}
	second, err := parseHistogram(after, "a_seconds")
	if err != nil {
		t.Fatal(err)
	}
	h := second.since(first)
	for q, want := range map[float64]time.Duration{0.25: time.Millisecond, 0.5: 1500 * time.Microsecond, 0.75: 2 * time.Millisecond, 1: 2 * time.Millisecond} {
		if got := h.quantile(q); got != want {
			t.Errorf("quantile %g is %s, want %s", q, got, want)
		}
	}
	if h.count() != 4 || h.meanCell() != "2.50" {
		t.Errorf("%g values, mean %s", h.count(), h.meanCell())
	}
	if (histogram{}).quantileCell(0.5) != "–" {
		t.Error("nothing has a quantile")
	}
}
