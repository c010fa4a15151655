package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"github.com/odoobridge/odoobridge/internal/devenv"
	"github.com/odoobridge/odoobridge/internal/odoosim"
)

// startServers starts what the demo needs, all at once.
func (d *demo) startServers(ctx context.Context) error {
	began := time.Now()
	d.say.step("Starting RabbitMQ" + map[bool]string{true: ", PostgreSQL and a small Odoo", false: ""}[d.OdooDSN == ""] + " …")
	var starting errgroup.Group
	starting.Go(func() (err error) {
		d.rabbit, err = devenv.StartRabbitMQ(ctx)
		return err
	})
	if d.OdooDSN == "" {
		starting.Go(func() error { return d.startShop(ctx) })
	}
	if err := starting.Wait(); err != nil {
		return errors.Join(err, d.stopServers())
	}
	d.say.step(fmt.Sprintf("… up after %s.", time.Since(began).Round(100*time.Millisecond)))
	return nil
}

func (d *demo) startShop(ctx context.Context) (err error) {
	// The demo's data is worth nothing, but its latencies should be honest:
	// fsync stays on.
	if d.pg, err = devenv.StartPostgres(ctx, nil); err != nil {
		return err
	}
	dsn := d.pg.DSN("postgres")
	if err := odoosim.Install(ctx, dsn); err != nil {
		return fmt.Errorf("install the shop: %w", err)
	}
	if d.Stay {
		if err := addVisitor(ctx, dsn); err != nil {
			return err
		}
	}
	d.shop, err = openShop(ctx, dsn)
	return err
}

func (d *demo) stopServers() error {
	var errs []error
	if d.shop != nil {
		errs = append(errs, d.shop.close())
	}
	if d.rabbit != nil {
		errs = append(errs, d.rabbit.Close())
	}
	if d.pg != nil {
		errs = append(errs, d.pg.Close())
	}
	return errors.Join(errs...)
}

// readyTimeout bounds how long the bridge may take to be ready. A real
// database's first copy may take its time.
func (d *demo) readyTimeout() time.Duration {
	if d.OdooDSN != "" {
		return time.Hour
	}
	return time.Minute
}

// awaitReady waits until the bridge says that it is ready.
func (d *demo) awaitReady(ctx context.Context) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{DisableKeepAlives: true}}
	return every(ctx, 100*time.Millisecond, d.readyTimeout(), "the bridge", func() bool {
		response, err := client.Get(d.bridge + "/readyz")
		if err != nil {
			return false
		}
		_ = response.Body.Close()
		return response.StatusCode == http.StatusOK
	})
}

// every asks again and again until it is there.
func every(ctx context.Context, pause, patience time.Duration, what string, there func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, patience, fmt.Errorf("%s was not ready within %s", what, patience))
	defer cancel()
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for !there() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

// freeAddress is one nobody listens on.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", fmt.Errorf("find a free port: %w", err)
	}
	defer func() { _ = l.Close() }()
	return l.Addr().String(), nil
}
