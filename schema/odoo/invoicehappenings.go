package odoo

import "github.com/odoobridge/odoobridge/schema"

const (
	stateDraft  = "draft"
	statePosted = "posted"
)

// isSettled reports whether the customer owes nothing more by payment. Odoo
// says in_payment until the bank's statement shows the money too.
func isSettled(paymentState string) bool {
	return paymentState == "paid" || paymentState == "in_payment"
}

// documentHappenings names the steps of an invoice's or a refund's life. A
// draft that is deleted was never one: that is a cancellation.
func documentHappenings(old, new []byte, _ []string) []Happening {
	was, is := textOf(old, "state"), textOf(new, "state")
	if new == nil {
		if was == stateCancel {
			return nil
		}
		return []Happening{{What: "cancelled"}}
	}
	steps := documentSteps(was, is, old, new)
	if old == nil {
		happened := []Happening{{What: "created"}}
		for _, step := range steps {
			if step == "posted" || step == "cancelled" {
				happened = append(happened, beyond(step))
			} else {
				happened = append(happened, Happening{What: step, Implied: true, Changed: []string{"payment_state"}})
			}
		}
		return happened
	}
	if steps == nil {
		steps = []string{"updated"}
	}
	happened := make([]Happening, len(steps))
	for i, step := range steps {
		happened[i].What = step
	}
	return happened
}

// documentSteps are what took the document from one body to the other, in the
// order in which Odoo does them.
func documentSteps(was, is string, old, new []byte) (steps []string) {
	switch {
	case was == is:
	case is == statePosted:
		steps = append(steps, "posted")
	case is == stateCancel:
		return append(steps, "cancelled")
	case was != "":
		steps = append(steps, "reopened")
	}
	owed, owes := textOf(old, "payment_state"), textOf(new, "payment_state")
	switch {
	case isSettled(owes) && !isSettled(owed):
		steps = append(steps, "paid")
	case owes == "reversed" && owed != owes:
		steps = append(steps, "reversed")
	case owes == "partial" && (owed != owes || !sameField(old, new, "amount_residual")):
		steps = append(steps, "partially_paid")
	}
	return steps
}

func sameField(old, new []byte, name string) bool {
	return string(schema.Field(old, name)) == string(schema.Field(new, name))
}
