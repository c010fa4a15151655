package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// The one lane that measurements have, and its queue.
const (
	laneChannel = "bench"
	laneName    = "stock"
	laneQueue   = "channel." + laneChannel + "." + laneName
)

// bridge is one odoobridge with its own slot, store and configuration. It can
// be started and stopped many times.
type bridge struct {
	lab     *lab
	db      *database
	slot    string
	config  string // path of its configuration
	address string // of its health and metrics
}

// bridgeOptions are what measurements vary.
type bridgeOptions struct {
	lane     bool     // one instant lane on stock_level
	firehose bool     // every event to odoo.events too
	lanes    []string // instead: YAML of each of the channel's lanes, by name
	commands string   // instead: the channel sends customers, and this is the way to Odoo in YAML
	store    string   // a connection string: everything is remembered in PostgreSQL
}

// newBridge builds the program, once, and writes a configuration.
func (l *lab) newBridge(ctx context.Context, db *database, slot string, o bridgeOptions) (*bridge, error) {
	if err := l.build(ctx); err != nil {
		return nil, err
	}
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	b := &bridge{lab: l, db: db, slot: slot, config: l.path(slot + ".yaml"), address: address}
	store := l.path(slot + ".store")
	if err := os.Mkdir(store, 0o700); err != nil {
		return nil, fmt.Errorf("make the store's directory: %w", err)
	}
	var text strings.Builder
	fmt.Fprintf(&text, "postgres: {dsn: %q, slot: %s, publication: %s, status_interval: 100ms}\n", db.dsn, slot, publication)
	fmt.Fprintf(&text, "rabbitmq: {url: %q, events: %t}\n", l.rabbit.URL(""), o.firehose)
	settings := fmt.Sprintf("path: %q", store)
	if o.store != "" {
		settings += fmt.Sprintf(", dsn: %q", o.store)
	}
	fmt.Fprintf(&text, "store: {%s}\n", settings)
	fmt.Fprintf(&text, "http: {listen: %q}\n", address)
	fmt.Fprintf(&text, "log: {format: json}\n")
	if o.lane {
		fmt.Fprintf(&text, "channels: {%s: {lanes: {%s: {entities: [stock_level], pace: instant}}}}\n", laneChannel, laneName)
	}
	if len(o.lanes) > 0 {
		fmt.Fprintf(&text, "channels: {%s: {lanes: {%s}}}\n", laneChannel, strings.Join(o.lanes, ", "))
	}
	if o.commands != "" {
		fmt.Fprintf(&text, "%sownership: {customer.name: [%s], customer.email: [%[2]s]}\nchannels: {%[2]s: {commands: [customer.upsert]}}\ncommands: {workers: 64}\n", o.commands, laneChannel)
	}
	if err := os.WriteFile(b.config, []byte(text.String()), 0o600); err != nil {
		return nil, fmt.Errorf("write the bridge's configuration: %w", err)
	}
	return b, nil
}

// build makes the program. Paths are left in: without them Go would compile
// everything again.
func (l *lab) build(ctx context.Context) error {
	if l.bridgeBinary != "" {
		return nil
	}
	root, err := repository()
	if err != nil {
		return err
	}
	l.log.Info("building odoobridge")
	binary := l.path("odoobridge")
	cmd := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/odoobridge")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("build odoobridge: %w\n%s", err, out)
	}
	l.bridgeBinary = binary
	return nil
}

func freeAddress() (string, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = listener.Close() }()
	return listener.Addr().String(), nil
}

// start starts the bridge without waiting for anything.
func (b *bridge) start() (*process, error) {
	return start(b.lab.bridgeBinary, "run", "--config", b.config)
}

// readyLimit is how long a snapshot may take.
const readyLimit = 30 * time.Minute

// startReady starts the bridge and waits until it says that it is ready.
func (b *bridge) startReady(ctx context.Context) (*process, error) {
	p, err := b.start()
	if err != nil {
		return nil, err
	}
	err = poll(ctx, readyLimit, "the bridge to be ready", func() (bool, error) {
		if err := p.ended(); err != nil {
			return false, err
		}
		return b.ready(ctx), nil
	})
	if err != nil {
		return nil, errors.Join(err, p.stop())
	}
	return p, nil
}

// initialise makes the slot and the first snapshot, and stops again.
func (b *bridge) initialise(ctx context.Context) error {
	p, err := b.startReady(ctx)
	if err != nil {
		return fmt.Errorf("first start: %w", err)
	}
	return p.stop()
}

func (b *bridge) ready(ctx context.Context) bool {
	status, _, err := b.get(ctx, "/readyz")
	return err == nil && status == http.StatusOK
}

func (b *bridge) get(ctx context.Context, path string) (status int, body string, err error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+b.address+path, nil)
	if err != nil {
		return 0, "", err
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	return response.StatusCode, string(raw), err
}
