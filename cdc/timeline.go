package cdc

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	"github.com/jackc/pglogrepl"

	"github.com/odoobridge/odoobridge/internal/change"
)

// history is the ancestry of the server's timeline: which timeline a position
// of the log was written on. A transaction keeps the timeline of its commit
// when it is streamed again after a promotion, and so its events keep their ids.
type history struct {
	current int32
	past    []ancestor // in ascending order
}

// ancestor is a former timeline and where it was left.
type ancestor struct {
	timeline int32
	end      change.LSN
}

// at is the timeline on which a record that ends at lsn was written.
func (h history) at(lsn change.LSN) int32 {
	for _, a := range h.past {
		if lsn <= a.end {
			return a.timeline
		}
	}
	return h.current
}

// end is where the given timeline was left for the current one; found is false when
// the current one does not descend from it.
func (h history) end(timeline int32) (lsn change.LSN, found bool) {
	for _, a := range h.past {
		if a.timeline == timeline {
			return a.end, true
		}
	}
	return 0, false
}

// readHistory asks for the ancestry; the first timeline has none.
func readHistory(ctx context.Context, conn *replConn, timeline int32) (history, error) {
	h := history{current: timeline}
	if timeline <= 1 {
		return h, nil
	}
	result, err := pglogrepl.TimelineHistory(ctx, conn.PgConn, timeline)
	if err != nil {
		return h, fmt.Errorf("read the history of timeline %d: %w", timeline, err)
	}
	h.past, err = parseHistory(string(result.Content))
	if err != nil {
		return h, fmt.Errorf("read the history of timeline %d: %w", timeline, err)
	}
	return h, nil
}

// parseHistory reads a history file: lines of timeline, position, reason.
func parseHistory(content string) ([]ancestor, error) {
	var past []ancestor
	for line := range strings.Lines(content) {
		fields := strings.Fields(line)
		if len(fields) == 0 || strings.HasPrefix(fields[0], "#") {
			continue
		}
		if len(fields) < 2 {
			return nil, fmt.Errorf("line %q: want a timeline and a position", strings.TrimSpace(line))
		}
		timeline, err := strconv.ParseInt(fields[0], 10, 32)
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", strings.TrimSpace(line), err)
		}
		end, err := change.ParseLSN(fields[1])
		if err != nil {
			return nil, fmt.Errorf("line %q: %w", strings.TrimSpace(line), err)
		}
		past = append(past, ancestor{timeline: int32(timeline), end: end})
	}
	return past, nil
}
