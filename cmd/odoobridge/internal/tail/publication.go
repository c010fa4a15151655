package tail

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/odoobridge/odoobridge/cdc"
)

// ownPrefix begins the names of publications and slots that a tail makes for itself.
const ownPrefix = "odoobridge_tail_"

// publication is what the temporary slot reads from.
type publication struct {
	name string
	own  bool // made by us, dropped by us
}

// findPublication takes the configured publication if it has all the tables,
// and otherwise makes one of its own.
func findPublication(ctx context.Context, conn *pgx.Conn, configured string, tables []string) (publication, error) {
	if err := dropStale(ctx, conn); err != nil {
		return publication{}, err
	}
	var missing int
	err := conn.QueryRow(ctx, `SELECT count(*) FROM unnest($2::text[]) t WHERE NOT EXISTS (
		SELECT FROM pg_publication_tables p WHERE p.pubname = $1 AND p.schemaname = 'public' AND p.tablename = t)`,
		configured, tables).Scan(&missing)
	if err != nil {
		return publication{}, fmt.Errorf("look for publication %s: %w", configured, err)
	}
	if missing == 0 {
		return publication{name: configured}, nil
	}
	p := publication{name: fmt.Sprintf("%s%d_%d", ownPrefix, os.Getpid(), time.Now().Unix()), own: true}
	if _, err := conn.Exec(ctx, cdc.CreatePublicationSQL(p.name, tables)); err != nil {
		var refused *pgconn.PgError
		if errors.As(err, &refused) && refused.Code == "42501" {
			return p, fmt.Errorf("publication %s lacks %d of the mapped tables, and this role may not make one of its own: "+
				"run tail as the owner of Odoo's tables, or have the administrator run the SQL that `odoobridge setup` prints: %w", configured, missing, err)
		}
		return p, fmt.Errorf("make a publication for this tail: %w", err)
	}
	return p, nil
}

// drop removes the publication if it is ours. It has a moment even when ctx has ended.
func (p publication) drop(ctx context.Context, dsn string) error {
	if !p.own {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to drop publication %s: %w", p.name, err)
	}
	defer conn.Close(ctx) //nolint:errcheck // nothing depends on a parting word
	if _, err := conn.Exec(ctx, "DROP PUBLICATION IF EXISTS "+pgx.Identifier{p.name}.Sanitize()); err != nil {
		return fmt.Errorf("drop publication %s: %w", p.name, err)
	}
	return nil
}

// dropStale removes publications of tails that were killed: their slots went
// with their connections. What this role may not drop stays.
func dropStale(ctx context.Context, conn *pgx.Conn) error {
	rows, err := conn.Query(ctx, `SELECT pubname FROM pg_publication p
		WHERE starts_with(pubname, $1) AND pg_has_role(pubowner, 'MEMBER')
		AND NOT EXISTS (SELECT FROM pg_replication_slots s WHERE s.slot_name = p.pubname)
		AND to_timestamp(split_part(pubname, '_', 4)::bigint) < now() - interval '1 minute'`, ownPrefix)
	if err != nil {
		return fmt.Errorf("look for what killed tails left: %w", err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return fmt.Errorf("look for what killed tails left: %w", err)
	}
	for _, name := range names {
		if !strings.HasPrefix(name, ownPrefix) {
			continue
		}
		if _, err := conn.Exec(ctx, "DROP PUBLICATION IF EXISTS "+pgx.Identifier{name}.Sanitize()); err != nil {
			return fmt.Errorf("drop publication %s, which a killed tail left: %w", name, err)
		}
	}
	return nil
}
