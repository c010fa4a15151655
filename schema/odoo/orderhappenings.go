package odoo

// orderHappenings names the steps of an order's life.
func orderHappenings(old, new []byte, _ []string) []Happening {
	switch {
	case old == nil:
		return orderCreated(textOf(new, "state"))
	case new == nil:
		return []Happening{{What: "deleted"}}
	}
	was, is := textOf(old, "state"), textOf(new, "state")
	var happened []Happening
	if (was == stateCancel || was == stateSale) && was != is && is != stateCancel {
		happened = append(happened, Happening{What: "reopened"})
	}
	switch {
	case was == is:
	case is == stateSale:
		happened = append(happened, Happening{What: "confirmed"})
	case is == stateCancel:
		happened = append(happened, Happening{What: "cancelled"})
	}
	if happened == nil {
		happened = []Happening{{What: "updated"}}
	}
	return happened
}

func orderCreated(state string) []Happening {
	happened := []Happening{{What: "created"}}
	switch state {
	case stateSale:
		happened = append(happened, beyond("confirmed"))
	case stateCancel:
		happened = append(happened, beyond("cancelled"))
	}
	return happened
}

// beyond is a step that was taken in the transaction of the creation.
func beyond(what string) Happening {
	return Happening{What: what, Implied: true, Changed: []string{"state"}}
}
