package main

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"
	"time"
)

// histogram is what a bridge shows of how long things took, summed over labels.
type histogram struct {
	within map[float64]float64 // by upper bound in seconds, how many took no longer
	sum    float64             // seconds
}

// parseHistogram reads one histogram out of a metrics page.
func parseHistogram(page, name string) (histogram, error) {
	h := histogram{within: map[float64]float64{}}
	for line := range strings.Lines(page) {
		series, value, _ := strings.Cut(strings.TrimSpace(line), "} ")
		var v float64
		switch {
		case strings.HasPrefix(series, name+"_bucket{"):
			_, bound, _ := strings.Cut(series, `le="`)
			bound, _, _ = strings.Cut(bound, `"`)
			var le float64
			if _, err := fmt.Sscan(bound, &le); err != nil {
				return h, fmt.Errorf("read a bound of %s: %w", name, err)
			}
			if _, err := fmt.Sscan(value, &v); err != nil {
				return h, fmt.Errorf("read a bucket of %s: %w", name, err)
			}
			h.within[le] += v
		case strings.HasPrefix(series, name+"_sum{"):
			if _, err := fmt.Sscan(value, &v); err != nil {
				return h, fmt.Errorf("read the sum of %s: %w", name, err)
			}
			h.sum += v
		}
	}
	return h, nil
}

func (s *commandShop) histogram(ctx context.Context, name string) (histogram, error) {
	_, page, err := s.of.get(ctx, "/metrics")
	if err != nil {
		return histogram{}, err
	}
	return parseHistogram(page, name)
}

// since is what came after another look at the same histogram.
func (h histogram) since(before histogram) histogram {
	after := histogram{within: map[float64]float64{}, sum: h.sum - before.sum}
	for le, n := range h.within {
		after.within[le] = n - before.within[le]
	}
	return after
}

func (h histogram) count() float64 { return h.within[math.Inf(1)] }

// quantile takes what is in a bucket for spread evenly over it.
func (h histogram) quantile(q float64) time.Duration {
	var bounds []float64
	for le := range h.within {
		bounds = append(bounds, le)
	}
	slices.Sort(bounds)
	want, low, below := q*h.count(), 0.0, 0.0
	for _, high := range bounds {
		n := h.within[high]
		if n >= want && n > below {
			if math.IsInf(high, 1) {
				high = low
			}
			return time.Duration((low + (high-low)*(want-below)/(n-below)) * float64(time.Second))
		}
		low, below = high, n
	}
	return 0
}

func (h histogram) quantileCell(q float64) string {
	if h.count() == 0 {
		return "–"
	}
	return milliseconds(h.quantile(q))
}

func (h histogram) meanCell() string {
	if h.count() == 0 {
		return "–"
	}
	return milliseconds(time.Duration(h.sum / h.count() * float64(time.Second)))
}
