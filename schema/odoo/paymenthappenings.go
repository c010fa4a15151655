package odoo

// paymentHappenings names the steps of a payment's life. Until there is money
// in it there is no document.
func paymentHappenings(old, new []byte, _ []string) []Happening {
	was, is := hasMoney(textOf(old, "state")), hasMoney(textOf(new, "state"))
	reconciled := is && isTrue(new, "reconciled") && !(was && isTrue(old, "reconciled"))
	switch {
	case !was && !is:
		return nil // it stays cancelled, whatever else is written to it
	case was && !is:
		return []Happening{{What: "cancelled"}}
	case !was && reconciled:
		return []Happening{{What: "registered"}, {What: "reconciled", Implied: true, Changed: []string{"reconciled"}}}
	case !was:
		return []Happening{{What: "registered"}}
	case reconciled:
		return []Happening{{What: "reconciled"}}
	}
	return []Happening{{What: "updated"}}
}

// hasMoney tells the states of a payment and of a transaction in which money
// is paid, or at least set aside, from the others.
func hasMoney(state string) bool {
	switch state {
	case "", stateDraft, "pending", stateCanceled, "rejected", "error":
		return false
	}
	return true
}
