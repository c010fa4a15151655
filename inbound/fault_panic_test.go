package inbound

import (
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// holdsNoPoison sends a command at which the bridge fails each time: it is parked after some attempts though patience has hours, and at
// once when a person has it tried again. What is behind it goes on.
func (w *world) holdsNoPoison(f *fake) {
	w.t.Helper()
	const most = mostPanics
	w.send("order.place", wish(w.t, "order.place", "poisonous", "4"))
	w.send("order.cancel", wish(w.t, "order.cancel", "behind", "4"))
	r := w.result("poisonous")
	if r.Data.Outcome != "parked" || r.Data.Problems[0].Code != schema.CodeFault || f.times("poisonous") != most {
		w.t.Errorf("after %d attempts %+v", f.times("poisonous"), r.Data)
	}
	if text := r.Data.Problems[0].Message; strings.Contains(text, "person") || !strings.Contains(text, "TestErrorsAreTriedAgain") {
		w.t.Errorf("the reason names a value, or not where it was: %s", text)
	}
	if got := w.outcome("behind"); got != "applied" {
		w.t.Errorf("what is behind it: %s", got)
	}
	if err := w.in.Retry(w.t.Context(), "shop", "poisonous", By{User: "anna", Reason: "test"}); err != nil {
		w.t.Fatal(err)
	}
	w.until("parked again", func() bool {
		return f.times("poisonous") == most+1 && w.command("poisonous").State == store.CommandParked
	})
}

// A message that the bridge fails at as it is read must not end it, again after each start.
func TestAMessageThatTheBridgeFailsAtIsADeadLetter(t *testing.T) {
	w := start(t, &poisonedKeys{})
	w.send("order.place", wish(t, "order.place", "bad", "bad"))
	w.send("order.place", wish(t, "order.place", "good", "good"))
	if got := w.outcome("good"); got != "applied" {
		t.Error(got)
	}
	w.until("kept", func() bool {
		dead, there, err := w.ch.Get(QueueDead, true)
		return err == nil && there && dead.Headers["reason"] == schema.CodeFault && strings.Contains(string(dead.Body), `"bad"`)
	})
}

// poisonedKeys panics when it is asked about one command.
type poisonedKeys struct{ fake }

func (p *poisonedKeys) Aggregates(c command.Command) []string {
	if c.ID == "bad" {
		panic("a bug")
	}
	return p.fake.Aggregates(c)
}
