package apply

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// anOdooOf is an attempt at an Odoo that says nothing but its release.
func anOdooOf(t *testing.T, release int) *run {
	t.Helper()
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/jsonrpc" {
			http.NotFound(w, r)
			return
		}
		var call struct{ Params struct{ Method string } }
		if json.NewDecoder(r.Body).Decode(&call) != nil || call.Params.Method != "version" {
			_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":8}`) // the user's id
			return
		}
		_, _ = fmt.Fprintf(w, `{"jsonrpc":"2.0","id":1,"result":{"server_version":"%[1]d.0","server_version_info":[%[1]d,0,0,"final",0,""],"server_serie":"%[1]d.0","protocol_version":1}}`, release)
	}))
	t.Cleanup(web.Close)
	client, err := odoo.New(odoo.Options{URL: web.URL, Database: "shop", Login: "bridge", Key: func(context.Context) (string, error) { return "key", nil }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(client.Close)
	return &run{ctx: t.Context(), x: &Executor{odoo: client}}
}

// TestOlderReleasesAreAskedByTheirOwnNames holds what real servers of 15 and 16 call otherwise than those since 17, of which there are recordings.
func TestOlderReleasesAreAskedByTheirOwnNames(t *testing.T) {
	move := moved{id: 7, product: 6, unit: 3, asked: decide.Of(3)}
	for release, want := range map[int]string{
		15: `[{"move_lines":[[1,7,{"product_uom":3,"quantity_done":2}]]},"reserved_availability","reverse_moves",{"advance_payment_method":"delivered"},` +
			`[["move_id","in",[9]],["display_type","=",false],["exclude_from_invoice_tab","=",false]]]`,
		16: `[{"move_ids":[[1,7,{"product_uom":3,"quantity_done":2}]]},"reserved_availability","reverse_moves",{"advance_payment_method":"delivered","sale_order_ids":[[6,0,[4]]]},` +
			`[["move_id","in",[9]],["display_type","=","product"]]]`,
		17: `[{"move_ids":[[1,7,{"picked":true,"product_uom":3,"quantity":2}]]},"quantity","refund_moves",{"advance_payment_method":"delivered","sale_order_ids":[[6,0,[4]]]},` +
			`[["move_id","in",[9]],["display_type","=","product"]]]`,
	} {
		t.Run(fmt.Sprint(release), func(t *testing.T) {
			r := anOdooOf(t, release)
			values, err := r.moveValues(5, []moved{move}, []wanted{{move: move, quantity: decide.Of(2)}})
			names, err2 := r.quantityNames()
			reversal, err3 := r.reversalMethod()
			wizard, err4 := r.invoiceWizard(4)
			sold, err5 := r.soldLines([]int64{9})
			for _, err := range []error{err, err2, err3, err4, err5} {
				if err != nil {
					t.Fatal(err)
				}
			}
			if got, err := json.Marshal([]any{values, names.reserved, reversal, wizard, sold}); err != nil || string(got) != want {
				t.Errorf("%s, %v\nwant %s", got, err, want)
			}
		})
	}
}

// TestWhatIsDoneIsSaidByLineUntil15 spreads what goes over what is reserved: a real server of 15 takes no quantity for a move with several lines.
func TestWhatIsDoneIsSaidByLineUntil15(t *testing.T) {
	several := moved{reservedLines: []int64{1, 2, 3}}
	for release, want := range map[int]bool{15: true, 16: false} {
		if got, err := anOdooOf(t, release).doneByLine(several); err != nil || got != want {
			t.Errorf("%d: %v, %v", release, got, err)
		}
	}
	if got, err := anOdooOf(t, 15).doneByLine(moved{reservedLines: []int64{1}}); err != nil || got {
		t.Errorf("one line: %v, %v", got, err)
	}
	lines := []odoo.Record{
		{"id": json.Number("1"), "product_uom_qty": json.Number("5.0")}, {"id": json.Number("2"), "product_uom_qty": json.Number("1.0")},
		{"id": json.Number("3"), "product_uom_qty": json.Number("2.5")},
	}
	for quantity, want := range map[string]string{
		"8.5": `[[1,1,{"qty_done":5}],[1,2,{"qty_done":1}],[1,3,{"qty_done":2.5}]]`,
		"5.5": `[[1,1,{"qty_done":5}],[1,2,{"qty_done":0.5}],[1,3,{"qty_done":0}]]`,
		"9":   `[[1,1,{"qty_done":5}],[1,2,{"qty_done":1}],[1,3,{"qty_done":3}]]`,
	} {
		if got, err := json.Marshal(spreadOver(lines, decide.Num(quantity))); err != nil || string(got) != want {
			t.Errorf("%s of them: %s, %v\nwant %s", quantity, got, err, want)
		}
	}
}

// TestTheWizardOfReturnsIsGivenItsLinesBefore17 adds up what is wanted of a move: two lines of one command may be of one move.
func TestTheWizardOfReturnsIsGivenItsLinesBefore17(t *testing.T) {
	one, other := moved{id: 7, product: 6}, moved{id: 8, product: 5}
	got, err := json.Marshal(returnLines([]wanted{{move: one, quantity: decide.Of(2)}, {move: other, quantity: decide.Of(1)}, {move: one, quantity: decide.Of(3)}}))
	want := `[[0,0,{"move_id":7,"product_id":6,"quantity":5,"to_refund":true}],[0,0,{"move_id":8,"product_id":5,"quantity":1,"to_refund":true}]]`
	if err != nil || string(got) != want {
		t.Errorf("%s, %v\nwant %s", got, err, want)
	}
}

// TestRightsAreAskedByTheModelsOfTheRelease is what check and refusals go by.
func TestRightsAreAskedByTheModelsOfTheRelease(t *testing.T) {
	for release, want := range map[int]string{15: "stock.production.lot mailing.contact.subscription", 16: "stock.lot mailing.contact.subscription", 17: "stock.lot mailing.subscription"} {
		if got := (Right{Model: "stock.lot"}).In(release).Model + " " + (Right{Model: "mailing.subscription"}).In(release).Model; got != want {
			t.Errorf("%d: %s, want %s", release, got, want)
		}
	}
}
