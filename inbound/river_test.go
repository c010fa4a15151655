package inbound

import (
	"context"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

func TestACommandIsAppliedOnceAndAnsweredToBoth(t *testing.T) {
	f := &fake{}
	w := start(t, f)
	reply, err := w.ch.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	replies, err := w.ch.Consume(reply.Name, "", true, true, false, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := func(p *amqp.Publishing) { p.ReplyTo, p.CorrelationId = reply.Name, "q-1" }
	w.send("order.place", wish(t, "order.place", "a", "5001"), asked)
	r := w.result("a")
	if r.Key != "shop.order.place.applied" || r.Data.Outcome != "applied" || r.Data.Odoo == nil || r.Data.Odoo.Name != "S-5001" || r.Data.Subject != "5001" {
		t.Errorf("%+v", r)
	}
	select {
	case d := <-replies:
		if d.CorrelationId != "q-1" || d.MessageId != r.ID {
			t.Errorf("reply %q %q", d.CorrelationId, d.MessageId)
		}
	case <-time.After(waitLong):
		t.Fatal("no reply")
	}
	// The same once more, and the same order by another id.
	w.send("order.place", wish(t, "order.place", "a", "5001"), asked)
	if again := w.result("a"); again.Data.Outcome != "duplicate" || again.Data.First != "applied" || again.Data.Odoo == nil || again.Data.Odoo.Name != "S-5001" {
		t.Errorf("again: %+v", again.Data)
	}
	w.send("order.place", wish(t, "order.place", "b", "5001"))
	if other := w.result("b"); other.Data.Outcome != "duplicate" || other.Data.Odoo == nil || other.Data.Odoo.ID != 42 || len(other.Data.Problems) != 0 {
		t.Errorf("by another id: %+v", other.Data)
	}
	w.send("order.place", wish(t, "order.place", "c", "5001", func(_, data map[string]any) { data["note"] = "another" }))
	if other := w.result("c"); other.Data.Outcome != "duplicate" || len(other.Data.Problems) != 1 || other.Data.Problems[0].Code != "done_otherwise" || other.Data.Problems[0].Remedy == "" {
		t.Errorf("by another id, with other data: %+v", other.Data)
	}
	w.send("order.place", wish(t, "order.place", "a", "5009"))
	if got := w.outcome("a"); got != "rejected duplicate_id" {
		t.Errorf("another command by the same id: %s", got)
	}
	if f.times("a") != 1 || f.times("b") != 0 {
		t.Errorf("executed %v", f.executed)
	}
}

func TestDuplicatesAtOnceHaveOneEffect(t *testing.T) {
	f := &fake{}
	w := start(t, f)
	for range 10 {
		w.send("order.place", wish(t, "order.place", "a", "5001"))
		w.send("payment.record", wish(t, "payment.record", "p", "ch_1"))
	}
	for n := range 10 {
		w.send("order.place", wish(t, "order.place", "b"+orderOf(n), "5001"))
		w.send("payment.record", wish(t, "payment.record", "q"+orderOf(n), "other subject, same transaction"))
	}
	for n := range 10 {
		for _, id := range []string{"b" + orderOf(n), "q" + orderOf(n)} {
			if got := w.outcome(id); got != "duplicate" {
				t.Errorf("%s: %s", id, got)
			}
		}
	}
	if len(f.executed) != 2 {
		t.Errorf("executed %v", f.executed)
	}
}

func TestWhatIsNoCommandIsRefusedAndTheQueueMovesOn(t *testing.T) {
	f := &fake{}
	w := start(t, f, func(c *config.Config) { c.Channels[0].RabbitMQUser = "guest" })
	by := func(p *amqp.Publishing) { p.UserId = "guest" }
	w.send("order.place", []byte("{broken"), by)
	w.send("order.place", []byte(strings.Repeat("x", schema.MaxCommand+1)), by)
	w.send("order.place", wish(t, "order.place", "stranger", "5001"))
	w.send("order.place", wish(t, "order.place", "unknown", "5001", func(e, _ map[string]any) { e["type"] = "order.plaze" }), by)
	w.send("refund.record", wish(t, "refund.record", "ungranted", "1"), by)
	w.send("order.place", wish(t, "stock.count", "misplaced", "1"), by)
	w.send("order.place", wish(t, "order.place", "invalid", "5001", func(_, d map[string]any) {
		d["currency"], d["lines"].([]any)[0].(map[string]any)["skuu"] = "euro", "x"
	}), by)
	w.send("order.place", wish(t, "order.place", "good", "5001"), by)
	if got := w.outcome("good"); got != "applied" {
		t.Errorf("the good one: %s", got)
	}
	for id, want := range map[string]string{
		"stranger": "", "unknown": "rejected unknown_command", "ungranted": "rejected not_granted", "misplaced": "rejected not_granted", "invalid": "rejected invalid",
	} {
		if want != "" {
			if got := w.outcome(id); got != want {
				t.Errorf("%s: %s, want %s", id, got, want)
			}
		}
	}
	nameless := []string{w.outcome(""), w.outcome(""), w.outcome("")}
	for _, want := range []string{"rejected unreadable", "rejected too_large", "rejected wrong_sender"} {
		if !strings.Contains(strings.Join(nameless, ","), want) {
			t.Errorf("no answer %s in %v", want, nameless)
		}
	}
	w.until("dead letters", func() bool {
		q, err := w.ch.QueueDeclarePassive(QueueDead, true, false, false, false, nil)
		return err == nil && q.Messages == 6
	})
	d, _, err := w.ch.Get(QueueDead, true)
	if err != nil || string(d.Body) != "{broken" || d.Headers["reason"] != "unreadable" {
		t.Errorf("dead letter %q %v, %v", d.Body, d.Headers, err)
	}
	if len(f.executed) != 1 {
		t.Errorf("executed %v", f.executed)
	}
}

func TestEveryProblemIsNamedAtOnceWithItsPath(t *testing.T) {
	_, problems, _ := parse(wish(t, "order.place", "a", "1", func(e, d map[string]any) {
		e["basedOn"] = 3
		d["guest"] = map[string]any{"name": "x"}
		delete(d, "placed_at")
		d["notte"] = "x"
		line := d["lines"].([]any)[0].(map[string]any)
		delete(line, "sku")
		line["quantity"] = "0"
		line["unit_price"] = 3.5
		d["note"] = strings.Repeat("x", 5001)
	}))
	var got []string
	for _, p := range problems {
		got = append(got, p.Path+": "+p.Message+"; "+p.Remedy)
	}
	text := strings.Join(got, "\n")
	for _, want := range []string{
		"basedOn: is not a name of a CloudEvents attribute", "did you mean basedon?", "data: has 2 of customer or guest; give exactly one", "data.placed_at: is missing",
		"data.notte: is not a field here; did you mean note?", "data.lines[0].sku: is missing; give exactly one of sku or barcode", "data.lines[0].quantity: is not written",
		"data.lines[0].unit_price: is a number, not a string", "data.note: has 5001 characters, more than 5000",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not in:\n%s", want, text)
		}
	}
}

func TestAStaleUpdateIsAConflict(t *testing.T) {
	w := start(t, &fake{})
	at := func(when string) func(e, d map[string]any) {
		return func(e, _ map[string]any) { e["time"] = when }
	}
	w.send("customer.upsert", wish(t, "customer.upsert", "new", "7001", at("2026-11-23T10:00:00Z")))
	if got := w.outcome("new"); got != "applied" {
		t.Fatal(got)
	}
	w.send("customer.upsert", wish(t, "customer.upsert", "old", "7001", at("2026-11-23T09:00:00Z")))
	w.send("customer.upsert", wish(t, "customer.upsert", "other", "7002", at("2026-11-23T09:00:00Z")))
	w.send("customer.upsert", wish(t, "customer.upsert", "newer", "7001", at("2026-11-23T11:00:00Z")))
	for id, want := range map[string]string{"old": "rejected conflict", "other": "applied", "newer": "applied"} {
		if got := w.outcome(id); got != want {
			t.Errorf("%s: %s", id, got)
		}
	}
}

func TestAnOrderWaitsForItsCustomerAndGoesOnByItself(t *testing.T) {
	var mu sync.Mutex
	customers := map[string]bool{}
	f := &fake{do: func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		if c.Name == "customer.upsert" {
			customers[c.Subject] = true
		} else if !customers["7001"] {
			return command.Outcome{Kind: command.Waiting, WaitsFor: []string{"customer/7001"}, After: time.Hour}, nil
		}
		return applied(c), nil
	}}
	w := start(t, f)
	w.send("order.place", wish(t, "order.place", "order", "5001"))
	w.until("waiting", func() bool { return w.command("order").State == store.CommandWaiting })
	w.send("order.cancel", wish(t, "order.cancel", "cancel", "5001"))
	w.send("customer.upsert", wish(t, "customer.upsert", "customer", "7001"))
	for _, id := range []string{"customer", "order", "cancel"} {
		if got := w.outcome(id); got != "applied" {
			t.Errorf("%s: %s", id, got)
		}
	}
	if f.times("cancel") != 1 {
		t.Errorf("the cancellation did not wait its turn: %v", f.executed)
	}
}

func TestParkedCommandsAreRetriedEditedDiscardedAndWoken(t *testing.T) {
	var mu sync.Mutex
	known := false
	f := &fake{do: func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		if !known && !strings.Contains(string(c.Data), "mended") {
			return command.Outcome{Kind: command.Parked, WaitsFor: []string{config.MappingKey(config.MapTaxes, "VAT19")},
				Problems: []command.Problem{{Code: schema.CodeUnknownMapping, Message: "VAT19 is not mapped"}}}, nil
		}
		return applied(c), nil
	}}
	w := start(t, f)
	ctx := t.Context()
	for n, id := range []string{"edited", "discarded", "woken"} {
		w.send("order.place", wish(t, "order.place", id, orderOf(n)))
		if got := w.outcome(id); got != "parked unknown_mapping" {
			t.Fatalf("%s: %s", id, got)
		}
	}
	list, err := w.in.Exceptions(ctx, ExceptionFilter{})
	if err != nil || len(list) != 3 || list[0].Problems[0].Message != "VAT19 is not mapped" {
		t.Fatalf("%+v, %v", list, err)
	}
	by := By{User: "anna", Reason: "test"}
	if err := w.in.Retry(ctx, "shop", "edited", By{User: "anna"}); err == nil {
		t.Error("decided without a reason")
	}
	if err := w.in.Retry(ctx, "shop", "edited", by); err != nil {
		t.Error(err)
	}
	w.until("tried again, in vain", func() bool { return f.times("edited") == 2 && w.command("edited").State == store.CommandParked })
	if problems, err := w.in.Edit(ctx, "shop", "edited", []byte("{}"), by); err != nil || len(problems) == 0 {
		t.Errorf("edited to nonsense: %v, %v", problems, err)
	}
	mended := wish(t, "order.place", "edited", orderOf(0), func(_, d map[string]any) { d["note"] = "mended" })
	if problems, err := w.in.Edit(ctx, "shop", "edited", mended, by); err != nil || len(problems) > 0 {
		t.Errorf("%v, %v", problems, err)
	}
	if got := w.outcome("edited"); got != "applied" {
		t.Errorf("edited: %s", got)
	}
	if err := w.in.Discard(ctx, "shop", "discarded", by); err != nil {
		t.Error(err)
	}
	if got := w.outcome("discarded"); got != "discarded unknown_mapping" {
		t.Errorf("discarded: %s", got)
	}
	mu.Lock()
	known = true
	mu.Unlock()
	cfg := *w.in.config()
	cfg.Channels = []config.Channel{cfg.Channels[0]}
	cfg.Channels[0].Mapping.Taxes = map[string]config.Record{"VAT19": "12"}
	if err := w.in.Reload(ctx, &cfg); err != nil {
		t.Error(err)
	}
	if got := w.outcome("woken"); got != "applied" {
		t.Errorf("woken: %s", got)
	}
	entries, err := w.in.Audit(ctx, store.AuditFilter{Actor: "user anna"})
	if err != nil || len(entries) != 3 || entries[0].Action != "retry" || entries[1].Action != "edit" || entries[2].Action != "discard" || entries[2].Reason != "test" {
		t.Errorf("audit %+v, %v", entries, err)
	}
}

func TestErrorsAreTriedAgainAndParkedWhenPatienceEnds(t *testing.T) {
	var mu sync.Mutex
	tries := map[string]int{}
	f := &fake{do: func(_ context.Context, c command.Command, _ command.Note) (command.Outcome, error) {
		mu.Lock()
		defer mu.Unlock()
		tries[c.ID]++
		switch {
		case c.ID == "poison":
			return command.Outcome{}, errOdooDown
		case c.ID == "panic" && tries[c.ID] == 1:
			panic("a bug")
		case c.ID == "poisonous":
			panic(c.ID + " has a person's name in it")
		case tries[c.ID] < 4 && c.ID != "panic":
			return command.Outcome{}, &command.RetryError{After: time.Millisecond, Err: errOdooDown}
		}
		return applied(c), nil
	}}
	w := start(t, f, func(c *config.Config) { c.Commands.Patience = time.Millisecond })
	w.send("order.place", wish(t, "order.place", "away", "1"))
	if got := w.outcome("away"); got != "applied" {
		t.Error(got)
	}
	steps, err := w.ledger.Steps(t.Context(), w.command("away").Seq)
	if err != nil || len(steps) != 3 || steps[2].What != store.StepFailed || steps[2].Attempt != 3 || steps[2].Class != "other" || steps[2].Reason != errOdooDown.Error() || steps[2].Begun.IsZero() {
		t.Errorf("the steps of what was tried four times: %+v, %v", steps, err)
	}
	w.send("order.place", wish(t, "order.place", "poison", "2"))
	if got := w.outcome("poison"); got != "parked too_many_tries" {
		t.Error(got)
	}
	patient := *w.in.config()
	patient.Commands.Patience = time.Hour
	w.in.cfg.Store(&patient)
	w.send("order.place", wish(t, "order.place", "panic", "3"))
	if got := w.outcome("panic"); got != "applied" {
		t.Error(got)
	}
	w.holdsNoPoison(f)
}

// passed counts how often all that is unsent was looked at from the start.
type passed struct {
	store.Ledger
	passes atomic.Int64
}

func (p *passed) Unsent(ctx context.Context, after int64, limit int) ([]store.Result, error) {
	if after == 0 {
		p.passes.Add(1)
	}
	return p.Ledger.Unsent(ctx, after, limit)
}

// TestAResultThatNoQueueTookIsKeptAndSentAgain takes the channel's queue of results away, and lets another
// channel be answered meanwhile.
func TestAResultThatNoQueueTookIsKeptAndSentAgain(t *testing.T) {
	w := start(t, &fake{})
	w.stop()
	if _, err := w.ch.QueueDelete(ResultQueue("shop"), false, false, false); err != nil {
		t.Fatal(err)
	}
	cfg := *w.in.config()
	cfg.RabbitMQ.Topology = "none"
	w.results = make(chan amqp.Delivery)
	l := &passed{Ledger: w.ledger}
	w.runWith(Options{Config: &cfg, Ledger: l, Executor: &fake{}, Meter: silent{}, Log: testLog(t), Resend: 50 * time.Millisecond})
	reply, err := w.ch.QueueDeclare("", false, true, true, false, nil)
	if err != nil {
		t.Fatal(err)
	}
	asked := func(p *amqp.Publishing) { p.ReplyTo, p.CorrelationId = reply.Name, "q" }
	for _, id := range []string{"a", "b"} {
		w.send("order.place", wish(t, "order.place", id, "5"+id), asked)
	}
	replies := func() int {
		q, err := w.ch.QueueDeclarePassive(reply.Name, false, true, true, false, nil)
		if err != nil {
			t.Fatal(err)
		}
		return q.Messages
	}
	w.until("both replied to", func() bool { return replies() >= 2 })
	w.until("the results sent again and again", func() bool { return l.passes.Load() >= 6 })
	if n := replies(); n != 2 {
		t.Errorf("%d replies to two commands, although only the results did not arrive", n)
	}
	unsent, err := w.ledger.Unsent(t.Context(), 0, 10)
	if err != nil || len(unsent) != 2 {
		t.Fatalf("%d results are kept, want 2: %v", len(unsent), err)
	}
	if err := declare(w.ch, &cfg); err != nil {
		t.Fatal(err)
	}
	if w.results, err = w.ch.Consume(ResultQueue("shop"), "", true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{"a", "b"} {
		if r := w.result(id); r.Data.Outcome != "applied" {
			t.Errorf("%s: %+v", id, r.Data)
		}
	}
	w.until("nothing is left to be sent", func() bool {
		unsent, err := w.ledger.Unsent(t.Context(), 0, 10)
		return err == nil && len(unsent) == 0
	})
}
