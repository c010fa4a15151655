package held

import (
	"slices"
	"strings"

	"github.com/cockroachdb/apd/v3"

	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// Saw is told of an order's document as the transaction at hand leaves it, or, gone, as it was.
// touch hears of the levels that do not count the order from here on.
func (s *Set) Saw(body []byte, gone bool, touch func(odoo.Key)) {
	for level := range s.saw(body, gone) {
		touch(level)
	}
}

func (s *Set) saw(body []byte, gone bool) map[odoo.Key]struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.orders) == 0 {
		return nil
	}
	levels := map[odoo.Key]struct{}{}
	state := textOf(body, "state")
	for ids := schema.Scan(schema.Field(body, "external_ids")); ids.Next(); {
		id := "channel_" + string(ids.Name) + "." + unquoted(ids.Value)
		e := s.orders[id]
		switch {
		case e == nil || e.passed:
		case gone || settled(state):
			s.withdraw(e, levels)
			s.pass(id, e)
			delete(s.news, id)
			delete(s.wait, id)
		case e.Warehouse == "" && textOf(body, "warehouse") != "":
			s.news[id] = struct{}{} // it counts there alone
			poke(s.poke)
		}
	}
	return levels
}

// AppendField appends the level's in_flight field to a document, unless there is nothing to say.
func (s *Set) AppendField(body []byte, level odoo.Key) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	shares := s.levels[level]
	if len(shares) == 0 {
		return body
	}
	shares = slices.SortedFunc(slices.Values(shares), func(a, b share) int { return strings.Compare(a.channel, b.channel) })
	field := append(body[:len(body)-1:len(body)-1], `,"in_flight":{`...)
	for i := range shares {
		if i > 0 {
			field = append(field, ',')
		}
		field = append(schema.AppendString(field, shares[i].channel), ':', '"')
		var reduced apd.Decimal
		reduced.Reduce(&shares[i].quantity)
		field = append(reduced.Append(field, 'f'), '"')
	}
	return append(field, '}', '}')
}

// Told reports whether a level differs for what was taken in, not for the transaction at
// hand, and was not built since. From now on it was.
func (s *Set) Told(level odoo.Key) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, news = s.untold[level]
	delete(s.untold, level)
	return news
}

// Untold are the levels that have to be built again.
func (s *Set) Untold() []odoo.Key {
	s.mu.Lock()
	defer s.mu.Unlock()
	levels := make([]odoo.Key, 0, len(s.untold))
	for level := range s.untold {
		levels = append(levels, level)
	}
	return levels
}

// Durable tells that all that was seen is durable.
func (s *Set) Durable() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.passed) == 0 {
		return
	}
	for _, id := range s.passed {
		delete(s.orders, id)
	}
	s.over = append(s.over, s.passed...)
	s.passed = nil
}

// textOf is the value of a field that never needs escapes.
func textOf(body []byte, name string) string { return unquoted(schema.Field(body, name)) }

func unquoted(raw []byte) string {
	if len(raw) < 2 || raw[0] != '"' {
		return ""
	}
	return string(raw[1 : len(raw)-1])
}
