package bridge

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/router"
)

// step is something to be done before the log can be followed.
type step func(context.Context) error

// none follows the log at once.
func none(context.Context) error { return nil }

// Values of postgres.resync.
const resyncAuto = "auto"

// admit makes sure that store, database and slot belong together, or finds out
// what would bring them together. Nothing leaves before: of a wrong database, lanes
// would tell under the wrong name. The first snapshot is taken here.
func (b *bridge) admit(ctx context.Context, o Options) (step, error) {
	told, err := router.Told(ctx, b.store)
	if err != nil {
		return nil, err
	}
	if !told {
		b.reading = trace.Reading{Kind: trace.ReadFirst, Why: "the bridge's first start"}
		return none, b.patiently(ctx, func() error {
			// Once more: the publication may just have been made.
			if err := b.renew(ctx); err != nil {
				return err
			}
			return b.load(ctx, o.Resync, false)
		})
	}
	_, loaded, err := router.Loaded(ctx, b.store)
	if err != nil {
		return nil, err
	}
	b.stage.set("comparing the store's position with the slot")
	id, err := b.compare(ctx)
	switch {
	case o.Resync, !loaded:
		why := asked(o, err)
		anew, err := b.mayTakeOn(err, o.OtherDatabase)
		if !o.Resync && err == nil {
			why, err = b.begun(ctx)
		}
		return func(ctx context.Context) error { return b.resync(ctx, anew, why) }, err
	case err == nil:
		b.stage.setIdentity(id)
		if err := b.remember(ctx, id); err != nil {
			return nil, err
		}
		if len(b.known.differences(b.found.shape)) > 0 {
			return b.takeUp, nil
		}
		return none, nil
	}
	if b.healsItself(ctx, err) {
		return func(ctx context.Context) error { return b.resyncItself(ctx, err) }, nil
	}
	return nil, err
}

// compare holds what the store remembers against the server, the database and the slot.
func (b *bridge) compare(ctx context.Context) (id cdc.Identity, err error) {
	stored, uuid, err := b.storedPosition(ctx)
	if err != nil {
		return id, err
	}
	err = b.waitForDatabase(ctx, func() (err error) {
		id, err = b.source.CheckPosition(ctx, stored)
		return err
	})
	if here := b.found.facts.UUID; uuid != here && uuid != "" && here != "" {
		return id, &cdc.WrongDatabaseError{What: whatUUID, Server: here, Here: uuid}
	}
	return id, err
}

const whatUUID = "database.uuid"

// mayTakeOn decides whether a resync may begin, given what comparing found. anew tells that
// the log does not continue what was read before.
func (b *bridge) mayTakeOn(found error, otherDatabase bool) (anew bool, err error) {
	var wrong *cdc.WrongDatabaseError
	var behind *cdc.ServerBehindError
	var lost *cdc.SlotLostError
	var missing *cdc.SlotMissingError
	var ahead *cdc.SlotAheadError
	switch {
	case found == nil, errors.As(found, &lost), errors.As(found, &missing), errors.As(found, &ahead):
		return false, nil
	case errors.As(found, &behind):
		return true, nil
	case !errors.As(found, &wrong):
		return false, found
	}
	switch wrong.What {
	case "timeline": // the same cluster, restored to a moment before what was read
		return true, nil
	case "database": // dropped and restored in the same cluster
		if b.found.facts.UUID != "" || otherDatabase {
			return true, nil
		}
	case "system identifier", whatUUID:
		if otherDatabase {
			return true, nil
		}
	default: // the slot's name is taken by another database
		return false, found
	}
	return false, &DecisionError{fmt.Sprintf("%v. A resync would tell channels what differs between the two", found),
		"If it is meant to take the old one's place - a move to another server, a restored backup - run `odoobridge resync --other-database`"}
}

// healPause is how soon after a resync that nobody asked for there is no second one.
const healPause = 10 * time.Minute

// healsItself reports whether the bridge may begin with a new slot by itself: the
// configuration says so, the slot of the same database was lost, and not for the
// second time in a short while.
func (b *bridge) healsItself(ctx context.Context, err error) bool {
	var lost *cdc.SlotLostError
	var missing *cdc.SlotMissingError
	if b.cfg.Postgres.Resync != resyncAuto || !errors.As(err, &lost) && !errors.As(err, &missing) {
		return false
	}
	text, _, metaErr := b.store.Meta(ctx, metaHealed)
	if metaErr != nil {
		return false
	}
	last, parseErr := time.Parse(time.RFC3339, text)
	if parseErr == nil && time.Since(last) < healPause {
		b.log.Error("the slot is lost again, so soon after it was healed: a person must look", "healed", text)
		return false
	}
	return true
}

func (b *bridge) storedPosition(ctx context.Context) (p cdc.Position, uuid string, err error) {
	p = cdc.Position{Applied: b.router.Position()}
	values := map[string]string{}
	for _, name := range []string{metaSystem, metaTimeline, metaDatabase, metaOID, metaUUID} {
		value, _, err := b.store.Meta(ctx, name)
		if err != nil {
			return p, "", fmt.Errorf("read whose log the store holds: %w", err)
		}
		values[name] = value
	}
	timeline, err1 := strconv.ParseInt(values[metaTimeline], 10, 32)
	oid, err2 := strconv.ParseUint(values[metaOID], 10, 32)
	if err := errors.Join(err1, err2); err != nil {
		return p, "", fmt.Errorf("read whose log the store holds: %w", err)
	}
	p.Identity = cdc.Identity{SystemID: values[metaSystem], Timeline: int32(timeline), Database: values[metaDatabase], DatabaseOID: uint32(oid)}
	return p, values[metaUUID], nil
}
