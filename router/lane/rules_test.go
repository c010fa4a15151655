package lane

import (
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// TestALaneRemembersSinceWhenItJudgesAsItDoes starts one for the first time, again, with another filter, with another initial
// load only, and from an older version's cursor.
func TestALaneRemembersSinceWhenItJudgesAsItDoes(t *testing.T) {
	spec := Spec{Channel: "shop", Name: "orders", Entities: []string{"order"}}
	of := func(s Spec, change func(*lane)) *Rules {
		t.Helper()
		l := &lane{spec: s, opts: &Options{Clock: fixed{}}}
		change(l)
		state := encodeState(state{Rules: l.judging()})
		rules, err := RulesIn(store.Cursor{Lane: "shop/orders", State: state})
		if err != nil || rules == nil {
			t.Fatal(rules, err)
		}
		return rules
	}
	first := of(spec, func(l *lane) { l.judgesFrom(7, AnewFirst) })
	if first.From != 7 || first.Anew != AnewFirst || !first.Since.Equal(fixed{}.Now()) {
		t.Errorf("at the first start: %+v", first)
	}
	if again := of(spec, func(l *lane) { l.judgesAs(first, 50) }); *again != *first {
		t.Errorf("after a restart: %+v", again)
	}
	spec.Initial = true
	if again := of(spec, func(l *lane) { l.judgesAs(first, 50) }); *again != *first {
		t.Errorf("what only the first start is about: %+v", again)
	}
	spec.Where = map[string][]string{"state": {"sale"}}
	if other := of(spec, func(l *lane) { l.judgesAs(first, 50) }); other.From != 50 || other.Of == first.Of || other.Anew != "" {
		t.Errorf("with another filter: %+v", other)
	}
	if older := of(spec, func(l *lane) { l.judgesAs(nil, 60) }); older.From != 60 || older.Anew != "" {
		t.Errorf("from an older version: %+v", older)
	}
	if rules, err := RulesIn(store.Cursor{}); rules != nil || err != nil {
		t.Errorf("never noted: %+v, %v", rules, err)
	}
}

// fixed is a clock that stands still.
type fixed struct{ Clock }

func (fixed) Now() time.Time { return time.Unix(1_790_000_000, 0).UTC() }
