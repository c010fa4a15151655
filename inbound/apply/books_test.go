package apply

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/jackc/pgx/v5"
)

// books stand in for the parts of Odoo that keep invoices, payments, returns and
// consent: models of plain records, and the buttons that make records, which answer as
// a real Odoo was recorded to answer. What they hold is what tests count.
type books struct {
	mu     sync.Mutex
	db     *pgx.Conn // the simulator's, for orders and shipments
	next   int64
	tables map[string][]map[string]any
}

func newBooks(db *pgx.Conn) *books {
	b := &books{db: db, next: 900, tables: map[string][]map[string]any{}}
	b.add("account.journal", map[string]any{"code": "BNK1", "name": "Bank"})
	return b
}

// models are those the books keep.
var bookModels = []string{
	"account.move", "account.move.line", "account.payment", "account.journal", "sale.advance.payment.inv", "account.move.reversal",
	"account.payment.register", "stock.return.picking", "stock.return.picking.line", "mail.blacklist", "mailing.list", "mailing.contact", "mailing.subscription",
}

func (b *books) add(model string, values map[string]any) int64 {
	b.next++
	values["id"] = b.next
	b.tables[model] = append(b.tables[model], values)
	return b.next
}

func (b *books) get(model string, id int64) map[string]any {
	for _, r := range b.tables[model] {
		if num(r["id"]) == id {
			return r
		}
	}
	return nil
}

// call answers a call, or says that the simulator should.
func (b *books) call(model, method string, args []any, context map[string]any) (any, bool) {
	if !slices.Contains(bookModels, model) {
		return nil, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch method {
	case "search_read":
		domain, _ := args[0].([]any)
		found := []any{}
		for _, r := range b.tables[model] {
			if matches(r, domain) {
				found = append(found, r)
			}
		}
		return found, true
	case "read":
		found := []any{}
		for _, id := range args[0].([]any) {
			found = append(found, b.get(model, num(id)))
		}
		return found, true
	case "create":
		values := args[0].(map[string]any)
		if model == "mail.blacklist" {
			values["active"] = true
		}
		id := b.add(model, values)
		if model == "stock.return.picking" {
			b.proposeReturn(id, num(values["picking_id"]))
		}
		if ids, ok := context["active_ids"].([]any); ok {
			values["active_ids"] = ids
		}
		return id, true
	case "write":
		for _, id := range args[0].([]any) {
			b.write(model, num(id), args[1].(map[string]any))
		}
		return true, true
	case "load":
		return b.load(model, args), true
	}
	return b.button(model, method, num(args[0].([]any)[0])), true
}

func (b *books) write(model string, id int64, values map[string]any) {
	r := b.get(model, id)
	for key, value := range values {
		if lines, ok := value.([]any); ok && key == "invoice_line_ids" {
			b.lines(id, lines)
			continue
		}
		r[key] = value
	}
}

// lines carries out the commands on a document's lines and adds up again.
func (b *books) lines(move int64, commands []any) {
	for _, item := range commands {
		c := item.([]any)
		switch num(c[0]) {
		case 1:
			b.write("account.move.line", num(c[1]), c[2].(map[string]any))
		case 2:
			b.tables["account.move.line"] = slices.DeleteFunc(b.tables["account.move.line"], func(r map[string]any) bool { return num(r["id"]) == num(c[1]) })
		}
	}
	b.total(move)
}

func (b *books) total(move int64) {
	sum := 0.0
	for _, r := range b.tables["account.move.line"] {
		if ref(r["move_id"]) == move {
			r["price_total"] = round(float(r["quantity"]) * float(r["price_unit"]) * 1.08)
			sum += r["price_total"].(float64)
		}
	}
	m := b.get("account.move", move)
	m["amount_total"], m["amount_residual"] = round(sum), round(sum)
}

func (b *books) load(model string, args []any) any {
	fields, rows := args[0].([]any), args[1].([]any)
	var ids []any
	for _, row := range rows {
		values := map[string]any{}
		for i, f := range fields {
			name := strings.TrimSuffix(f.(string), "/.id")
			values[name] = row.([]any)[i]
			if name != f {
				values[name] = num(values[name])
			}
		}
		values["external"] = values["id"]
		if at := slices.IndexFunc(b.tables[model], func(r map[string]any) bool { return r["external"] == values["external"] }); at >= 0 {
			ids = append(ids, b.tables[model][at]["id"])
			continue
		}
		if model == "account.payment" {
			values["state"], values["name"] = "draft", "PAY"
		}
		if model == "mailing.contact" {
			values["email_normalized"] = values["email"]
		}
		ids = append(ids, b.add(model, values))
	}
	return map[string]any{"ids": ids, "messages": []any{}}
}

func (b *books) button(model, method string, id int64) any {
	wizard := b.get(model, id)
	switch model + "." + method {
	case "sale.advance.payment.inv.create_invoices":
		order := num(wizard["sale_order_ids"].([]any)[0].([]any)[2].([]any)[0])
		return action("account.move", b.invoice(order))
	case "account.move.action_post":
		wizard["state"] = "posted"
		wizard["name"] = fmt.Sprintf("INV/%d", id)
		return false
	case "account.move.reversal.refund_moves":
		return action("account.move", b.reverse(num(wizard["active_ids"].([]any)[0]), fmt.Sprint(wizard["reason"])))
	case "account.payment.register.action_create_payments":
		b.pay(num(wizard["active_ids"].([]any)[0]), wizard)
		return true
	case "account.payment.action_post":
		wizard["state"] = "posted"
		return nil
	case "stock.return.picking.create_returns":
		return action("stock.picking", b.makeReturn(wizard))
	}
	return nil
}

func action(model string, id int64) any {
	return map[string]any{"type": "ir.actions.act_window", "res_model": model, "res_id": id}
}

// invoice makes a draft of an order's lines.
func (b *books) invoice(order int64) int64 {
	id := b.add("account.move", map[string]any{
		"name": "/", "state": "draft", "move_type": "out_invoice", "currency_id": []any{1, "USD"}, "journal_id": []any{1, "Sales"}, "order": order, "payment_state": "not_paid",
	})
	rows, _ := b.db.Query(context.Background(), "SELECT id, product_id, product_uom_qty::float8, price_unit::float8 FROM sale_order_line WHERE order_id = $1 ORDER BY id", order)
	defer rows.Close()
	for rows.Next() {
		var line, product int64
		var quantity, price float64
		_ = rows.Scan(&line, &product, &quantity, &price)
		b.add("account.move.line", map[string]any{
			"move_id": []any{id, "x"}, "display_type": "product", "product_id": []any{product, "x"}, "quantity": quantity, "price_unit": price,
			"tax_ids": []any{1}, "sale_line_ids": []any{line},
		})
	}
	b.total(id)
	return id
}

func (b *books) reverse(invoice int64, reason string) int64 {
	of := b.get("account.move", invoice)
	id := b.add("account.move", map[string]any{
		"name": "/", "state": "draft", "move_type": "out_refund", "currency_id": of["currency_id"], "journal_id": of["journal_id"],
		"reversed_entry_id": []any{invoice, of["name"]}, "ref": fmt.Sprintf("Reversal of: %s, %s", of["name"], reason),
	})
	for _, l := range slices.Clone(b.tables["account.move.line"]) {
		if ref(l["move_id"]) == invoice {
			copied := map[string]any{}
			for key, value := range l {
				copied[key] = value
			}
			copied["move_id"] = []any{id, "x"}
			b.add("account.move.line", copied)
		}
	}
	b.total(id)
	return id
}

func (b *books) pay(move int64, wizard map[string]any) {
	of := b.get("account.move", move)
	kind := "inbound"
	if of["move_type"] == "out_refund" {
		kind = "outbound"
	}
	b.add("account.payment", map[string]any{
		"name": "PBNK1", "state": "posted", "ref": wizard["communication"], "journal_id": wizard["journal_id"], "amount": wizard["amount"], "payment_type": kind,
	})
	of["amount_residual"] = round(float(of["amount_residual"]) - float(wizard["amount"]))
}

func (b *books) proposeReturn(wizard, picking int64) {
	rows, _ := b.db.Query(context.Background(), "SELECT id, product_id, quantity::float8 FROM stock_move WHERE picking_id = $1 AND state = 'done' ORDER BY id", picking)
	defer rows.Close()
	for rows.Next() {
		var move, product int64
		var quantity float64
		_ = rows.Scan(&move, &product, &quantity)
		b.add("stock.return.picking.line", map[string]any{"wizard_id": wizard, "product_id": []any{product, "x"}, "move_id": []any{move, "x"}, "quantity": quantity})
	}
}

// makeReturn writes a return into the simulator's own tables.
func (b *books) makeReturn(wizard map[string]any) int64 {
	var id int64
	_ = b.db.QueryRow(context.Background(), `INSERT INTO stock_picking (name, origin, state, return_id, picking_type_id, location_id, location_dest_id, company_id, move_type, priority, is_locked)
		SELECT 'WH/IN/R' || $1::text, 'Return of ' || name, 'assigned', id, 1, location_dest_id, location_id, company_id, 'direct', '0', true FROM stock_picking WHERE id = $2 RETURNING id`,
		fmt.Sprint(b.next), num(wizard["picking_id"])).Scan(&id)
	for _, l := range b.tables["stock.return.picking.line"] {
		if num(l["wizard_id"]) != num(wizard["id"]) || float(l["quantity"]) == 0 {
			continue
		}
		_, _ = b.db.Exec(context.Background(), `INSERT INTO stock_move (name, picking_id, product_id, product_uom, product_uom_qty, product_qty, quantity, state, location_id, location_dest_id, company_id, origin_returned_move_id, procure_method, date, picking_type_id)
			SELECT name, $1, product_id, product_uom, $2::numeric, $2::numeric, 0, 'assigned', location_dest_id, location_id, company_id, id, 'make_to_stock', now(), 1 FROM stock_move WHERE id = $3`,
			id, fmt.Sprint(l["quantity"]), ref(l["move_id"]))
	}
	return id
}

// invoicesOf are the ids of an order's documents.
func (b *books) invoicesOf(order int64) []any {
	b.mu.Lock()
	defer b.mu.Unlock()
	ids := []any{}
	for _, r := range b.tables["account.move"] {
		if num(r["order"]) == order {
			ids = append(ids, r["id"])
		}
	}
	return ids
}

// matches says whether a record fits a domain of terms that must all hold.
func matches(r map[string]any, domain []any) bool {
	for _, item := range domain {
		t := item.([]any)
		have, want := r[t[0].(string)], t[2]
		if pair, ok := have.([]any); ok && len(pair) == 2 {
			have = pair[0]
		}
		if have == nil {
			have = false
		}
		ok := false
		switch t[1] {
		case "=":
			ok = fmt.Sprint(have) == fmt.Sprint(want)
		case "!=":
			ok = fmt.Sprint(have) != fmt.Sprint(want)
		case "in":
			ok = slices.ContainsFunc(want.([]any), func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(have) })
		case "like":
			ok = strings.Contains(fmt.Sprint(have), fmt.Sprint(want))
		}
		if !ok {
			return false
		}
	}
	return true
}

func num(value any) int64 { return int64(float(value)) }

func ref(value any) int64 {
	if pair, ok := value.([]any); ok {
		return num(pair[0])
	}
	return num(value)
}

func float(value any) float64 {
	var f float64
	_, _ = fmt.Sscan(fmt.Sprint(value), &f)
	return f
}

func round(f float64) float64 { return float64(int64(f*100+0.5)) / 100 }
