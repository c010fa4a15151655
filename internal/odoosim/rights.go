package odoosim

import (
	"maps"
	"slices"
	"strings"
)

// Rights are what a user may.
type Rights struct {
	// Groups are the external ids of the user's groups ("stock.group_stock_user"). What they imply comes with them, and
	// everybody is an internal user.
	Groups []string
	// Companies are those that the user may work in; nil: all.
	Companies []int64
}

// limited is the login of a user without any group, to see a refusal.
const limited = "channel_limited"

// rightsOfRecorded are those of the recordings: one user may nothing, the others what was recorded.
func rightsOfRecorded(login string) *Rights {
	if login == limited {
		return &Rights{}
	}
	return nil
}

// rights are a user's during a call; nil: everything.
type rights struct {
	groups    map[string]bool
	companies []int64
}

// rightsOf looks up what a user may. It is asked at every call, so that groups can change while the server runs.
func (e *env) rightsOf() *rights {
	if e.uid == superuser {
		return nil
	}
	login, known := e.server.logins.Load(e.uid)
	if !known {
		login = e.get("res_users", e.uid)["login"]
		e.server.logins.Store(e.uid, login)
	}
	given := e.server.rights(login.(string))
	if given == nil {
		return nil
	}
	return &rights{closure(given.Groups), given.Companies}
}

// in says whether the user is in a group.
func (e *env) in(group string) bool { return e.rights == nil || e.rights.groups[group] }

// may says whether a right on a model is given by ir.model.access.
func (e *env) may(operation, model string) bool {
	return e.rights == nil || slices.ContainsFunc(e.granted(model, operation), e.in)
}

// forbidden are the first words of a refusal.
var forbidden = map[string]string{"read": "access", "write": "modify", "create": "create", "unlink": "delete"}

// need refuses, in Odoo's words, what the user has no right to.
func (e *env) need(operation string, m *model) {
	if e.may(operation, m.name) {
		return
	}
	who := "No group currently allows this operation."
	if names := e.grantedNames(m.name, operation); len(names) > 0 {
		who = "This operation is allowed for the following groups:\n\t- " + strings.Join(names, "\n\t- ")
	}
	accessError("You are not allowed to %s '%s' (%s) records.\n\n%s\n\nContact your administrator to request access if necessary.",
		forbidden[operation], m.title, m.name, who)
}

// right is what a method needs beyond reading what it is called on.
type right struct{ operation, model string }

// needs are the rights that methods need on their way, by model and method. What Odoo does as the superuser
// needs none: the shipments of an order that is confirmed, its invoices, stock.
var needs = map[string][]right{
	"sale.order.action_confirm":                        {{"write", "sale.order"}},
	"sale.order.action_cancel":                         {{"write", "sale.order"}},
	"sale.advance.payment.inv.create_invoices":         {{"write", "sale.order"}},
	"stock.picking.action_confirm":                     {{"write", "stock.move"}},
	"stock.picking.action_assign":                      {{"write", "stock.move"}},
	"stock.picking.button_validate":                    {{"write", "stock.picking"}, {"write", "stock.move"}, {"write", "stock.move.line"}},
	"stock.picking.action_cancel":                      {{"write", "stock.move"}},
	"stock.quant.action_apply_inventory":               {{"write", "stock.quant"}},
	"stock.return.picking.create_returns":              {{"create", "stock.picking"}, {"create", "stock.move"}},
	"stock.return.picking.action_create_returns":       {{"create", "stock.picking"}, {"create", "stock.move"}},
	"account.move.action_post":                         {{"write", "account.move"}},
	"account.move.button_cancel":                       {{"write", "account.move"}},
	"account.move.button_draft":                        {{"write", "account.move"}},
	"account.move.reversal.refund_moves":               {{"create", "account.move"}},
	"account.move.reversal.reverse_moves":              {{"create", "account.move"}},
	"account.payment.action_post":                      {{"write", "account.payment"}},
	"account.payment.action_cancel":                    {{"write", "account.payment"}},
	"account.payment.action_draft":                     {{"write", "account.payment"}},
	"account.payment.register.action_create_payments":  {{"create", "account.payment"}},
	"mail.blacklist.action_add":                        {{"write", "mail.blacklist"}},
	"mail.blacklist.action_remove":                     {{"write", "mail.blacklist"}},
	"base.partner.merge.automatic.wizard.action_merge": {{"unlink", "res.partner"}},
}

// free are methods that anybody may call: they look for themselves, or say only what the caller may.
var free = []string{"check_object_reference", "has_group", "check_access_rights", "has_access", "check_access", "fields_get", "exists", "context_get", "get_external_id"}

// posting are verbs that only those may use who invoice, in these words.
var posting = []string{"account.move.action_post", "account.payment.action_post", "account.payment.register.action_create_payments"}

// threads are models with messages: a write looks first at what is there, unless tracking is switched off.
var threads = []string{"sale.order", "res.partner", "stock.picking", "account.move", "account.payment", "product.template", "stock.lot", "mail.blacklist"}

// allow checks that the user may do a call, before it is done.
func (e *env) allow(c *call) {
	if e.rights == nil {
		return
	}
	e.checkCompanies()
	switch c.method {
	case "search", "search_count", "search_read":
		e.need("read", c.model)
	case "create":
		for _, v := range valuesOf(c.arg(0, "vals_list")) {
			e.needAll("create", c.model, v)
		}
	case "write":
		if slices.Contains(threads, c.model.name) && !e.flag("tracking_disable") {
			e.need("read", c.model)
		}
		e.needAll("write", c.model, toVals(c.arg(1, "vals")))
		e.obey("write", c.model, c.ids())
	case "unlink":
		e.need("unlink", c.model)
		e.obey("unlink", c.model, c.ids())
	case "message_post":
		e.need("write", c.model)
		e.obey("write", c.model, c.ids())
	case "load": // says record by record what it may not
	default:
		e.allowMethod(c)
	}
}

func (e *env) allowMethod(c *call) {
	if slices.Contains(free, c.method) {
		return
	}
	e.need("read", c.model)
	e.obey("read", c.model, c.ids())
	name := c.model.name + "." + c.method
	for _, r := range needs[name] {
		e.need(r.operation, models[r.model])
		if r.model == c.model.name {
			e.obey(r.operation, c.model, c.ids())
		}
	}
	if slices.Contains(posting, name) && !e.in(invoicing) {
		accessError("You don't have the access rights to post an invoice.")
	}
}

func valuesOf(given any) []vals {
	list, ok := given.([]any)
	if !ok {
		return []vals{toVals(given)}
	}
	every := make([]vals, len(list))
	for i := range list {
		every[i] = toVals(list[i])
	}
	return every
}

// needAll wants the right on a model, and those on the lines that the values make, change or delete.
func (e *env) needAll(operation string, m *model, v vals) {
	e.need(operation, m)
	for _, field := range slices.Sorted(maps.Keys(v)) {
		l, isLines := m.lines[field]
		list, _ := v[field].([]any)
		if !isLines {
			continue
		}
		inner := modelOf(l.model)
		for _, item := range list {
			command, _ := item.([]any)
			if len(command) == 0 {
				continue
			}
			switch kind := toInt(command[0]); {
			case kind == 0 && len(command) == 3:
				e.needAll("create", inner, toVals(command[2]))
			case kind == 1 && len(command) == 3:
				e.needAll("write", inner, toVals(command[2]))
				e.obey("write", inner, toIDs(command[1]))
			case kind == 2:
				e.need("unlink", inner)
			}
		}
	}
}

// made checks the rules for what a call has made: Odoo looks at records when they are there.
func (e *env) made(c *call, result any) {
	if e.rights == nil || c.method != "create" {
		return
	}
	e.obey("create", c.model, toIDs(result))
}

// hasGroup answers whether a user is in a group.
func hasGroup(e *env, c *call) any {
	id, _ := c.arg(0, "group_ext_id").(string)
	if id == "" {
		id = toString(c.arg(1, "group_ext_id"))
	}
	if !strings.Contains(id, ".") {
		failf("builtins.AssertionError", "External ID '%s' must be fully qualified", id)
	}
	return groupOf(id) != nil && e.in(id)
}

// checkAccessRights is how a caller asks up to 18, on the model.
func checkAccessRights(e *env, c *call) any {
	if raise, given := c.arg(1, "raise_exception").(bool); !given || raise {
		e.need(e.operation(c.arg(0, "operation")), c.model)
	}
	return e.may(e.operation(c.arg(0, "operation")), c.model.name)
}

// hasAccess is how a caller asks from 18 on, on records.
func hasAccess(e *env, c *call) any {
	operation := e.operation(c.arg(1, "operation"))
	return e.may(operation, c.model.name) && len(e.broken(operation, c.model, c.ids())) == 0
}

// checkAccess is the same with a refusal for an answer, and None else.
func checkAccess(e *env, c *call) any {
	operation := e.operation(c.arg(1, "operation"))
	e.need(operation, c.model)
	e.obey(operation, c.model, c.ids())
	return nil
}

func (e *env) operation(given any) string {
	operation := toString(given)
	if letters[operation] == "" {
		failf("builtins.AssertionError", "Invalid access mode")
	}
	return operation
}

// noWithout says that a method came or went with a release.
func (e *env) there(method string) bool {
	switch major := e.tables.major(); method {
	case "has_access", "check_access":
		return major >= 18
	case "check_access_rights":
		return major < 19
	}
	return true
}
