package sqlite

import (
	"log/slog"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Options say where a store is and what it holds.
type Options struct {
	// Path is the store's folder. It is made if it is not there.
	Path string
	// Temporary asks for a store in a folder of its own, which Close removes.
	// It syncs nothing. Path is not used.
	Temporary bool
	// Tables are the mirrored tables; their order is their identity in calls.
	Tables []store.Table
	// ReplaceLayout empties the mirror when it was written for other tables or
	// columns, instead of failing with store.ErrLayout.
	ReplaceLayout bool
	// MaxSize bounds the database, in bytes; 0 does not. The write-ahead log beside it
	// comes on top: 64 MiB as a rule, more while it is written faster than the disk takes it,
	// and all of a large transaction.
	MaxSize int64
	// Reserve is how much room is left on the disk, in bytes: with less, Write and
	// Load fail. 0 is 256 MiB, or a fiftieth of a smaller disk; negative is none.
	Reserve int64
	// ReadConns is how many journal and document reads go on at once; 0 is 4.
	ReadConns int
	// PageCache is how much of the file the writer keeps in memory, in bytes; 0 is 64 MiB.
	PageCache int64
	Logger    *slog.Logger
}

const (
	pageSize       = 4096
	readerCache    = 4 << 20
	defaultCache   = 64 << 20
	defaultReaders = 4
	defaultReserve = 256 << 20
	// logLimit is how long the write-ahead log grows before it is copied to the
	// database: longer saves copying pages that soon change again, and costs disk.
	logLimit = 64 << 20
)

func (o *Options) setDefaults() {
	if o.ReadConns <= 0 {
		o.ReadConns = defaultReaders
	}
	if o.PageCache <= 0 {
		o.PageCache = defaultCache
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
}

// logBytes is the length of the write-ahead log at which it is copied.
func (o *Options) logBytes() int64 {
	if o.MaxSize == 0 {
		return logLimit
	}
	return min(logLimit, max(o.MaxSize/16, 1<<20))
}

// maxPages is how many pages the database may have; 0 is any number.
func (o *Options) maxPages() int64 {
	if o.MaxSize == 0 {
		return 0
	}
	return max(o.MaxSize/pageSize, 64)
}
