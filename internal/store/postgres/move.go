package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/internal/store/internal/commands"
)

// ErrLedgerThere reports that the ledger of a shared store has contents of its own, which are not mixed with others.
var ErrLedgerThere = errors.New("the shared ledger has contents already")

// Moved is what MoveLedger has copied.
type Moved struct {
	Before bool             // it was copied by an earlier call, and nothing by this one
	Rows   map[string]int64 // by table; nil with Before
}

// metaMoved is the name under which the identity of what was copied is kept.
const metaMoved = "ledger moved from"

// MoveLedger copies a ledger that is kept elsewhere into the store in the schema of a database, which is made if it is not there, in one
// transaction. No bridge may have the store meanwhile, and none can get it. Which contents were copied is kept with them: called again for the
// same, it copies nothing. It fails with store.ErrInUse, naming the bridge that has the store, or ErrLedgerThere, and changes nothing of the ledger then.
func MoveLedger(ctx context.Context, dsn, schema string, from commands.Source) (m Moved, err error) {
	s, err := visitStore(ctx, dsn, schema, true)
	if err != nil {
		return Moved{}, err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	err = pgx.BeginFunc(ctx, s.w, func(tx pgx.Tx) (err error) {
		if _, err := tx.Exec(ctx, "SELECT fence($1)", s.lease.Term); err != nil {
			return err
		}
		m, err = move(ctx, tx, from)
		return err
	})
	if err != nil {
		return Moved{}, fmt.Errorf("move the ledger to schema %s: %w", schema, s.explain(err))
	}
	return m, nil
}

func move(ctx context.Context, tx pgx.Tx, from commands.Source) (Moved, error) {
	var noted string
	switch err := tx.QueryRow(ctx, getMeta, metaMoved).Scan(&noted); {
	case err != nil && !errors.Is(err, pgx.ErrNoRows):
		return Moved{}, err
	case noted != "" && noted == from.Identity():
		return Moved{Before: true}, nil
	}
	tables, err := from.Tables()
	if err != nil {
		return Moved{}, err
	}
	for _, t := range tables {
		if err := wantEmpty(ctx, tx, t.Name); err != nil {
			return Moved{}, err
		}
	}
	m := Moved{Rows: map[string]int64{}}
	for _, t := range tables {
		if m.Rows[t.Name], err = moveTable(ctx, tx, from, t); err != nil {
			return Moved{}, fmt.Errorf("table %s: %w", t.Name, err)
		}
	}
	if err := moveState(ctx, tx, from); err != nil {
		return Moved{}, err
	}
	_, err = tx.Exec(ctx, putMeta, []string{metaMoved}, []string{from.Identity()})
	return m, err
}

func wantEmpty(ctx context.Context, tx pgx.Tx, table string) error {
	var there bool
	if err := tx.QueryRow(ctx, "SELECT EXISTS (SELECT FROM "+pgx.Identifier{table}.Sanitize()+")").Scan(&there); err != nil {
		return err
	}
	if there {
		return fmt.Errorf("%w (table %s)", ErrLedgerThere, table)
	}
	return nil
}

// goOnFrom has an identity column never give a number again that was given. What a sequence has given is not rolled back, and need not be.
const goOnFrom = `SELECT setval(s, greatest(nextval(s), $2 + 1), false) FROM (
	SELECT pg_get_serial_sequence(quote_ident($1), attname)::regclass AS s FROM pg_attribute WHERE attrelid = quote_ident($1)::regclass AND attidentity <> '') i`

func moveTable(ctx context.Context, tx pgx.Tx, from commands.Source, t commands.Table) (int64, error) {
	rows, err := from.Rows(t)
	if err != nil {
		return 0, err
	}
	defer rows.Close()
	n, err := tx.CopyFrom(ctx, pgx.Identifier{t.Name}, t.Columns, storableRows{rows})
	if err != nil || t.Given == 0 {
		return n, err
	}
	done, err := tx.Exec(ctx, goOnFrom, t.Name, t.Given)
	if err == nil && done.RowsAffected() != 1 {
		err = errors.New("its rows are numbered there, and not here")
	}
	return n, err
}

// moveState notes how the ledger was left, so that who opens it next does what would have been done there.
func moveState(ctx context.Context, tx pgx.Tx, from commands.Source) error {
	orderly, powerLost, err := from.Left()
	if err != nil {
		return err
	}
	left, boot := int64(0), ledgerTables{}.Boot()
	if orderly {
		left = 1
	}
	if powerLost {
		boot = commands.Unrecovered
	}
	_, err = tx.Exec(ctx, "UPDATE closed SET orderly = $1, boot = $2", left, boot)
	return err
}

// storableRows are rows with texts as the server takes them.
type storableRows struct{ commands.Rows }

// Values implements pgx.CopyFromSource.
func (r storableRows) Values() ([]any, error) {
	values, err := r.Rows.Values()
	for i, value := range values {
		if text, ok := value.(string); ok {
			values[i] = storable(text)
		}
	}
	return values, err
}
