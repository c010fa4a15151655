package lane

import (
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAPositionThatComesAgainGivesNoIDAgain restores a database in thought: the
// log begins anew, on the same timeline, at the same position.
func TestAPositionThatComesAgainGivesNoIDAgain(t *testing.T) {
	var c encoder
	ids := map[string]string{}
	for _, e := range []store.Event{
		{Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 2},
		{Timeline: 11, LSN: 0x1A2B3C8, Ordinal: 2},
		{Epoch: 1, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 2, Resync: true},
		{Epoch: 11, Timeline: 1, LSN: 0x1A2B3C8, Ordinal: 2},
	} {
		e.Entity, e.What, e.Subject = "order", "updated", "order/1"
		env := c.envelope(&e)
		if before, taken := ids[env.ID]; taken {
			t.Errorf("%s stands for %+v and for %s", env.ID, e, before)
		}
		ids[env.ID] = e.LSN.String()
		header := c.message(&env, sight{}).Metadata[schema.HeaderResync]
		if want := map[bool]string{true: "true"}[e.Resync]; header != want {
			t.Errorf("%s: header resync is %q, want %q", env.ID, header, want)
		}
	}
	for _, id := range []string{"1-0/1A2B3C8-2", "1.1-0/1A2B3C8-2"} {
		if _, found := ids[id]; !found {
			t.Errorf("no id is %s: %v", id, ids)
		}
	}
	old := c.document(&store.Document{Entity: "order", Subject: "order/1", LSN: 1, Revision: 1}, time.Unix(0, 0))
	young := c.document(&store.Document{Entity: "order", Subject: "order/1", LSN: 1, Revision: 2}, time.Unix(0, 0))
	if old.ID == young.ID {
		t.Errorf("two documents give one snapshot event %s", old.ID)
	}
}
