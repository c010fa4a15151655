package commands

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Ledger keeps commands in a database.
type Ledger struct {
	Reader  // of what is committed
	db      Database
	ops     chan *op
	done    chan struct{}
	writing sync.WaitGroup
	durable *durability
	syncing sync.WaitGroup
	offers  offers
	closing sync.Once
	closed  error
	settled map[int64]bool // in the transaction that is being written
	// powerLost says that marks may be missing which were not synced.
	powerLost bool
}

var _ store.Ledger = (*Ledger)(nil)

// Reader sees what is committed, and changes nothing of it.
type Reader struct{ db Readings }

// NewReader reads from a database that has the tables.
func NewReader(db Readings) Reader { return Reader{db} }

// Open begins to keep commands in a database that has the tables. Close closes the database
// too; a failing Open does not.
func Open(db Database) (*Ledger, error) {
	if err := Follow(db); err != nil {
		return nil, err
	}
	l := &Ledger{Reader: Reader{db}, db: db, ops: make(chan *op), done: make(chan struct{}), offers: newOffers(), settled: map[int64]bool{}}
	if err := l.now(l.begin); err != nil {
		return nil, err
	}
	l.durable = newDurability(db.Sync)
	l.writing.Go(l.write)
	l.syncing.Go(l.durable.run)
	return l, nil
}

// now does something durably while nobody else writes.
func (l *Ledger) now(do func(Conn) error) error {
	if err := l.db.Transact(false, do); err != nil {
		return err
	}
	return l.db.Sync()
}

// begin notes that the ledger is open, and finds out how it was left.
func (l *Ledger) begin(c Conn) error {
	orderly, was, now := false, "", l.db.Boot()
	err := query(c, "SELECT orderly, boot FROM closed", func(q Row) error {
		orderly, was = q.ColumnInt(0) != 0, q.ColumnText(1)
		return nil
	})
	if err != nil {
		return err
	}
	l.powerLost = PowerLost(orderly, was, now)
	if !orderly {
		// A mark of taking may be lost: whatever is open may have been begun.
		if err := exec(c, "UPDATE command SET attempts = attempts + 1 WHERE state = 'received' OR state = 'waiting'"); err != nil {
			return err
		}
	}
	if l.powerLost {
		now = Unrecovered
	}
	return exec(c, "UPDATE closed SET orderly = 0, boot = ?1", now)
}

// Unrecovered stands in the place of a start of the machine from the moment that power is known to have been lost until
// Recover has dealt with it: whoever opens and closes the ledger in between must not make that forgotten.
const Unrecovered = "unrecovered"

// PowerLost says of a ledger that was left, in order or not, and was last open within one Database.Boot and is looked at within another,
// whether marks may be missing which were not synced.
func PowerLost(orderly bool, was, now string) bool {
	return was == Unrecovered || !orderly && (now == "" || was != now)
}

// Close ends the ledger. What calls have not returned for may be kept or not.
func (l *Ledger) Close() error {
	l.closing.Do(func() {
		close(l.done)
		l.writing.Wait()
		close(l.durable.work)
		l.syncing.Wait()
		l.closed = l.end()
	})
	return l.closed
}

func (l *Ledger) end() error {
	err := l.durable.broken()
	if err == nil {
		err = l.now(func(c Conn) error { return exec(c, "UPDATE closed SET orderly = 1") })
	}
	if err != nil {
		err = fmt.Errorf("note that the ledger was closed in order: %w", err)
	}
	return errors.Join(err, l.db.Close())
}

// Size implements store.Ledger.
func (l *Ledger) Size(ctx context.Context) (int64, error) {
	size, err := l.db.Size(ctx)
	if err != nil {
		return 0, fmt.Errorf("measure the ledger: %w", err)
	}
	return size, nil
}
