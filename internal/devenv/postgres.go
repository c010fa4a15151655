package devenv

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// startTimeout bounds how long a server may take to come up.
const startTimeout = 4 * time.Minute

// Postgres is a private PostgreSQL server that takes logical replication.
type Postgres struct {
	dir      *workdir
	cred     *syscall.Credential
	settings map[string]string
	port     int
	proc     *process
}

// postgresSettings are what every server starts with; a caller's own win.
var postgresSettings = map[string]string{
	"wal_level":             "logical",
	"max_replication_slots": "40",
	"max_wal_senders":       "40",
	"max_connections":       "100",
	"shared_buffers":        "64MB",
	"listen_addresses":      "127.0.0.1",
	"log_line_prefix":       "%m [%p] %q%d ",
	"timezone":              "UTC",
}

// StartPostgres makes a database cluster with the given settings and starts it.
func StartPostgres(ctx context.Context, settings map[string]string) (*Postgres, error) {
	return StartPostgresFrom(ctx, "", settings)
}

// StartPostgresFrom does so by copying the new cluster that is in a directory, which it makes first where there is none: a
// copy takes a tenth of what initdb does. Its system identifier is that of all other copies.
func StartPostgresFrom(ctx context.Context, original string, settings map[string]string) (*Postgres, error) {
	dir, err := newWorkdir()
	if err != nil {
		return nil, err
	}
	pg := &Postgres{dir: dir, settings: maps.Clone(postgresSettings)}
	maps.Copy(pg.settings, settings)
	if err := pg.create(ctx, original); err != nil {
		_ = dir.remove()
		return nil, err
	}
	if err := pg.Start(ctx); err != nil {
		_ = dir.remove()
		return nil, err
	}
	return pg, nil
}

// create makes the cluster.
func (pg *Postgres) create(ctx context.Context, original string) (err error) {
	if pg.cred, err = serverIdentity(); err != nil {
		return err
	}
	if err := give(pg.dir.path, pg.cred); err != nil {
		return err
	}
	if original == "" {
		err = initialize(ctx, pg.dir.join("data"), pg.cred)
	} else {
		err = copyCluster(ctx, original, pg.dir.join("data"), pg.cred)
	}
	if err != nil {
		return err
	}
	ports, err := freePorts(1)
	if err != nil {
		return err
	}
	pg.port = ports[0]
	return pg.configure()
}

// configure appends the settings to postgresql.conf: there, and not on the
// command line, ALTER SYSTEM can change them.
func (pg *Postgres) configure() error {
	var lines strings.Builder
	for _, key := range slices.Sorted(maps.Keys(pg.settings)) {
		fmt.Fprintf(&lines, "%s = '%s'\n", key, strings.ReplaceAll(pg.settings[key], "'", "''"))
	}
	conf, err := os.OpenFile(pg.dir.join("data/postgresql.conf"), os.O_APPEND|os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("configure the server: %w", err)
	}
	_, err = conf.WriteString(lines.String())
	if err := errors.Join(err, conf.Close()); err != nil {
		return fmt.Errorf("configure the server: %w", err)
	}
	return nil
}

// Start starts the server after a Stop and waits until it takes connections.
func (pg *Postgres) Start(ctx context.Context) error {
	if pg.proc != nil && !pg.proc.exited() {
		return nil
	}
	binary, err := Find("postgres")
	if err != nil {
		return err
	}
	// What a killed server left says "ready" before the new one is.
	if err := os.Remove(pg.dir.join("data/postmaster.pid")); err != nil && !os.IsNotExist(err) {
		return fmt.Errorf("remove the old pid file: %w", err)
	}
	cmd := exec.Command(binary, pg.arguments()...)
	cmd.Dir = pg.dir.path
	// SIGQUIT: at once. Whoever would have wanted the data is dead.
	if pg.proc, err = startProcess(cmd, pg.LogPath(), pg.cred, syscall.SIGQUIT); err != nil {
		return err
	}
	if err := pg.awaitReady(ctx); err != nil {
		pg.proc.kill()
		return err
	}
	return nil
}

func (pg *Postgres) arguments() []string {
	return []string{"-D", pg.dir.join("data"), "-p", strconv.Itoa(pg.port), "-k", pg.dir.path}
}

// awaitReady waits for the word in the pid file that pg_ctl waits for.
func (pg *Postgres) awaitReady(ctx context.Context) error {
	return await(ctx, pg.proc, "PostgreSQL", pg.LogPath(), func(context.Context) bool {
		raw, err := os.ReadFile(pg.dir.join("data/postmaster.pid"))
		lines := strings.Split(string(raw), "\n")
		return err == nil && len(lines) >= 8 && strings.TrimSpace(lines[7]) == "ready"
	})
}

// Stop stops the server: at once as in a crash, or after a checkpoint.
func (pg *Postgres) Stop(immediate bool) error {
	if immediate {
		return pg.proc.stop(syscall.SIGQUIT, 15*time.Second)
	}
	return pg.proc.stop(syscall.SIGINT, 60*time.Second)
}

// Close stops the server and removes all it wrote.
func (pg *Postgres) Close() error {
	stopErr := pg.Stop(true)
	if err := pg.dir.remove(); err != nil {
		return fmt.Errorf("remove the cluster: %w", err)
	}
	return stopErr
}

// DSN is how the superuser reaches a database over TCP.
func (pg *Postgres) DSN(database string) string {
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/%s?sslmode=disable", pg.port, database)
}

// Addr is the server's TCP address, for a proxy in front of it.
func (pg *Postgres) Addr() string { return "127.0.0.1:" + strconv.Itoa(pg.port) }

// SocketDir is the directory of the server's Unix socket.
func (pg *Postgres) SocketDir() string { return pg.dir.path }

// DataDir is the cluster's directory; pg_hba.conf in it may be changed.
func (pg *Postgres) DataDir() string { return pg.dir.join("data") }

// LogPath is the server's log.
func (pg *Postgres) LogPath() string { return pg.dir.join("postgres.log") }
