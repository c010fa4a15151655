package cdc

import (
	"github.com/odoobridge/odoobridge/internal/change"
)

// pieceLimit is the memory that one piece of a transaction may take, and the
// least at which a batch of small ones is closed.
const pieceLimit = 4 << 20

// assembler puts the messages of a stream together to transactions. It
// outlives connections: what was handed over before one was lost is left out
// when it comes again, also within a transaction.
type assembler struct {
	dec     *decoder
	batch   *batch
	history history
	beat    func(logical) // a heartbeat may have come

	handed change.LSN // end of the last transaction put into a batch

	open  bool
	tx    begin
	known bool // the open transaction was handed over before: leave it out
	seen  int  // changes of it that came over this connection
	given int  // changes of it that are in closed pieces, over any connection
	first int  // where the open piece begins among the batch's changes
	cost  int  // of the open piece

	// broken is the transaction in the middle of which a connection was lost
	// after a part of it had been handed over.
	broken struct {
		tx    begin
		given int
	}

	empty change.LSN // end of the last transaction that held nothing for us
}

// message takes one message of pgoutput.
func (a *assembler) message(m []byte) error {
	if len(m) == 0 {
		return protocolErrorf("an empty message")
	}
	kind, body := m[0], m[1:]
	switch kind {
	case msgInsert, msgUpdate, msgDelete, msgTruncate:
		return a.change(kind, body)
	case msgBegin:
		return a.begin(body)
	case msgCommit:
		return a.commit(body)
	case msgRelation:
		return a.dec.describe(body)
	case msgMessage:
		l, err := decodeMessage(body)
		if err == nil {
			a.beat(l)
		}
		return err
	case msgOrigin, msgType:
		return nil // where a change came from and what its types are called does not matter here
	case msgStreamAbort:
		// PostgreSQL 18 reports the end of an aborted transaction although
		// streaming of open ones was not asked for. None of it was sent.
		if !a.open {
			return nil
		}
	}
	return protocolErrorf("a message of type %q%s", kind, a.where())
}

// where adds to an error which transaction it is about.
func (a *assembler) where() string {
	if !a.open {
		return " outside of a transaction"
	}
	return " in the transaction that commits at " + a.tx.final.String()
}

func (a *assembler) begin(body []byte) error {
	if a.open {
		return protocolErrorf("a transaction begins%s", a.where())
	}
	tx, err := decodeBegin(body)
	if err != nil {
		return err
	}
	a.open, a.tx, a.seen, a.given, a.cost = true, tx, 0, 0, 0
	a.first = len(a.batch.changes)
	// The commit record of what was handed over lies before its end; that of
	// anything later does not.
	if a.known = tx.final < a.handed; a.known {
		return nil
	}
	if a.broken.given > 0 {
		if tx.final != a.broken.tx.final || tx.xid != a.broken.tx.xid {
			return protocolErrorf("transaction %d, of which %d changes had come, is not sent again; %d comes instead",
				a.broken.tx.xid, a.broken.given, tx.xid)
		}
		a.given = a.broken.given
	}
	return nil
}

func (a *assembler) change(kind byte, body []byte) error {
	if !a.open {
		return protocolErrorf("a row change%s", a.where())
	}
	if a.known {
		return nil
	}
	var c change.Change
	var err error
	switch kind {
	case msgInsert:
		c, err = a.dec.insert(body, a.batch)
	case msgUpdate:
		c, err = a.dec.update(body, a.batch)
	case msgDelete:
		c, err = a.dec.delete(body, a.batch)
	case msgTruncate:
		return a.dec.truncate(body, func(c change.Change) { a.add(c, len(body)) })
	}
	if err != nil {
		return err
	}
	a.add(c, len(body))
	return nil
}

// add appends a change to the open piece, unless it was handed over before.
func (a *assembler) add(c change.Change, size int) {
	if a.seen++; a.seen <= a.given {
		return
	}
	cost := changeCost + size + valueCost*(len(c.Old)+len(c.New))
	a.batch.changes = append(a.batch.changes, c)
	a.batch.cost += cost
	if a.cost += cost; a.cost >= pieceLimit {
		a.close(false, 0)
	}
}

// close ends the open piece.
func (a *assembler) close(last bool, end change.LSN) {
	changes := a.batch.changes[a.first:len(a.batch.changes):len(a.batch.changes)]
	a.batch.pieces = append(a.batch.pieces, change.Piece{
		XID: a.tx.xid, Timeline: a.history.at(a.tx.final + 1), CommitTime: a.tx.commit,
		Changes: changes, Last: last, End: end,
	})
	a.given = max(a.given, a.seen)
	a.first, a.cost = len(a.batch.changes), 0
}

func (a *assembler) commit(body []byte) error {
	if !a.open {
		return protocolErrorf("a commit%s", a.where())
	}
	commit, end, err := decodeCommit(body)
	if err != nil {
		return err
	}
	if commit != a.tx.final || end <= commit {
		return protocolErrorf("a commit at %s that ends at %s%s", commit, end, a.where())
	}
	a.open = false
	switch {
	case a.known:
		return nil
	case a.seen < a.given:
		return protocolErrorf("transaction %d came again with %d changes, after %d of it were handed over", a.tx.xid, a.seen, a.given)
	case a.seen == 0:
		a.empty = end
		return nil
	}
	a.close(true, end)
	a.handed = end
	a.broken.given = 0
	return nil
}

// idle appends an idle advance.
func (a *assembler) idle(end change.LSN) {
	a.batch.pieces = append(a.batch.pieces, change.Piece{Timeline: a.history.at(end), Last: true, End: end})
	a.handed = end
}

// lost forgets the part of a transaction that came over a connection that is
// gone, and remembers how much of it was handed over.
func (a *assembler) lost() {
	if !a.open {
		return
	}
	a.open = false
	if a.known {
		return
	}
	clear(a.batch.changes[a.first:])
	a.batch.changes = a.batch.changes[:a.first]
	if a.given > 0 {
		a.broken.tx, a.broken.given = a.tx, a.given
	}
}

// take returns the batch, all of whose pieces are closed, and begins another.
func (a *assembler) take(next *batch) *batch {
	b := a.batch
	a.batch, a.first = next, 0
	return b
}

// full reports whether the batch should be handed over although more is there.
// A transaction is divided only when it is large.
func (a *assembler) full() bool {
	return a.batch.cost >= pieceLimit && (!a.open || a.cost == 0)
}
