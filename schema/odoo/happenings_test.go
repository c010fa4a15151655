package odoo

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func level(onHand, available string) []byte {
	if onHand == "" {
		return nil
	}
	return []byte(fmt.Sprintf(`{"sku":"on_hand","on_hand":%q,"reserved":"0","available":%q}`, onHand, available))
}

func TestStockLevelsTellWhenToStopAndWhenToSellAgain(t *testing.T) {
	for _, c := range []struct {
		onHandWas, availableWas, onHand, available string
		want                                       []string
	}{
		{"5", "3", "5", "2", []string{"changed"}},
		{"5", "0.5", "5", "0", []string{"out"}},
		{"5", "3", "5", "-1", []string{"out"}},
		{"5", "3", "-1", "-1", []string{"out", "negative"}},
		{"5", "0", "5", "-1", []string{"changed"}},
		{"5", "-1", "-0.5", "-6", []string{"negative"}},
		{"-1", "-1", "-2", "-2", []string{"changed"}},
		{"-1", "-1", "0", "0", []string{"changed"}},
		{"0", "0", "4", "4", []string{"back"}},
		{"-1", "-1", "4", "0.01", []string{"back"}},
		{"", "", "4", "4", []string{"back"}},
		{"", "", "4", "0", []string{"changed"}},
		{"", "", "-4", "-4", []string{"negative"}},
	} {
		var got []string
		for _, h := range stockLevelHappenings(level(c.onHandWas, c.availableWas), level(c.onHand, c.available), []string{"on_hand"}) {
			got = append(got, h.What)
			if h.Implied != (c.onHandWas == "") {
				t.Errorf("%+v: Implied = %t", c, h.Implied)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%+v: %s", c, diff)
		}
	}
	first := stockLevelHappenings(nil, level("4", "0"), nil)
	if diff := cmp.Diff([]string{"on_hand"}, first[0].Changed); diff != "" {
		t.Errorf("a level that is told of first names what is not zero: %s", diff)
	}
}

func state(name string) []byte {
	if name == "" {
		return nil
	}
	return []byte(fmt.Sprintf(`{"id":1,"state":%q}`, name))
}

func TestStepsOfAShipmentAreNamed(t *testing.T) {
	for _, c := range []struct {
		was, is string
		want    []string
	}{
		{"", "draft", []string{"created"}}, {"", "confirmed", []string{"created"}}, {"", "assigned", []string{"created", "ready"}},
		{"", "done", []string{"created", "shipped"}}, {"", "cancel", []string{"created", "cancelled"}},
		{"confirmed", "assigned", []string{"ready"}}, {"assigned", "confirmed", []string{"updated"}}, {"assigned", "assigned", []string{"updated"}},
		{"assigned", "done", []string{"shipped"}}, {"done", "done", []string{"updated"}}, {"assigned", "cancel", []string{"cancelled"}},
		{"assigned", "", []string{"cancelled"}}, {"cancel", "", nil},
	} {
		var got []string
		for i, h := range shipmentHappenings(state(c.was), state(c.is), nil) {
			got = append(got, h.What)
			if h.Implied != (i > 0) {
				t.Errorf("%q to %q: %s is implied: %t", c.was, c.is, h.What, h.Implied)
			}
		}
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%q to %q: %s", c.was, c.is, diff)
		}
	}
}
