package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/dba"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/pgcheck"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// setupJob is one run of setup: what is wanted, and the server if there is one to ask.
type setupJob struct {
	flags setupFlags
	wants dba.Wants
	dsn   string // what conn was opened with
	conn  *pgx.Conn
	have  *dba.Have
	// asked says why there is no connection, nil when nobody tried.
	asked error
}

// lookTime bounds the attempt to look at the server before printing without.
const lookTime = 5 * time.Second

func (a *app) prepareSetup(ctx context.Context, f setupFlags) (*setupJob, error) {
	cfg, err := a.setupConfig(&f)
	if err != nil {
		return nil, err
	}
	j := &setupJob{flags: f, dsn: f.adminDSN}
	if err := j.want(cfg); err != nil {
		return nil, err
	}
	if err := j.connect(ctx, cfg); err != nil {
		return nil, err
	}
	if err := j.look(ctx, cfg.ExtraColumns); err != nil {
		j.close()
		return nil, err
	}
	return j, nil
}

// setupConfig reads the configuration where there is one; setup comes before it in the day's order.
func (a *app) setupConfig(f *setupFlags) (*config.Config, error) {
	if f.adminDSN == "" {
		f.adminDSN, _ = a.env(config.EnvAdminDSN)
	}
	if f.apply && f.adminDSN == "" {
		return nil, usage(fmt.Errorf("--apply needs --admin-dsn, or %s in the environment", config.EnvAdminDSN))
	}
	if _, err := a.findConfig(); err != nil {
		return config.Defaults(), nil
	}
	return a.loadConfig()
}

// want fills in what the configuration and the flags say.
func (j *setupJob) want(cfg *config.Config) error {
	f := j.flags
	w := &j.wants
	w.Role, w.Database, w.RDS = f.role, f.database, f.rds
	w.Slot, w.Publication = cfg.Postgres.Slot, cfg.Postgres.Publication
	w.Connections = pgcheck.Connections(cfg.Postgres.SnapshotWorkers)
	w.Client = f.client
	if w.Client == "" {
		w.Client = "<address of the bridge>/32"
	}
	if dsn := cfg.Postgres.DSN.Reveal(); dsn != "" {
		parsed, err := pgx.ParseConfig(dsn)
		if err != nil {
			return usage(errors.New("postgres.dsn cannot be read as a connection string"))
		}
		w.Role, w.Database = first(w.Role, parsed.User), first(w.Database, parsed.Database)
		if f.apply && w.Role == parsed.User {
			w.Password = explicitPassword(dsn, parsed.Password)
		}
	}
	if !dba.ASCII(w.Password) {
		return usage(errors.New(`the password in postgres.dsn has characters that setup does not send: set it with \password instead`))
	}
	w.Role = first(w.Role, "odoobridge")
	return nil
}

func first(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// explicitPassword is the password that the text itself has: what comes from
// PGPASSWORD or .pgpass may be somebody else's.
func explicitPassword(dsn, parsed string) string {
	if u, err := url.Parse(dsn); err == nil && u.User != nil {
		password, _ := u.User.Password()
		return password
	}
	if strings.Contains(dsn, "password") {
		return parsed
	}
	return ""
}

// connect opens the administrator's connection, or tries the bridge's own: to look, any will do.
func (j *setupJob) connect(ctx context.Context, cfg *config.Config) error {
	admin := j.dsn != ""
	if !admin {
		j.dsn = cfg.Postgres.DSN.Reveal()
	}
	if j.dsn == "" {
		return nil
	}
	limited, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	j.conn, j.asked = pgx.Connect(limited, j.dsn)
	if j.asked != nil && admin {
		return fmt.Errorf("connect as the administrator: %w", j.asked)
	}
	if j.asked == nil {
		j.wants.Database = first(j.flags.database, j.conn.Config().Database)
		if j.wants.Database != j.conn.Config().Database {
			return usage(fmt.Errorf("--database is %s, and the connection leads to %s", j.wants.Database, j.conn.Config().Database))
		}
	}
	return nil
}

// look asks the server what is there and which Odoo this is; without a
// connection, the flags must say.
func (j *setupJob) look(ctx context.Context, extra map[string][]string) error {
	release := j.flags.release
	var facts odoodb.Facts
	if j.conn != nil {
		var err error
		if j.have, err = dba.Look(ctx, j.conn, &j.wants); err != nil {
			return err
		}
		if facts, err = odoodb.Read(ctx, j.conn); err != nil {
			return err
		}
		if release == "" {
			if release, _, err = odoo.Detect(facts.Columns, facts.BaseVersion); err != nil {
				return err
			}
		}
	}
	if release == "" {
		return usage(fmt.Errorf("the server cannot be asked which Odoo it has%s: say so with --odoo-release 17.0, or give --admin-dsn", because(j.asked)))
	}
	if j.wants.Database == "" {
		return usage(errors.New("which database is Odoo's? Say so with --database"))
	}
	profile, err := odoo.For(release, extra)
	if err != nil {
		return usage(err)
	}
	if j.conn != nil {
		if err := odoo.Check(profile, facts.Columns); err != nil {
			return err
		}
	}
	j.flags.release = release
	j.wants.Tables = dba.Tables(profile)
	return nil
}

func because(err error) string {
	if err == nil {
		return ""
	}
	return " (" + strings.Join(strings.Fields(err.Error()), " ") + ")"
}

func (j *setupJob) plan(ctx context.Context) ([]dba.Statement, error) {
	if j.flags.undo {
		return dba.Undo(&j.wants, j.have), nil
	}
	remedies, err := j.publication(ctx)
	if err != nil {
		return nil, err
	}
	return dba.Plan(&j.wants, j.have, dba.Publication(j.wants.Publication, remedies)), nil
}

// publication asks the room that will read it what is wrong with the
// publication. Tables that publishing would break are refused.
func (j *setupJob) publication(ctx context.Context) ([]string, error) {
	tables := j.wants.Published(j.have)
	if j.conn == nil {
		return []string{cdc.CreatePublicationSQL(j.wants.Publication, tables)}, nil
	}
	source, err := cdc.New(cdc.Config{DSN: j.dsn, Slot: j.wants.Slot, Publication: j.wants.Publication})
	if err != nil {
		return nil, err
	}
	defer source.Close()
	found, err := source.CheckPublication(ctx, tables)
	if err != nil {
		return nil, err
	}
	var remedies []string
	var refused []string
	for _, f := range found {
		switch f.Code {
		case cdc.FindingNoReplicaIdentity, cdc.FindingTableKind, cdc.FindingTableMissing:
			refused = append(refused, f.Message)
		default:
			remedies = append(remedies, pgcheck.Statements(f.Remedy)...)
		}
	}
	if refused != nil {
		return nil, needsPerson(fmt.Errorf("refused: publishing would break Odoo\n- %s", strings.Join(refused, "\n- ")))
	}
	return remedies, nil
}

// heading says what the script is for.
func (j *setupJob) heading(f setupFlags) string {
	what := "lets odoobridge read"
	if f.undo {
		what = "takes away what let odoobridge read"
	}
	text := fmt.Sprintf("-- This %s Odoo %s in the database %s.\n", what, j.flags.release, j.wants.Database)
	if j.have == nil {
		text += "-- Nobody looked at the server: this is the whole of it, for an Odoo with Sales, Inventory,\n" +
			"-- Delivery, Invoicing, Payments, Loyalty and Email Marketing.\n" +
			"-- With --admin-dsn, what is there already, or not installed, is left out.\n"
	}
	return text + fmt.Sprintf("-- Run it as a superuser, connected to it: psql -v ON_ERROR_STOP=1 -d %s -f this.sql\n\n", j.wants.Database)
}

func (j *setupJob) close() {
	if j.conn == nil {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = j.conn.Close(ctx)
}
