package inbound

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// parkedFor parks every command until there is what it waits for.
func parkedUntil(there *atomic.Bool, keys ...string) *fake {
	return &fake{do: func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		if there.Load() {
			return applied(c), nil
		}
		return command.Outcome{Kind: command.Parked, WaitsFor: keys, Problems: []command.Problem{{Code: schema.CodeUnknownMapping, Message: "not there"}}}, nil
	}}
}

// TestWhatComesWhileACommandLooksForItIsNotMissed has a product appear between the command's look at
// Odoo and the moment at which the ledger knows that it waits.
func TestWhatComesWhileACommandLooksForItIsNotMissed(t *testing.T) {
	for _, kind := range []command.Kind{command.Parked, command.Waiting} {
		for _, channel := range []string{"", "shop"} {
			t.Run(fmt.Sprintf("%s by %q", kind, channel), func(t *testing.T) {
				looked, come := make(chan struct{}), make(chan struct{})
				f := &fake{}
				f.do = func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
					if f.times(c.ID) > 1 {
						return applied(c), nil
					}
					close(looked)
					<-come
					return command.Outcome{Kind: kind, WaitsFor: []string{"sku/A", "sku/B"}, After: time.Hour, Problems: []command.Problem{{Code: schema.CodeUnknownSKU, Message: "not there"}}}, nil
				}
				w := start(t, f)
				w.send("order.place", wish(t, "order.place", "a", "5001"))
				<-looked
				if _, err := w.in.Wake(t.Context(), channel, []string{"sku/B"}); err != nil {
					t.Fatal(err)
				}
				close(come)
				w.until("applied", func() bool { return w.command("a").State == store.CommandApplied })
			})
		}
	}
}

// TestWhatCameWhileTheBridgeWasDownWakesWhatWaits restarts the river with a mapping that was added meanwhile. What is
// still not there is looked for once more, and the channel is not told again.
func TestWhatCameWhileTheBridgeWasDownWakesWhatWaits(t *testing.T) {
	var there atomic.Bool
	f := parkedUntil(&there, config.MappingKey(config.MapTaxes, "VAT19"))
	w := start(t, f)
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	if got := w.outcome("a"); got != "parked unknown_mapping" {
		t.Fatal(got)
	}
	// Else it would be sent again, which says nothing.
	w.until("the result is marked as sent", func() bool {
		unsent, err := w.ledger.Unsent(t.Context(), 0, 1)
		return err == nil && len(unsent) == 0
	})
	w.stop()
	w.run(w.in.config(), f)
	w.until("looked again in vain", func() bool { return f.times("a") == 2 && w.command("a").State == store.CommandParked })
	w.stop()
	there.Store(true)
	w.run(w.in.config(), f)
	if got := w.outcome("a"); got != "applied" {
		t.Errorf("the next result is %s: what was looked for in vain was told again", got)
	}
}

// TestAKindOfMappingWakesWhatItsCodesHold has something appear in Odoo that may be what a code is mapped to.
func TestAKindOfMappingWakesWhatItsCodesHold(t *testing.T) {
	var there atomic.Bool
	f := parkedUntil(&there, config.MappingKey(config.MapPaymentMethods, "card"))
	w := start(t, f, func(c *config.Config) {
		c.Channels[0].Mapping.PaymentMethods = map[string]config.Record{"card": "BNK9"}
		c.Channels[0].Warehouses = []string{"WH"}
	})
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	if got := w.outcome("a"); got != "parked unknown_mapping" {
		t.Fatal(got)
	}
	there.Store(true)
	for _, other := range []string{"mapping/tax/", "mapping/warehouse/", "mapping/payment_method/cash"} {
		if n, err := w.in.Wake(t.Context(), "", []string{other}); err != nil || n != 0 {
			t.Errorf("%s woke %d: %v", other, n, err)
		}
	}
	if n, err := w.in.Wake(t.Context(), "", []string{"mapping/payment_method/"}); err != nil || n != 1 {
		t.Errorf("woke %d: %v", n, err)
	}
	if got := w.outcome("a"); got != "applied" {
		t.Error(got)
	}
}

func TestOnlyWhatIsNeededOfWhatComesIsRemembered(t *testing.T) {
	var c come
	at := func(n int) time.Time { return time.Unix(int64(n), 0) }
	c.tell("", []string{"early"}, at(1))
	c.begin(1, at(2))
	c.tell("shop", []string{"a"}, at(3))
	c.tell("till", []string{"b"}, at(3))
	c.begin(2, at(4))
	if got := c.since(1, "shop", []string{"early", "a", "b"}); len(got) != 1 || got[0] != "a" {
		t.Errorf("the first has missed %v", got)
	}
	if got := c.since(2, "shop", []string{"a"}); len(got) != 0 {
		t.Errorf("the second has missed %v", got)
	}
	for n := range mostCome + 1 {
		c.tell("", []string{fmt.Sprint(n)}, at(5))
	}
	if got := c.since(1, "shop", []string{"anything"}); len(got) != 1 {
		t.Error("more came than is remembered, and nothing is missed")
	}
	if len(c.keys) > mostCome {
		t.Errorf("%d are remembered", len(c.keys))
	}
	c.end(1)
	c.end(2)
	if len(c.keys) != 0 {
		t.Errorf("%d are remembered for nobody", len(c.keys))
	}
}

// TestAPersonWhoHasACommandTriedAgainHasDecided parks a command as a conflict: when a person retries it, the executor is told,
// also after an attempt in between that failed.
func TestAPersonWhoHasACommandTriedAgainHasDecided(t *testing.T) {
	f := &fake{}
	f.do = func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		switch {
		case c.Parked != schema.CodeConflict:
			return command.Outcome{Kind: command.Parked, Problems: []command.Problem{{Code: schema.CodeConflict, Message: "moved"}}}, nil
		case f.times(c.ID) == 2:
			return command.Outcome{}, &command.RetryError{After: time.Millisecond, Err: errOdooDown}
		}
		return applied(c), nil
	}
	w := start(t, f)
	w.send("order.place", wish(t, "order.place", "a", "5001"))
	if got := w.outcome("a"); got != "parked conflict" {
		t.Fatal(got)
	}
	if err := w.in.Retry(t.Context(), "shop", "a", By{User: "anna", Reason: "it is right"}); err != nil {
		t.Fatal(err)
	}
	if got := w.outcome("a"); got != "applied" || f.times("a") != 3 {
		t.Errorf("%s after %d attempts", got, f.times("a"))
	}
}
