package router

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/held"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Names under which the router remembers where it is.
const (
	metaPosition = "position" // end of the last applied commit
	metaSequence = "sequence" // number of the last event
	metaLoaded   = "loaded"   // position of the finished snapshot
	metaEpoch    = "epoch"    // how often the log began anew
	// metaCheckpoint is the last event whose document is in its own table.
	metaCheckpoint = "checkpoint"
)

// storage is what the router needs of the store.
type storage interface {
	store.Mirror
	Write(ctx context.Context, b *store.Batch) error
	Commit(ctx context.Context) error
	Rollback() error
	Load(ctx context.Context, table int) (store.Loader, error)
	Meta(ctx context.Context, name string) (value string, found bool, err error)
	Events(ctx context.Context, after int64, limit int, yield func(store.Event) bool) error
	Documents(ctx context.Context, entity string, after store.Key, limit int, yield func(store.Document) bool) error
}

// Options are what a Router works with.
type Options struct {
	Profile *odoo.Profile
	Store   storage
	// Committed takes the events of a group once they are durable. events is nil
	// when there were too many to keep; last is then the last one's number.
	Committed func(events []*store.Event, last int64)
	// Confirm takes a position once it is durable.
	Confirm func(change.LSN)
	// OriginOf names the channel whose Odoo user this is, "" for none.
	OriginOf func(uid int64) string
	// Held is what channels have in flight; nothing if nil.
	Held    *held.Set
	Observe Observer
	// Clock is the computer's if nil.
	Clock Clock
	// WriteThrough reports whether somebody reads documents from the store: then
	// every group is in its own tables when it is committed.
	WriteThrough func() bool
	CacheBytes   int
}

// Router applies transactions. It is not safe for concurrent use, but KeepTime may run beside Apply.
type Router struct {
	Options
	mu             sync.Mutex // what Apply and KeepTime share: all that follows
	agenda         agenda
	heard          time.Time // when Apply was last called
	timeline       int32     // of the last piece
	storedTimeline int32
	mirror         *mirror.Mirror
	documents      *documents
	touches        [][]touch // by table
	passes         [][]pass  // by table
	position       change.LSN
	sequence       int64
	epoch          int32
	tx             transaction
	group          group
	redo           redo
	flight         flight
	loading        bool
	failed         error
	poison         poison
	poisoned       atomic.Pointer[[]Poisoned]
}

// touch is one entity's interest in a table.
type pass struct {
	entity int
	passes func(old, new odoo.Row, passed func(from, to odoo.Key))
}

type touch struct {
	entity int
	touch  func(rows odoo.Rows, old, new odoo.Row, touch func(odoo.Key))
}

// Open continues where the store is.
func Open(ctx context.Context, o Options) (*Router, error) {
	if o.Observe == nil {
		o.Observe = blind{}
	}
	if o.Clock == nil {
		o.Clock = SystemClock{}
	}
	if o.Held == nil {
		o.Held = held.NewSet()
	}
	if o.OriginOf == nil {
		o.OriginOf = func(int64) string { return "" }
	}
	m, err := mirror.Open(o.Profile, o.Store, o.CacheBytes/2)
	if err != nil {
		return nil, err
	}
	r := &Router{Options: o, mirror: m, documents: newDocuments(o.Profile, o.Store, o.CacheBytes/2)}
	r.touches, r.passes = make([][]touch, len(o.Profile.Tables)), make([][]pass, len(o.Profile.Tables))
	for i, entity := range o.Profile.Entities {
		for table, fn := range entity.Touches {
			r.touches[table.ID] = append(r.touches[table.ID], touch{i, fn})
		}
		for table, fn := range entity.Passes {
			r.passes[table.ID] = append(r.passes[table.ID], pass{i, fn})
		}
	}
	if r.position, err = readPosition(ctx, o.Store, metaPosition); err != nil {
		return nil, err
	}
	if r.sequence, err = readNumber(ctx, o.Store, metaSequence); err != nil {
		return nil, err
	}
	epoch, err := readNumber(ctx, o.Store, metaEpoch)
	if err != nil {
		return nil, err
	}
	r.epoch = int32(epoch)
	r.tx.reset()
	if err := r.resumeClock(ctx); err != nil {
		return nil, err
	}
	if err := r.replay(ctx); err != nil {
		return nil, err
	}
	if err := r.readPoison(ctx); err != nil {
		return nil, err
	}
	if err := r.resumeFlight(ctx); err != nil {
		return nil, err
	}
	return r, r.plan()
}

// Position is the end of the last durable commit, 0 when there is none.
func (r *Router) Position() change.LSN { return r.position }

// Close forgets what is not durable: a transaction of which only a part came. The
// router is of no use afterwards.
func (r *Router) Close() error {
	if r.failed != nil {
		return nil // and has forgotten already
	}
	r.failed = errClosed
	return r.Store.Rollback()
}

var errClosed = errors.New("the router is closed")

// Loaded returns the position of the snapshot that the store was filled from;
// ok is false when it never was, or not to the end.
func Loaded(ctx context.Context, s metaReader) (at change.LSN, ok bool, err error) {
	at, err = readPosition(ctx, s, metaLoaded)
	return at, at != 0, err
}

// Unload marks the store as one whose tables must be read again.
func Unload(ctx context.Context, s interface {
	Write(ctx context.Context, b *store.Batch) error
	Commit(ctx context.Context) error
}) error {
	if err := s.Write(ctx, &store.Batch{Meta: map[string]string{metaLoaded: ""}}); err != nil {
		return fmt.Errorf("note that the tables must be read again: %w", err)
	}
	return s.Commit(ctx)
}

type metaReader interface {
	Meta(ctx context.Context, name string) (string, bool, error)
}

func readPosition(ctx context.Context, s metaReader, name string) (change.LSN, error) {
	text, found, err := s.Meta(ctx, name)
	if err != nil || !found || text == "" {
		return 0, err
	}
	lsn, err := change.ParseLSN(text)
	if err != nil {
		return 0, fmt.Errorf("the store's %s: %w", name, err)
	}
	return lsn, nil
}

func readNumber(ctx context.Context, s metaReader, name string) (int64, error) {
	text, found, err := s.Meta(ctx, name)
	if err != nil || !found || text == "" {
		return 0, err
	}
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return 0, fmt.Errorf("the store's %s: %w", name, err)
	}
	return n, nil
}
