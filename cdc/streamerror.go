package cdc

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

var activePID = regexp.MustCompile(`is active for PID (\d+)`)

// streamError gives an error of the server its meaning for the slot.
func (s *Source) streamError(doing string, err error) error {
	var pgErr *pgconn.PgError
	if !errors.As(err, &pgErr) {
		return fmt.Errorf("%s: %w", doing, err)
	}
	text := pgErr.Message
	if pgErr.Detail != "" {
		text += ": " + pgErr.Detail
	}
	switch pgErr.Code {
	case objectInUse:
		if m := activePID.FindStringSubmatch(pgErr.Message); m != nil {
			pid, _ := strconv.ParseInt(m[1], 10, 32)
			return &SlotActiveError{Slot: s.cfg.Slot, Holder: Holder{PID: int32(pid)}}
		}
	case undefinedObject:
		if strings.Contains(pgErr.Message, "publication") {
			return &PublicationMissingError{Publication: s.cfg.Publication, Detail: text}
		}
		return &SlotMissingError{Slot: s.cfg.Slot}
	case notInState:
		if lostSlot(pgErr.Message) {
			return &SlotLostError{Slot: s.cfg.Slot, Reason: text}
		}
	case undefinedFile:
		return &SlotLostError{Slot: s.cfg.Slot, Reason: text}
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// lostSlot recognises what the releases say of an invalidated slot:
// "cannot read from logical replication slot" (13 to 15), "can no longer get
// changes from replication slot" (12 to 17), "can no longer access" (18).
func lostSlot(message string) bool {
	return strings.Contains(message, "cannot read from logical replication slot") ||
		strings.Contains(message, "can no longer")
}
