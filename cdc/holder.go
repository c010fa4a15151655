package cdc

import (
	"context"
	"fmt"
	"strings"
)

// Holder is the server process that reads from a slot, and whom it serves. What the role may not see is empty.
type Holder struct {
	PID         int32
	User        string
	Application string
	Address     string // of the client; empty for one on the server's own machine that uses its socket
}

// String names it as whoever looks for it needs it.
func (h Holder) String() string {
	var known []string
	for _, part := range []struct{ what, value string }{{"user ", h.User}, {"application ", h.Application}, {"from ", h.Address}} {
		if part.value != "" {
			known = append(known, part.what+part.value)
		}
	}
	if len(known) == 0 {
		return fmt.Sprintf("server process %d", h.PID)
	}
	return fmt.Sprintf("server process %d (%s)", h.PID, strings.Join(known, ", "))
}

// Holder asks whom the server process serves. Where that cannot be found out, the process is all that is known.
func (s *Source) Holder(ctx context.Context, pid int32) Holder {
	h := Holder{PID: pid}
	rows, err := s.control.query(ctx, `SELECT coalesce(usename, ''), coalesce(application_name, ''), coalesce(host(client_addr), '')
		FROM pg_stat_activity WHERE pid = $1`, fmt.Sprint(pid))
	if err == nil && len(rows) == 1 {
		f := fields{row: rows[0]}
		h.User, h.Application, h.Address = f.text(), f.text(), f.text()
	}
	return h
}
