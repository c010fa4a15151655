package cdc

import (
	"errors"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
)

// NeedsPerson reports whether an error of this package will not go away by
// itself: a person has to decide, and its message says about what.
func NeedsPerson(err error) bool {
	var p interface{ NeedsPerson() bool }
	return errors.As(err, &p) && p.NeedsPerson()
}

// needsPerson is embedded by the errors that need one.
type needsPerson struct{}

// NeedsPerson marks the error; see the function of this name.
func (needsPerson) NeedsPerson() bool { return true }

// SlotLostError reports that the server threw away log that the slot needed.
type SlotLostError struct {
	needsPerson
	Slot   string
	Reason string
}

func (e *SlotLostError) Error() string {
	return fmt.Sprintf("slot %s is lost: the server no longer has the log it needs (%s). "+
		"Changes since the last confirmed position cannot be streamed any more. Run `odoobridge resync`: it makes a new slot, "+
		"reads the tables and puts out what was missed. To avoid it, raise max_slot_wal_keep_size", e.Slot, e.Reason)
}

// SlotMissingError reports that the slot does not exist.
type SlotMissingError struct {
	needsPerson
	Slot string
}

func (e *SlotMissingError) Error() string {
	return fmt.Sprintf("slot %s does not exist on the server: it was dropped, or the database was dropped, restored or failed over "+
		"without it. What changed since cannot be streamed. Run `odoobridge resync` to make a new one and put out what was missed", e.Slot)
}

// SlotExistsError reports that a slot to be created is there already.
type SlotExistsError struct {
	needsPerson
	Slot   string
	Holder Holder // who reads from it; without a PID nobody does, or it was not asked
}

func (e *SlotExistsError) Error() string {
	if e.Holder.PID != 0 {
		return fmt.Sprintf("slot %s is in use by %s, and nothing here remembers having read from it: another bridge runs there, or one with another store. "+
			"If this bridge is another one, configure another slot name. If it is to go on in that one's place, stop that one and use its store", e.Slot, e.Holder)
	}
	return fmt.Sprintf("slot %s exists already, but nothing here remembers having read from it. If no other bridge uses it, "+
		"drop it: SELECT pg_drop_replication_slot('%s'); otherwise configure another slot name", e.Slot, e.Slot)
}

// WALLevelError reports a server whose log does not carry row changes.
type WALLevelError struct {
	needsPerson
	Err error
}

func (e *WALLevelError) Error() string {
	return fmt.Sprintf("the server's log does not carry row changes, so no slot can be made: run ALTER SYSTEM SET wal_level = 'logical', and restart PostgreSQL. "+
		"`odoobridge check` says what else is missing (%v)", e.Err)
}

func (e *WALLevelError) Unwrap() error { return e.Err }

// SlotActiveError reports that another process reads from the slot.
type SlotActiveError struct {
	Slot   string
	Holder Holder
}

func (e *SlotActiveError) Error() string {
	return fmt.Sprintf("slot %s is in use by %s: another bridge is running, or a former connection of this one is "+
		"not yet noticed as dead. Only one may read from it: stop the other, or end it with SELECT pg_terminate_backend(%d)",
		e.Slot, e.Holder, e.Holder.PID)
}

// SlotPluginError reports a slot that is not one of ours.
type SlotPluginError struct {
	needsPerson
	Slot, Plugin string
}

func (e *SlotPluginError) Error() string {
	return fmt.Sprintf("slot %s was made for %q, not for pgoutput: it belongs to something else. Configure another slot name", e.Slot, e.Plugin)
}

// SlotAheadError reports that the slot was confirmed beyond what is durable here.
type SlotAheadError struct {
	needsPerson
	Slot      string
	Confirmed change.LSN // by the server
	Stored    change.LSN // by us
}

func (e *SlotAheadError) Error() string {
	return fmt.Sprintf("slot %s stands at %s, beyond %s, the last position durable here: it was re-created, or something else read "+
		"from it. The changes between are not in the slot any more. Run `odoobridge resync` to put out what was missed",
		e.Slot, e.Confirmed, e.Stored)
}

// ServerBehindError reports a server whose log ends before what was read from it.
type ServerBehindError struct {
	needsPerson
	Server change.LSN
	Stored change.LSN
}

func (e *ServerBehindError) Error() string {
	return fmt.Sprintf("the server's log ends at %s, but it has been read up to %s: the database was restored to an earlier moment, or "+
		"failed over to a server that had not received everything. Events of changes that no longer exist may have been sent. "+
		"Run `odoobridge resync` to put out the difference", e.Server, e.Stored)
}

// WrongDatabaseError reports that the server is not the one the stored position belongs to.
type WrongDatabaseError struct {
	needsPerson
	What         string // "system identifier", "database", "timeline"
	Server, Here string
}

func (e *WrongDatabaseError) Error() string {
	return fmt.Sprintf("this is not the database that was read before: its %s is %s, stored is %s. It is a copy, a restored backup or "+
		"another server. Nothing was read. Correct the connection string, or start with an empty store",
		e.What, e.Server, e.Here)
}

// PublicationMissingError reports that the server knows no such publication at the slot's position.
type PublicationMissingError struct {
	needsPerson
	Publication string
	Detail      string
}

func (e *PublicationMissingError) Error() string {
	return fmt.Sprintf("publication %q does not exist at the position that the slot reads (%s). If it is there now, it was made after "+
		"the slot: a slot sees a publication only from its creation on. `odoobridge setup` prints the SQL that makes it; "+
		"then run `odoobridge resync`", e.Publication, e.Detail)
}

// ProtocolError reports something from the server that this package does not
// understand. Going on could lose changes, so the stream stops.
type ProtocolError struct {
	needsPerson
	What string
}

func (e *ProtocolError) Error() string {
	return fmt.Sprintf("the server sent what was not expected: %s. The stream stopped before anything could be lost; "+
		"nothing after the last complete transaction was handed on. This is a defect of the bridge or an unsupported PostgreSQL", e.What)
}

func protocolErrorf(format string, args ...any) error {
	return &ProtocolError{What: fmt.Sprintf(format, args...)}
}

// PoolerError reports that a connection pooler stands between us and the server.
type PoolerError struct {
	Evidence string
}

func (e *PoolerError) Error() string {
	return fmt.Sprintf("a connection pooler (PgBouncer or the like) stands in front of the server: %s. Logical replication needs a "+
		"connection of its own: use the host and port of PostgreSQL itself in the connection string", e.Evidence)
}

// SnapshotLostError reports that the exported snapshot ended before the copy began.
type SnapshotLostError struct {
	Err error
}

func (e *SnapshotLostError) Error() string {
	return fmt.Sprintf("the slot's snapshot is gone, so the tables cannot be read as of its position; drop the slot and start again: %v", e.Err)
}

func (e *SnapshotLostError) Unwrap() error { return e.Err }

// SilenceError reports a connection on which nothing came, even when asked for.
type SilenceError struct {
	For time.Duration
}

func (e *SilenceError) Error() string {
	return fmt.Sprintf("nothing came from the server for %s, although a reply was asked for", e.For.Round(time.Millisecond))
}
