package piece

import "github.com/odoobridge/odoobridge/internal/store"

// A piece has at most so many rows, and ends with the row that makes it so large.
const (
	maxRows  = 512
	maxBytes = 4 << 20
)

// Piece is one part of a long reading.
type Piece[T any] struct {
	list []T
	end  bool // there is nothing after it
}

// Fill makes a piece of the rows of a query that was limited to limit. next is
// the next row and its size in bytes; more is false when there is none.
func Fill[T any](limit int, next func() (row T, size int, more bool, err error)) (p Piece[T], err error) {
	for bytes := 0; bytes < maxBytes; {
		row, size, more, err := next()
		if err != nil {
			return p, err
		}
		if !more {
			p.end = len(p.list) < limit
			return p, nil
		}
		p.list = append(p.list, row)
		bytes += size
	}
	return p, nil
}

// Events yields at most limit journal entries after the one given. An entry that does
// not follow the one before was overtaken by a trim, and ends the reading.
func Events(after int64, limit int, read func(after int64, limit int) (Piece[store.Event], error), yield func(store.Event) bool) error {
	first := true
	return each(limit, func(limit int) (Piece[store.Event], error) { return read(after, limit) }, func(e store.Event) bool {
		if !first && e.Seq != after+1 {
			return false
		}
		first, after = false, e.Seq
		return yield(e)
	})
}

// Documents yields at most limit documents after the key given.
func Documents(after store.Key, limit int, read func(after store.Key, limit int) (Piece[store.Document], error), yield func(store.Document) bool) error {
	return each(limit, func(limit int) (Piece[store.Document], error) { return read(after, limit) }, func(d store.Document) bool {
		after = d.Key
		return yield(d)
	})
}

func each[T any](limit int, read func(limit int) (Piece[T], error), yield func(T) bool) error {
	for limit > 0 {
		p, err := read(min(limit, maxRows))
		if err != nil {
			return err
		}
		for _, v := range p.list {
			if !yield(v) {
				return nil
			}
		}
		if p.end {
			return nil
		}
		limit -= len(p.list)
	}
	return nil
}

// searched is how many entries are looked at in one reading, so that none lasts long.
const searched = 20_000

// Search looks through the journal from its end, or from before the given entry, to its first one. read
// returns what it finds in a part of it, newest first.
func Search(first, last, before int64, limit int, read func(from, before int64, limit int) ([]store.Event, error), yield func(store.Event) bool) error {
	for before = min(before, last+1); before > first && limit > 0; before -= searched {
		list, err := read(max(first, before-searched), before, limit)
		if err != nil {
			return err
		}
		for _, e := range list {
			if !yield(e) {
				return nil
			}
		}
		limit -= len(list)
	}
	return nil
}
