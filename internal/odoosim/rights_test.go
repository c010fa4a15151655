package odoosim

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// newRights is a small shop whose admin may what the test says.
func newRights(t *testing.T, release string) (*Server, func(Rights)) {
	t.Helper()
	var now *Rights
	s, err := New(context.Background(), smallShop(t, release), Options{Rights: func(string) *Rights { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s, func(r Rights) { now = &r }
}

const adminUser = 2

func (s *Server) ask(t *testing.T, model, method string, args []any, kwargs map[string]any) (any, string) {
	t.Helper()
	result, err := s.Call(t.Context(), adminUser, model, method, args, kwargs)
	if err == nil {
		return result, ""
	}
	var known *odooError
	if !errors.As(err, &known) {
		t.Fatal(err)
	}
	return nil, strings.TrimPrefix(known.name, "odoo.exceptions.") + ": " + known.message
}

// TestRightsRefuseInOdoosWords wants the refusals that Odoo's source has: by access right, by rule, by company, and
// load() telling of them as of wrong values.
func TestRightsRefuseInOdoosWords(t *testing.T) {
	s, as := newRights(t, "17.0")
	quiet := map[string]any{"context": map[string]any{"tracking_disable": true}}
	order, refused := s.ask(t, "sale.order", "create", []any{map[string]any{"partner_id": 52}}, nil)
	if refused != "" {
		t.Fatal(refused)
	}
	ids := []any{order}
	as(Rights{})
	const tail = "\n\nContact your administrator to request access if necessary."
	for _, c := range []struct {
		model, method string
		args          []any
		kwargs        map[string]any
		want          string
	}{
		{"res.partner", "create", []any{map[string]any{"name": "X"}}, nil, "AccessError: You are not allowed to create 'Contact' (res.partner) records.\n\nThis operation is allowed for the following groups:\n\t- Extra Rights/Contact Creation\n\t- Inventory/Administrator\n\t- Sales/Administrator" + tail},
		{"sale.order", "write", []any{ids, map[string]any{"client_order_ref": "X"}}, quiet, "AccessError: You are not allowed to modify 'Sales Order' (sale.order) records.\n\nThis operation is allowed for the following groups:\n\t- Inventory/User\n\t- Invoicing/Billing\n\t- Sales/Administrator\n\t- Sales/User: Own Documents Only\n\t- Technical/Show Full Accounting Features" + tail},
		{"sale.order", "unlink", []any{ids}, nil, "AccessError: You are not allowed to delete 'Sales Order' (sale.order) records.\n\nThis operation is allowed for the following groups:\n\t- Sales/Administrator" + tail},
		{"stock.quant", "search_read", []any{[]any{}, []any{"quantity"}}, map[string]any{"limit": 1, "context": map[string]any{"allowed_company_ids": []any{7}}}, "AccessError: Access to unauthorized or invalid companies."},
	} {
		if _, got := s.ask(t, c.model, c.method, c.args, c.kwargs); got != c.want {
			t.Errorf("%s.%s:\n%s\nwant\n%s", c.model, c.method, got, c.want)
		}
	}
	answer, _ := s.ask(t, "res.partner", "load", []any{[]any{"id", "name"}, []any{[]any{"channel_x.customer_1", "X"}}}, nil)
	fields, _ := answer.(map[string]any)
	messages, _ := fields["messages"].([]any)
	if fields["ids"] != false || len(messages) != 1 || !strings.Contains(messages[0].(map[string]any)["message"].(string), "not allowed to create 'Contact'") {
		t.Errorf("load answers %v", answer)
	}
}

func TestRulesHideWhatIsOthers(t *testing.T) {
	s, as := newRights(t, "18.0")
	order, refused := s.ask(t, "sale.order", "create", []any{map[string]any{"partner_id": 52, "user_id": 8}}, nil)
	if refused != "" {
		t.Fatal(refused)
	}
	find := func() int {
		found, refused := s.ask(t, "sale.order", "search", []any{[]any{[]any{"id", "=", order}}}, nil)
		if refused != "" {
			t.Fatal(refused)
		}
		return len(found.([]int64))
	}
	as(Rights{Groups: []string{seller}})
	if _, refused = s.ask(t, "sale.order", "read", []any{[]any{order}, []any{"name"}}, nil); find() != 0 || !strings.Contains(refused, "doesn't have 'read' access to:\n- Sales Order (sale.order)") {
		t.Errorf("another salesperson's order is found %d times, and read: %s", find(), refused)
	}
	as(Rights{Groups: []string{sellerOfAll}})
	if find() != 1 {
		t.Error("who sees all documents does not")
	}
	as(Rights{Groups: []string{sellerOfAll}, Companies: []int64{7}})
	if find() != 0 {
		t.Error("an order of another company is found")
	}
}

// TestWhoAsksForRightsHearsThem by the methods of each release.
func TestWhoAsksForRightsHearsThem(t *testing.T) {
	for _, release := range []string{"17.0", "18.0"} {
		s, as := newRights(t, release)
		as(Rights{Groups: []string{stockManager}})
		ask := func(model, operation string) any {
			args := []any{operation, false}
			method := "check_access_rights"
			if release == "18.0" {
				method, args = "has_access", []any{[]any{}, operation}
			}
			got, refused := s.ask(t, model, method, args, nil)
			if refused != "" {
				t.Error(refused)
			}
			return got
		}
		if ask("stock.picking", "write") != true || ask("sale.order", "create") != false || ask("stock.location", "write") != true {
			t.Error("wrong answers of", release)
		}
		for group, want := range map[string]any{stockUser: true, stockManager: true, invoicing: false, "base.group_user": true} {
			args := []any{group}
			if release == "18.0" {
				args = []any{[]any{adminUser}, group}
			}
			if got, refused := s.ask(t, "res.users", "has_group", args, nil); got != want {
				t.Errorf("%s: in %s: %v %s", release, group, got, refused)
			}
		}
		if _, refused := s.ask(t, "stock.quant", "has_access", []any{[]any{}, "write"}, nil); (refused == "") != (release == "18.0") {
			t.Errorf("%s: has_access: %s", release, refused)
		}
	}
}

// TestEveryModelHasRights holds the table complete: a model that is missing would be nobody's.
func TestEveryModelHasRights(t *testing.T) {
	for name := range models {
		if access[name] == nil {
			t.Errorf("who may do what with %s?", name)
		}
	}
	for model, may := range access {
		for group, letters := range may {
			if groupOf(group) == nil || letters == "" || !slices.Contains([]string{readOnly, readWrite, allButUnlink, all}, letters) {
				t.Errorf("%s: %s may %q", model, group, letters)
			}
		}
	}
}
