package trace

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// TestEachAttemptOfACommandIsTold has one fail, wait, be woken, be cut off, be parked and retried by a person, and
// then fail for longer than its steps are kept.
func TestEachAttemptOfACommandIsTold(t *testing.T) {
	s := newShop(t)
	c := &store.Command{Channel: "shopify", ID: "o-1", Name: "order.place", Subject: "5001", Workload: "orders", Body: []byte(`{"secret":1}`), Keys: []string{"order/shopify/5001"}, Received: moment(1)}
	if _, err := s.ledger.Claim(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	at := int64(2)
	attempt := func(next *store.Settlement) {
		t.Helper()
		taken, err := s.ledger.Take(t.Context(), "orders", 1, moment(at))
		if err != nil || len(taken) != 1 {
			t.Fatal(taken, err)
		}
		if next == nil {
			return
		}
		next.Seq, next.Taken, next.Now, next.Due = taken[0].Seq, moment(at), moment(at+1), moment(at+2)
		if err := s.ledger.Settle(t.Context(), next); err != nil {
			t.Fatal(err)
		}
		at += 2
	}
	failed := func() *store.Settlement {
		return &store.Settlement{State: store.CommandReceived, Error: "call sale.order.create of Odoo: busy (HTTP 503)", Class: "busy"}
	}
	attempt(failed())
	attempt(&store.Settlement{State: store.CommandWaiting, Code: "unknown_customer", WaitsFor: []string{"customer/7001"}})
	if _, err := s.ledger.Wake(t.Context(), "", []string{"customer/7001"}, moment(at-1), "bridge"); err != nil {
		t.Fatal(err)
	}
	attempt(nil)
	if _, err := s.ledger.Recover(t.Context(), moment(at+1), moment(at+2)); err != nil {
		t.Fatal(err)
	}
	at += 2
	attempt(&store.Settlement{State: store.CommandParked, Code: "unknown_sku", Audit: []store.AuditEntry{{Time: moment(at + 1), Actor: "channel shopify", Action: "parked", Channel: "shopify", ID: "o-1", Code: "unknown_sku"}}})
	if _, err := s.ledger.Decide(t.Context(), &store.Decision{Channel: "shopify", ID: "o-1", State: store.CommandReceived, Now: moment(at), Audit: store.AuditEntry{Actor: "user anna", Action: "retry", Reason: "made the product"}}); err != nil {
		t.Fatal(err)
	}
	for range store.FirstSteps + store.NewestSteps {
		attempt(failed())
	}
	told := s.trace(Request{Key: "o-1"})
	var text strings.Builder
	if err := told.Print(&text); err != nil {
		t.Fatal(err)
	}
	again := func(n int64) string { return moment(n).Format(time.DateTime) }
	wanted := []string{
		"order.place received", "order.place failed", "attempt 1, 1s: call sale.order.create of Odoo: busy (HTTP 503), again at " + again(4), "order.place found missing", "attempt 2, 1s: customer/7001, again at " + again(6),
		"order.place looks again", "for customer/7001, told by bridge", "order.place cut off", "attempt 3: the bridge ended during the attempt", "parked", "unknown_sku", "retry", "by user anna, unknown_sku: made the product",
		"order.place failed", "attempt 5,", "94 more like it", "order.place failed", fmt.Sprintf("attempt %d,", 4+store.FirstSteps+store.NewestSteps), "is tried again then", "4 between them are not",
	}
	rest := text.String()
	for _, want := range wanted {
		_, after, found := strings.Cut(rest, want)
		if !found {
			t.Fatalf("%q is not there, or not after what came before it:\n%s", want, text.String())
		}
		rest = after
	}
	var first *Line
	for i := range told.Lines {
		if l := &told.Lines[i]; l.Kind == KindAttempt && first == nil {
			first = l
		}
	}
	if first == nil || first.Command.Attempt != 1 || first.Command.Class != "busy" || !first.Command.Next.Equal(moment(4)) {
		t.Errorf("the first attempt is %+v", first)
	}
	if strings.Contains(text.String(), "secret") {
		t.Error("the command's body is told")
	}
}
