package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/devenv"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
)

// onStage is a demo with a shop and no bridge, and what it prints.
func onStage(t *testing.T) (*demo, *bytes.Buffer) {
	t.Helper()
	dsn := testkit.Postgres(t).NewCopy(t, "shop17", odoosim.Install)
	shop, err := openShop(context.Background(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := shop.close(); err != nil {
			t.Error(err)
		}
	})
	out := new(bytes.Buffer)
	say := &printer{out: out}
	return &demo{say: say, ears: newEars(say), shop: shop, desk: &desk{answers: map[string][]*answer{}}}, out
}

// answers puts an answer on the desk as if it had come.
func (d *demo) answers(t *testing.T, c *sent, data string) {
	t.Helper()
	a := &answer{at: c.at.Add(3 * time.Millisecond)}
	if err := json.Unmarshal([]byte(data), &a.Data); err != nil {
		t.Fatal(err)
	}
	key := c.channel + "/" + c.id
	d.desk.answers[key] = append(d.desk.answers[key], a)
}

func TestAnAnswerThatIsNotAsPromisedEndsTheDemo(t *testing.T) {
	out := new(bytes.Buffer)
	d := &demo{say: &printer{out: out}, desk: &desk{answers: map[string][]*answer{}}}
	s := d.newStory()
	order := placed("WEB-1001")
	d.answers(t, &order, `{"outcome":"parked","problems":[{"code":"unknown_sku","path":"data.lines[0].sku","message":"Odoo has no product of this code"}]}`)
	d.answers(t, &order, `{"outcome":"applied","odoo":{"model":"sale.order","id":7,"name":"S00007"}}`)
	if _, err := s.answered(t.Context(), &order, "parked"); err != nil || s.replied != 0 {
		t.Errorf("what was promised: %v, %d answered for good", err, s.replied)
	}
	if _, err := s.answered(t.Context(), &order, "duplicate"); !errors.Is(err, ErrNotAsPromised) || s.replied != 1 {
		t.Errorf("what was not: %v, %d answered for good", err, s.replied)
	}
	want := "  webshop     gets  order.place                      parked: unknown_sku at data.lines[0].sku: Odoo has no product of this code  3.0 ms\n" +
		"  webshop     gets  order.place                      applied: sale.order S00007  3.0 ms\n"
	if out.String() != want {
		t.Errorf("printed:\n%s", out)
	}
}

func TestWhatIsNotAsItShouldBeEndsTheDemo(t *testing.T) {
	stage, _ := onStage(t)
	for name, tc := range map[string]struct {
		spoil func(d *demo)
		want  string
	}{
		"all is well":        {func(*demo) {}, ""},
		"never heard":        {func(d *demo) { d.expected = []expectation{{"channel.webshop.orders", "order.created order/S1"}} }, "never heard: channel.webshop.orders order.created order/S1"},
		"not in Odoo":        {func(d *demo) { d.effects = append(d.effects, effect{"sale.order", "client_order_ref", "WEB-9"}) }, "0 of sale.order with client_order_ref WEB-9, and not one"},
		"twice in Odoo":      {func(d *demo) { d.effects = append(d.effects, effect{"res.users", "active", true}) }, "and not one"},
		"without an answer":  {func(d *demo) { d.asked++ }, "✘ 3 commands, 1 without an answer"},
		"answered too often": {func(d *demo) { d.answered++ }, "✘ 2 commands, -1 without an answer"},
	} {
		t.Run(name, func(t *testing.T) {
			out := new(bytes.Buffer)
			say := &printer{out: out}
			d := &demo{say: say, ears: newEars(say), shop: stage.shop, asked: 2, answered: 2}
			d.effects = []effect{{"res.partner", "email", "grace@example.test"}}
			tc.spoil(d)
			err := d.sumUp(t.Context())
			if errors.Is(err, ErrIncomplete) != (tc.want != "") || !strings.Contains(out.String(), tc.want) {
				t.Errorf("%v\n%s", err, out)
			}
		})
	}
}

func TestAStaleLevelIsFound(t *testing.T) {
	d, _ := onStage(t)
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
	live := &demo{Options: Options{OdooDSN: "postgres://odoo@db/prod"}, dir: t.TempDir(), rabbit: new(devenv.RabbitMQ)}
	cfg := written(t, live)
	if len(cfg.Channels) != len(channels) || cfg.Postgres.Slot != slotName() || filepath.Dir(cfg.Store.Path) != live.dir || cfg.HasCommands() {
		t.Errorf("read back: %d channels, slot %s, store %s, commands %v", len(cfg.Channels), cfg.Postgres.Slot, cfg.Store.Path, cfg.HasCommands())
	}
	played, _ := onStage(t)
	played.Options, played.dir, played.rabbit, played.pg = Options{Stay: true}, t.TempDir(), new(devenv.RabbitMQ), new(devenv.Postgres)
	cfg = written(t, played)
	for _, name := range []string{"webshop", "warehouse", "you"} {
		if c := cfg.Channel(name); c == nil || len(c.Commands) == 0 || !cfg.KnowsOwn(c) {
			t.Errorf("channel %s cannot send commands as its own user: %+v", name, c)
		}
	}
	if len(cfg.Warnings) > 0 {
		t.Errorf("warned of %v", cfg.Warnings)
	}
}

func written(t *testing.T, d *demo) *config.Config {
	t.Helper()
	path, err := d.writeConfig()
	if err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}
