package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"path/filepath"
	"testing"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/devenv"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// onStage is a demo with a shop and no bridge.
func onStage(t *testing.T) *demo {
	t.Helper()
	dsn := testkit.Postgres(t).NewDatabase(t)
	if err := odoosim.Install(context.Background(), dsn); err != nil {
		t.Fatal(err)
	}
	shop, err := openShop(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shop.close(); err != nil {
			t.Error(err)
		}
	})
	say := &printer{out: new(bytes.Buffer)}
	return &demo{say: say, ears: newEars(say), shop: shop}
}

func TestEverySceneCanBePlayed(t *testing.T) {
	d := onStage(t)
	s := d.newStory()
	for _, scene := range scenes {
		before := len(s.expected)
		if err := scene.act(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", scene.title, err)
		}
		if len(s.expected) == before && scene.remark == "" {
			t.Errorf("%s: no channel is expected to hear of it, and nothing says why", scene.title)
		}
	}
	for subject, want := range map[string]float64{
		"stock_level/24/1": 12, // three, sold out, counted to twelve with two reserved, cancelled
		"stock_level/4/1":  7,
		"stock_level/6/1":  250 - 2 - 8*3,
	} {
		got, err := d.freeOf(context.Background(), subject)
		if err != nil {
			t.Fatal(err)
		}
		if got != want {
			t.Errorf("%s is %g in the end, want %g", subject, got, want)
		}
	}
}

func TestAStaleLevelIsFound(t *testing.T) {
	d := onStage(t)
	ev := &event{ID: "x", Type: "stock_level.changed", Subject: "stock_level/24/1", Revision: 1}
	ev.Data.Entity = map[string]json.RawMessage{"available": json.RawMessage(`"2"`)}
	d.ears.lanes["channel.warehouse.levels"].take(ev)
	stale, err := d.staleLevels(context.Background())
	if err != nil || len(stale) != 1 {
		t.Errorf("three are available, two were heard: %v, %v", stale, err)
	}
	ev.Data.Entity["available"] = json.RawMessage(`"3"`)
	if stale, err = d.staleLevels(context.Background()); err != nil || len(stale) != 0 {
		t.Errorf("what is right is called stale: %v, %v", stale, err)
	}
}

func TestTheConfigurationIsOneTheBridgeTakes(t *testing.T) {
	rabbit := new(devenv.RabbitMQ)
	d := &demo{Options: Options{OdooDSN: "postgres://odoo@db/prod"}, dir: t.TempDir(), rabbit: rabbit}
	path, err := d.writeConfig()
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	if len(cfg.Channels) != len(channels) || cfg.Postgres.Slot != slotName() || filepath.Dir(cfg.Store.Path) != d.dir {
		t.Errorf("read back: %d channels, slot %s, store %s", len(cfg.Channels), cfg.Postgres.Slot, cfg.Store.Path)
	}
}
