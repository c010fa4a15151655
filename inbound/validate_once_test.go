package inbound

import (
	"strings"
	"testing"
)

// TestWhatIsNamedTwiceIsNamedInTheAnswer has the lists of commands hold the same id twice.
func TestWhatIsNamedTwiceIsNamedInTheAnswer(t *testing.T) {
	for name, list := range map[string]string{"order.place": "lines", "customer.upsert": "addresses", "refund.record": "lines", "return.request": "lines", "shipment.confirm": "lines"} {
		_, problems, _ := parse(wish(t, name, "a", "1", func(_, d map[string]any) {
			items, _ := d[list].([]any)
			if name == "shipment.confirm" {
				items = []any{map[string]any{"move_id": 7, "quantity": "1"}}
			}
			d[list] = append(items[:1:1], items[0])
		}))
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Path, "data."+list+"[1].") || problems[0].Message != "is that of entry 0 too" {
			t.Errorf("%s: %+v", name, problems)
		}
	}
}
