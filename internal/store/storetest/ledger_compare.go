package storetest

import (
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// comparing is about what a ledger tells to be compared with Odoo.
func comparing(t *testing.T, l store.Ledger) {
	t.Helper()
	claim := func(id, effect string) {
		t.Helper()
		c := &store.Command{Channel: "shop", ID: id, Workload: "finance", Effect: effect, Keys: []string{"k/" + id}, Body: []byte("{}"), Received: time.Now()}
		if _, err := l.Claim(t.Context(), c); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range [][2]string{{"once", "payment/1"}, {"a", "payment/2"}, {"b", "payment/2"}, {"same-1", "payment/3"}, {"same-2", "payment/3"}, {"none-1", ""}, {"none-2", ""}} {
		claim(c[0], c[1])
	}
	records := map[string]int64{"once": 1, "a": 2, "b": 3, "same-1": 4, "same-2": 4, "none-1": 5, "none-2": 6}
	before := time.Now().Add(-time.Minute)
	taken, err := l.Take(t.Context(), "finance", 10, time.Now())
	if err != nil || len(taken) != len(records) {
		t.Fatalf("took %d, %v", len(taken), err)
	}
	for _, c := range taken {
		err := l.Settle(t.Context(), &store.Settlement{Seq: c.Seq, State: store.CommandApplied, Now: time.Now(), Odoo: store.OdooRecord{Model: "account.payment", ID: records[c.ID]},
			Bindings: []store.Binding{{ExternalID: "channel_shop.x_" + c.ID, Model: "account.payment", Record: records[c.ID]}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	twice, err := l.Repeated(t.Context(), 10)
	if err != nil || len(twice) != 1 || twice[0] != (store.Repeated{Channel: "shop", Effect: "payment/2", ID: "a", Other: "b", Records: 2}) {
		t.Errorf("had twice: %+v, %v", twice, err)
	}
	var all []store.Binding
	for after := ""; ; after = all[len(all)-1].ExternalID {
		page, err := l.Bindings(t.Context(), before, after, 3)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		all = append(all, page...)
	}
	if len(all) != len(records) || all[0] != (store.Binding{ExternalID: "channel_shop.x_a", Model: "account.payment", Record: 2}) {
		t.Errorf("bindings: %+v", all)
	}
	if later, err := l.Bindings(t.Context(), time.Now().Add(time.Hour), "", 3); err != nil || len(later) > 0 {
		t.Errorf("bindings from later on: %+v, %v", later, err)
	}
}
