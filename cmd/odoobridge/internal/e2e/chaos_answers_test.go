package e2e

import (
	"slices"
	"strings"
)

// mayBe are the reasons for which a command of a kind may be parked or rejected in a market: somebody else was faster, or the channel
// asked for too much. Whatever else is a mistake somewhere.
var mayBe = map[string][]string{
	"order.place":      {"late_confirmation"},
	"order.cancel":     {"late_confirmation"},
	"payment.record":   {"payment_mismatch", "late_confirmation"},
	"refund.record":    {"payment_mismatch", "unknown_document", "unknown_line", "total_mismatch"},
	"return.request":   {"late_confirmation", "unknown_line"},
	"return.receive":   {"late_confirmation", "unknown_line"},
	"shipment.confirm": {"late_confirmation", "unknown_line"},
	"stock.count":      {"conflict"},
	"stock.adjust":     {"conflict", "negative_stock"},
}

// checkAnswers looks whether every command has one answer, for a reason that there is.
func (m *market) checkAnswers() {
	m.t.Helper()
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.wishes {
		own, again := w.of.answers.to(w.id)
		finals, parked := 0, 0
		for _, a := range own {
			if a.Outcome == "parked" {
				parked++
			} else {
				finals++
			}
		}
		if finals > 1 || len(again) > 0 && w.sent == 1 && !w.of.repeatedByBroker() {
			m.t.Errorf("%s %s was answered %v, and %v to its being sent again (%d times sent)", w.kind, w.id, own, again, w.sent)
		}
		for _, a := range own {
			m.checkReason(w, a)
		}
		last := w.final()
		if w.wrong == "rejected" && last.Outcome != "rejected" || w.wrong != "" && last.Outcome == "applied" {
			m.t.Errorf("%s %s, which is %s, is %s", w.kind, w.id, w.wrong, last)
		}
	}
}

// repeatedByBroker: whoever publishes without hearing of a confirmation publishes again.
func (s *vendor) repeatedByBroker() bool { return s.post.unsure > 0 }

// checkReason looks at one answer.
func (m *market) checkReason(w *wish, a answer) {
	m.t.Helper()
	if a.Outcome != "parked" && a.Outcome != "rejected" {
		return
	}
	code := a.code()
	switch {
	case w.wrong == "rejected" && a.Outcome == "rejected", w.wrong == code, slices.Contains(mayBe[w.kind], code):
	case w.late && code == "conflict" && a.Outcome == "rejected": // something newer was known
	case a.Outcome == "parked" && code == "unknown_sku" && strings.Contains(string(w.body), m.flip.sku) && w.final().code() != code: // archived at the moment, and back
	default:
		m.t.Errorf("%s %s of %s is %s", w.kind, w.id, w.subject, a)
	}
}
