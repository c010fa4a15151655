package bridge

import (
	"context"
	"fmt"
	"os"

	"github.com/odoobridge/odoobridge/internal/store/postgres"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// claimStore gets a shared store for this process alone, standing by as long
// as another one has it: the store first, the slot after it.
func (b *bridge) claimStore(ctx context.Context) (err error) {
	if b.cfg.Store.DSN == "" {
		return nil
	}
	if err := os.MkdirAll(b.cfg.Store.Path, 0o700); err != nil {
		return fmt.Errorf("make the folder store.path: %w", err)
	}
	if err := b.refuseOdooDatabase(ctx); err != nil {
		return err
	}
	b.stage.set("asking for the store")
	defer b.health.StandBy(false)
	b.lease, err = postgres.Acquire(ctx, postgres.Claim{
		DSN: string(b.cfg.Store.DSN), Schema: b.cfg.Store.Schema, Instance: b.instance, Waiting: b.standBy,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentStore),
	})
	if err != nil {
		return err
	}
	b.setHolder("")
	b.log.Info("the store is ours", telemetry.KeyTerm, b.lease.Term)
	return nil
}

// closeStore gives up what openStore and claimStore got.
func (b *bridge) closeStore() error {
	switch {
	case b.store != nil:
		return b.store.Close()
	case b.lease != nil:
		return b.lease.Close()
	}
	return nil
}

// standBy shows that another bridge is at work.
func (b *bridge) standBy(h postgres.Holder) {
	b.health.StandBy(true)
	b.setHolder(h.String())
	b.stage.set("standing by: " + h.String() + " is at work")
	for _, check := range []string{telemetry.HealthStreaming, telemetry.HealthBroker, telemetry.HealthStore, telemetry.HealthSlot} {
		b.health.Set(check, false, "standing by")
	}
	b.log.Info("standing by: another bridge has the store", telemetry.KeyHolder, h.String())
}

func (b *bridge) setHolder(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.holder = text
}

// storeStatus may be asked for at any time.
func (b *bridge) storeStatus() StoreStatus {
	b.mu.Lock()
	defer b.mu.Unlock()
	s := StoreStatus{Kind: "sqlite", State: "starting", Holder: b.holder}
	if b.cfg.Store.DSN != "" {
		s.Kind = "postgres"
	}
	switch {
	case b.streaming:
		s.State = "active"
	case b.holder != "":
		s.State = "standby"
	}
	return s
}

// openShared opens the store that the lease is for.
func (b *bridge) openShared(ctx context.Context, profile *odoo.Profile, replaceLayout bool) error {
	s, err := postgres.Open(ctx, b.lease, postgres.Options{
		Tables: mirror.StoreTables(profile), MaxSize: b.cfg.Store.MaxSize, ReplaceLayout: replaceLayout,
		Logger: b.log.With(telemetry.KeyComponent, telemetry.ComponentStore),
	})
	if err == nil {
		b.store = s
	}
	return err
}

// watchLease returns when the store is lost.
func (b *bridge) watchLease(ctx context.Context) error {
	if b.lease == nil {
		return nil
	}
	select {
	case <-b.lease.Lost():
		return b.lease.Cause()
	case <-ctx.Done():
		return nil
	}
}

// mayAct says, before every message and every call to Odoo, whether another bridge may be
// at work by now. nil: there can be no other.
func (b *bridge) mayAct() func() error {
	if b.lease == nil {
		return nil
	}
	return b.lease.Held
}

// application is what our connections to Odoo's server are called, so that
// whoever takes over knows them; former is that of the bridge we took over from.
func (b *bridge) application() string {
	if b.lease == nil {
		return ""
	}
	return postgres.ApplicationName(b.instance)
}

func (b *bridge) former() string {
	if b.lease == nil || b.lease.Former == "" {
		return ""
	}
	return postgres.ApplicationName(b.lease.Former)
}

// refuseOdooDatabase keeps the store out of the database whose log is read.
func (b *bridge) refuseOdooDatabase(ctx context.Context) error {
	if b.cfg.Store.InOdooDatabase {
		return nil
	}
	var odoo, store string
	err := b.waitForDatabase(ctx, func() (err error) {
		odoo, err = postgres.WhichDatabase(ctx, string(b.cfg.Postgres.DSN))
		return err
	})
	if err != nil {
		return err
	}
	if store, err = postgres.WhichDatabase(ctx, string(b.cfg.Store.DSN)); err != nil {
		return err
	}
	if odoo != store {
		return nil
	}
	return errOdooDatabase
}

var errOdooDatabase = &DecisionError{"store.dsn leads to Odoo's own database: what the bridge remembers would make write-ahead log on Odoo's server, and be lost with it",
	"Use a database of its own, better on another server; or insist with store.in_odoo_database: true"}
