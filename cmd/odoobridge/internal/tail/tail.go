package tail

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/bridge"
	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/odoodb"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/internal/store/sqlite"
	"github.com/odoobridge/odoobridge/router"
	"github.com/odoobridge/odoobridge/router/lane"
	"github.com/odoobridge/odoobridge/router/mirror"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Options say what to show and where from.
type Options struct {
	DSN          string
	Publication  string              // used if it is there and complete
	ExtraColumns map[string][]string // by table
	Workers      int
	Origins      map[string]string // Odoo login → channel
	Log          *slog.Logger
	Say          func(string)        // progress, for a person
	Show         func(*schema.Event) // every event
}

// Run shows events until ctx ends.
func Run(ctx context.Context, o Options) (err error) {
	conn, err := pgx.Connect(ctx, o.DSN)
	if err != nil {
		return fmt.Errorf("connect to Odoo's database: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) //nolint:errcheck // nothing depends on a parting word
	facts, err := odoodb.Read(ctx, conn)
	if err != nil {
		return err
	}
	profile, err := bridge.Mapping(facts, o.ExtraColumns)
	if err != nil {
		return err
	}
	plan, places := bridge.CopyPlan(profile, facts.Columns)
	tables := make([]string, len(plan))
	for i := range plan {
		tables[i] = plan[i].Name
	}
	pub, err := findPublication(ctx, conn, o.Publication, tables)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, pub.drop(ctx, o.DSN)) }()
	channels, err := channelsOf(ctx, conn, o.Origins)
	if err != nil {
		return err
	}
	t := &tail{Options: o, profile: profile, places: places, plan: plan, channels: channels, source: source(facts, conn)}
	return t.follow(ctx, pub.name)
}

type tail struct {
	Options
	profile  *odoo.Profile
	plan     []cdc.CopyTable
	places   []int
	channels map[int64]string
	source   string
}

func channelsOf(ctx context.Context, conn *pgx.Conn, origins map[string]string) (map[int64]string, error) {
	var logins []string
	for login := range origins {
		logins = append(logins, login)
	}
	users, err := odoodb.Users(ctx, conn, logins)
	if err != nil {
		return nil, err
	}
	channels := map[int64]string{}
	for login, uid := range users {
		channels[uid] = origins[login]
	}
	return channels, nil
}

func source(facts odoodb.Facts, conn *pgx.Conn) string {
	if facts.UUID != "" {
		return "odoo/" + facts.UUID
	}
	return "odoo/" + conn.Config().Database
}

// follow copies the tables and streams from the same moment on.
func (t *tail) follow(ctx context.Context, publication string) (err error) {
	s, err := sqlite.Open(ctx, sqlite.Options{Temporary: true, Tables: mirror.StoreTables(t.profile)})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	src, err := cdc.New(cdc.Config{
		DSN: t.DSN, Slot: fmt.Sprintf("%s%d_%d", ownPrefix, os.Getpid(), time.Now().Unix()), Publication: publication,
		Temporary: true, Workers: t.Workers, Logger: t.Log,
	})
	if err != nil {
		return err
	}
	defer src.Close()
	r, err := router.Open(ctx, router.Options{
		Profile: t.profile, Store: s, Confirm: src.Confirm, Committed: t.committed(ctx, s),
		OriginOf:   func(uid int64) string { return t.channels[uid] },
		CacheBytes: 32 << 20,
	})
	if err != nil {
		return err
	}
	if err := t.load(ctx, src, r); err != nil {
		if ctx.Err() != nil {
			return nil
		}
		return err
	}
	t.Say("following; every committed change that matters to a channel is shown. Stop with Ctrl-C")
	return src.Stream(ctx, r.Position(), r.Apply)
}

func (t *tail) load(ctx context.Context, src *cdc.Source, r *router.Router) error {
	began := time.Now()
	id, err := src.Identify(ctx)
	if err != nil {
		return err
	}
	snapshot, err := src.CreateSlot(ctx)
	if err != nil {
		return err
	}
	defer snapshot.Close()
	t.Say(fmt.Sprintf("Odoo %s found; a temporary slot is active at %s. Reading %d tables, to know what changes are changes of", t.profile.Release, snapshot.LSN, len(t.plan)))
	load, err := r.BeginLoad(ctx)
	if err != nil {
		return err
	}
	if err := snapshot.Copy(ctx, t.plan, bridge.PlacedSink{Load: load, Places: t.places}, func(p cdc.Progress) {
		if !p.Done {
			t.Say("reading: " + bridge.DescribeCopy(p))
		}
	}); err != nil {
		return errors.Join(err, load.Abort())
	}
	return load.Finish(ctx, router.SnapshotInfo{Timeline: id.Timeline, LSN: snapshot.LSN, Time: began}, func(string, int, int) {})
}

// committed shows events once they are durable in the temporary store; too many
// to be handed over are read back from it.
func (t *tail) committed(ctx context.Context, s *sqlite.Store) func([]*store.Event, int64) {
	shown := int64(0)
	return func(events []*store.Event, last int64) {
		show := func(e *store.Event) {
			shown = e.Seq
			event := lane.Envelope(e, t.source)
			t.Show(&event)
		}
		for _, e := range events {
			show(e)
		}
		for events == nil && shown < last {
			before := shown
			if err := s.Events(ctx, shown, 1000, func(e store.Event) bool { show(&e); return true }); err != nil || shown == before {
				t.Say(fmt.Sprintf("%d events could not be shown: %v", last-shown, err))
				return
			}
		}
	}
}
