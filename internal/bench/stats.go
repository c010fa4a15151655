package main

import (
	"math"
	"slices"
	"time"
)

// series are the values of one figure, one a round.
type series []float64

func (s series) min() float64 { return s.at(0) }
func (s series) max() float64 { return s.at(1) }

// median is the middle value, or the mean of the two in the middle.
func (s series) median() float64 { return s.at(0.5) }

// at returns the quantile q, interpolated; NaN for an empty series.
func (s series) at(q float64) float64 {
	if len(s) == 0 {
		return math.NaN()
	}
	sorted := slices.Sorted(slices.Values(s))
	place := q * float64(len(sorted)-1)
	low := int(place)
	if low == len(sorted)-1 {
		return sorted[low]
	}
	part := place - float64(low)
	return sorted[low]*(1-part) + sorted[low+1]*part
}

// over divides round by round: a ratio of medians would mix rounds.
func (s series) over(limit series) series {
	ratios := make(series, 0, len(s))
	for i := range min(len(s), len(limit)) {
		ratios = append(ratios, s[i]/limit[i])
	}
	return ratios
}

// rate is how many a second.
func rate(n int, took time.Duration) float64 { return float64(n) / took.Seconds() }

// latencies collects how long each of many took.
type latencies []time.Duration

// quantile returns the smallest latency that a share q of all does not exceed.
func (l latencies) quantile(q float64) time.Duration {
	if len(l) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(l))
	place := int(math.Ceil(q*float64(len(sorted)))) - 1
	return sorted[min(max(place, 0), len(sorted)-1)]
}
