package odoo

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// steps are the names of what happened, with "(implied)" where it came with the creation.
func steps(happened []Happening) (list []string) {
	for _, h := range happened {
		what := h.What
		if h.Implied {
			what += fmt.Sprintf(" %v", h.Changed)
		}
		list = append(list, what)
	}
	return list
}

func owing(state, paymentState, residual string) []byte {
	if state == "" {
		return nil
	}
	return []byte(fmt.Sprintf(`{"state":%q,"payment_state":%q,"amount_residual":%q}`, state, paymentState, residual))
}

func TestStepsOfAnInvoiceAreNamed(t *testing.T) {
	draft, open := owing("draft", "not_paid", "9"), owing("posted", "not_paid", "9")
	part, less := owing("posted", "partial", "5"), owing("posted", "partial", "3")
	transit, paid := owing("posted", "in_payment", "0"), owing("posted", "paid", "0")
	reversed, cancelled, blocked := owing("posted", "reversed", "0"), owing("cancel", "not_paid", "9"), owing("posted", "blocked", "9")
	for _, c := range []struct {
		was, is []byte
		want    []string
	}{
		{nil, draft, []string{"created"}}, {nil, open, []string{"created", "posted [state]"}},
		{nil, paid, []string{"created", "posted [state]", "paid [payment_state]"}}, {nil, cancelled, []string{"created", "cancelled [state]"}},
		{draft, draft, []string{"updated"}}, {draft, open, []string{"posted"}}, {draft, paid, []string{"posted", "paid"}},
		{open, part, []string{"partially_paid"}}, {part, less, []string{"partially_paid"}}, {less, less, []string{"updated"}},
		{less, paid, []string{"paid"}}, {open, transit, []string{"paid"}}, {transit, paid, []string{"updated"}},
		{paid, open, []string{"updated"}}, {open, reversed, []string{"reversed"}}, {reversed, reversed, []string{"updated"}},
		{open, blocked, []string{"updated"}}, {blocked, paid, []string{"paid"}},
		{open, draft, []string{"reopened"}}, {cancelled, draft, []string{"reopened"}}, {open, cancelled, []string{"cancelled"}},
		{draft, cancelled, []string{"cancelled"}}, {draft, nil, []string{"cancelled"}}, {cancelled, nil, nil},
	} {
		if diff := cmp.Diff(c.want, steps(documentHappenings(c.was, c.is, nil))); diff != "" {
			t.Errorf("%s to %s: %s", c.was, c.is, diff)
		}
	}
}

func money(state string, reconciled bool) []byte {
	if state == "" {
		return nil
	}
	return []byte(fmt.Sprintf(`{"state":%q,"reconciled":%t}`, state, reconciled))
}

func TestStepsOfAPaymentAreNamed(t *testing.T) {
	for _, c := range []struct {
		was, is             string
		wasMatched, matched bool
		want                []string
	}{
		{"", "posted", false, false, []string{"registered"}}, {"", "in_process", false, false, []string{"registered"}},
		{"", "paid", false, true, []string{"registered", "reconciled [reconciled]"}}, {"", "canceled", false, false, nil},
		{"posted", "posted", false, true, []string{"reconciled"}}, {"posted", "posted", true, true, []string{"updated"}},
		{"posted", "posted", true, false, []string{"updated"}}, {"in_process", "paid", false, false, []string{"updated"}},
		{"posted", "canceled", true, false, []string{"cancelled"}}, {"in_process", "rejected", false, false, []string{"cancelled"}},
		{"posted", "draft", false, false, []string{"cancelled"}}, {"draft", "posted", false, false, []string{"registered"}},
		{"draft", "canceled", false, false, nil}, {"canceled", "", false, false, nil}, {"posted", "", false, false, []string{"cancelled"}},
		{"", "authorized", false, false, []string{"registered"}}, {"authorized", "done", false, false, []string{"updated"}},
		{"done", "error", false, false, []string{"cancelled"}},
	} {
		if diff := cmp.Diff(c.want, steps(paymentHappenings(money(c.was, c.wasMatched), money(c.is, c.matched), nil))); diff != "" {
			t.Errorf("%q to %q: %s", c.was, c.is, diff)
		}
	}
}

func TestStepsOfAReturnAreNamed(t *testing.T) {
	for _, c := range []struct {
		was, is string
		want    []string
	}{
		{"", "assigned", []string{"created"}}, {"", "done", []string{"created", "received [state]"}}, {"", "cancel", []string{"created", "cancelled [state]"}},
		{"assigned", "assigned", []string{"updated"}}, {"assigned", "done", []string{"received"}}, {"done", "done", []string{"updated"}},
		{"assigned", "cancel", []string{"cancelled"}}, {"cancel", "cancel", []string{"updated"}}, {"assigned", "", []string{"cancelled"}}, {"cancel", "", nil},
	} {
		if diff := cmp.Diff(c.want, steps(returnHappenings(state(c.was), state(c.is), nil))); diff != "" {
			t.Errorf("%q to %q: %s", c.was, c.is, diff)
		}
	}
}
