package cdc

import (
	"context"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/change"
)

// Position is what a store remembers of the database it was fed from.
type Position struct {
	Identity Identity
	Applied  change.LSN // everything up to here is durable
}

// CheckPosition compares what the store remembers with the server and the
// slot, and returns the server's identity. An error that needs a person says
// that continuing would lose changes or send wrong ones.
//
// After a promotion the timeline is higher: that is accepted when the old one
// was left at or beyond what was applied, for then the new primary has all of
// it. The database's name may change, its OID may not. Stream goes on with the connection
// that this was asked on, where there is nothing to say.
func (s *Source) CheckPosition(ctx context.Context, stored Position) (id Identity, err error) {
	conn, err := s.connectReplication(ctx)
	if err != nil {
		return Identity{}, err
	}
	defer func() {
		if err == nil && !s.cfg.Temporary {
			s.keepUsed(conn)
			return
		}
		conn.close()
	}()
	ctx, cancel := context.WithTimeout(ctx, s.timing.query)
	defer cancel()
	id, end, err := identify(ctx, conn)
	if err != nil {
		return Identity{}, err
	}
	h, err := readHistory(ctx, conn, id.Timeline)
	if err != nil {
		return id, err
	}
	rows, err := queryText(ctx, conn.PgConn, slotQuery(id.ServerVersion, s.cfg.Slot))
	if err != nil {
		return id, fmt.Errorf("ask for the state of slot %s: %w", s.cfg.Slot, err)
	}
	slot, err := parseSlot(rows)
	if err != nil {
		return id, err
	}
	return id, comparePosition(s.cfg.Slot, stored, id, end, h, slot)
}

// comparePosition is the rule. It looks at the database first: what a slot of
// that name says on another server means nothing.
func comparePosition(name string, stored Position, id Identity, end change.LSN, h history, slot SlotState) error {
	if err := compareIdentity(stored.Identity, id); err != nil {
		return err
	}
	if err := compareServer(stored, id, end, h); err != nil {
		return err
	}
	return compareSlot(name, stored.Applied, id, slot)
}

// compareServer finds out whether the server's log still leads to what was applied.
func compareServer(stored Position, id Identity, end change.LSN, h history) error {
	if id.Timeline != stored.Identity.Timeline {
		left, found := h.end(stored.Identity.Timeline)
		if !found {
			return &WrongDatabaseError{What: "timeline", Server: fmt.Sprint(id.Timeline), Here: fmt.Sprint(stored.Identity.Timeline)}
		}
		end = min(end, left)
	}
	if end < stored.Applied {
		return &ServerBehindError{Server: end, Stored: stored.Applied}
	}
	return nil
}

func compareIdentity(stored, id Identity) error {
	if stored.SystemID != id.SystemID {
		return &WrongDatabaseError{What: "system identifier", Server: id.SystemID, Here: stored.SystemID}
	}
	if stored.DatabaseOID != id.DatabaseOID {
		return &WrongDatabaseError{What: "database", Server: fmt.Sprintf("%s (OID %d)", id.Database, id.DatabaseOID),
			Here: fmt.Sprintf("%s (OID %d)", stored.Database, stored.DatabaseOID)}
	}
	return nil
}

func compareSlot(name string, applied change.LSN, id Identity, slot SlotState) error {
	switch {
	case !slot.Exists:
		return &SlotMissingError{Slot: name}
	case slot.Plugin != "pgoutput":
		return &SlotPluginError{Slot: name, Plugin: slot.Plugin}
	case slot.Database != id.Database:
		return &WrongDatabaseError{What: "slot's database", Server: slot.Database, Here: id.Database}
	case slot.Lost() != "":
		return &SlotLostError{Slot: name, Reason: slot.Lost()}
	case slot.ConfirmedFlush > applied:
		return &SlotAheadError{Slot: name, Confirmed: slot.ConfirmedFlush, Stored: applied}
	}
	return nil
}
