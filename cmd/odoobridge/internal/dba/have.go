package dba

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// Have is what is there already, as an administrator sees it.
type Have struct {
	Version   int
	Superuser bool // whether the one who looks is
	Role      *Role
	Connect   bool                       // the role may connect
	Usage     bool                       // the role may use the schema public
	Columns   map[string]map[string]bool // table → column → whether the role may read it
	Identity  bool                       // the view is there
	Identify  bool                       // and the role may read it
	Owner     string                     // of Odoo's tables
	Settings  map[string]string
}

// Role is the bridge's role as it is.
type Role struct {
	Login, Replication, Superuser bool
	Connections                   int
	RDS                           bool // member of rds_replication
}

// Look finds out what is there, over the administrator's connection.
func Look(ctx context.Context, conn *pgx.Conn, w *Wants) (*Have, error) {
	h := &Have{Columns: map[string]map[string]bool{}, Settings: map[string]string{}}
	for _, look := range []func(context.Context, *pgx.Conn, *Wants) error{h.server, h.role, h.tables, h.settings} {
		if err := look(ctx, conn, w); err != nil {
			return nil, err
		}
	}
	return h, nil
}

func (h *Have) server(ctx context.Context, conn *pgx.Conn, _ *Wants) error {
	err := conn.QueryRow(ctx, `SELECT current_setting('server_version_num')::int, rolsuper
		FROM pg_roles WHERE rolname = current_user`).Scan(&h.Version, &h.Superuser)
	if err != nil {
		return fmt.Errorf("ask for the server's version: %w", err)
	}
	return nil
}

func (h *Have) role(ctx context.Context, conn *pgx.Conn, w *Wants) error {
	var r Role
	err := conn.QueryRow(ctx, `SELECT rolcanlogin, rolreplication, rolsuper, rolconnlimit,
			EXISTS (SELECT 1 FROM pg_auth_members m JOIN pg_roles g ON g.oid = m.roleid
				WHERE g.rolname = 'rds_replication' AND m.member = r.oid),
			has_database_privilege(r.oid, current_database(), 'CONNECT'), has_schema_privilege(r.oid, 'public', 'USAGE')
		FROM pg_roles r WHERE rolname = $1`, w.Role).
		Scan(&r.Login, &r.Replication, &r.Superuser, &r.Connections, &r.RDS, &h.Connect, &h.Usage)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("look at the role: %w", err)
	}
	h.Role = &r
	return nil
}

// tables reads which columns there are, and which of them the role may read.
func (h *Have) tables(ctx context.Context, conn *pgx.Conn, w *Wants) error {
	rows, err := conn.Query(ctx, `
		SELECT c.relname, a.attname, r.oid IS NOT NULL AND has_column_privilege(r.oid, c.oid, a.attnum, 'SELECT'),
			pg_get_userbyid(c.relowner), c.relkind = 'v'
		FROM pg_class c
		JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
		LEFT JOIN pg_roles r ON r.rolname = $1
		WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v')`, w.Role)
	if err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	var table, column, owner string
	var readable, view bool
	_, err = pgx.ForEachRow(rows, []any{&table, &column, &readable, &owner, &view}, func() error {
		if view {
			h.Identity = h.Identity || table == IdentityView
			h.Identify = h.Identify || table == IdentityView && readable
			return nil
		}
		if h.Columns[table] == nil {
			h.Columns[table] = map[string]bool{}
		}
		h.Columns[table][column] = readable
		if table == "ir_config_parameter" {
			h.Owner = owner
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("look at the tables: %w", err)
	}
	return nil
}

func (h *Have) settings(ctx context.Context, conn *pgx.Conn, _ *Wants) error {
	rows, err := conn.Query(ctx, `SELECT name, setting FROM pg_settings
		WHERE name IN ('wal_level', 'max_replication_slots', 'max_wal_senders', 'max_slot_wal_keep_size')`)
	if err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	var name, value string
	if _, err = pgx.ForEachRow(rows, []any{&name, &value}, func() error {
		h.Settings[name] = value
		return nil
	}); err != nil {
		return fmt.Errorf("read the settings: %w", err)
	}
	return nil
}
