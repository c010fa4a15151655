package router_test

import (
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/internal/store"
)

// TestAMergeIsToldHoweverItsTransactionIsCutUp: Odoo points a customer's order at
// another customer and deletes it, in one transaction that may come in pieces. What passed in a
// transaction is forgotten with it.
func TestAMergeIsToldHoweverItsTransactionIsCutUp(t *testing.T) {
	for name, cuts := range map[string]int{"in one piece": 0, "in two": 1} {
		t.Run(name, func(t *testing.T) {
			h := newHouse(t, nil)
			partners, orders := h.relation("res_partner"), h.relation("sale_order")
			partner := func(id string) map[string]string {
				return map[string]string{"id": id, "commercial_partner_id": id, "name": "Ada"}
			}
			order := func(partner string) map[string]string {
				return map[string]string{"id": "9001", "name": "S9001", "partner_id": partner}
			}
			lsn := change.LSN(1000)
			transaction := func(cuts int, changes ...change.Change) {
				lsn += 100
				var pieces []change.Piece
				for i, c := range changes {
					if i == 0 || i > len(changes)-1-cuts {
						pieces = append(pieces, change.Piece{XID: uint32(lsn), Timeline: 1}) //nolint:gosec // small
					}
					last := &pieces[len(pieces)-1]
					last.Changes = append(last.Changes, c)
				}
				last := &pieces[len(pieces)-1]
				last.Last, last.End, last.CommitTime = true, lsn, time.Unix(int64(lsn), 0)
				h.apply(pieces)
			}
			insert := func(r *change.Relation, values map[string]string) change.Change {
				return change.Change{Kind: change.Insert, Relation: r, New: imageOf(r, values)}
			}
			remove := func(id string) change.Change {
				return change.Change{Kind: change.Delete, Relation: partners, Old: imageOf(partners, map[string]string{"id": id})}
			}
			transaction(0, insert(partners, partner("7001")), insert(partners, partner("7002")), insert(partners, partner("7003")),
				insert(orders, order("7001")))
			transaction(cuts, change.Change{Kind: change.Update, Relation: orders, New: imageOf(orders, order("7002"))}, remove("7001"))
			transaction(0, change.Change{Kind: change.Update, Relation: orders, New: imageOf(orders, order("7003"))})
			transaction(0, remove("7002"))
			for id, want := range map[int64]string{7001: "7002", 7002: "null"} {
				if doc, found, err := h.store.Document("customer", store.Key{id}); err != nil || !found || string(doc.Body) != want {
					t.Errorf("of customer %d is kept %q (%v, %v), want %q: into whom he was merged", id, doc.Body, found, err, want)
				}
			}
			var told []string
			if err := h.store.Events(t.Context(), 0, 1e6, func(e store.Event) bool {
				_, merged, _ := strings.Cut(string(e.Body), `"merged_into":`)
				if e.Entity == "customer" && e.What != "created" {
					told = append(told, e.Subject+" "+e.What+" "+strings.TrimSuffix(merged, "}"))
				}
				return true
			}); err != nil {
				t.Fatal(err)
			}
			if got, want := strings.Join(told, ", "), "customer/7001 merged 7002, customer/7002 deleted "; got != want {
				t.Errorf("told of %q, want %q", got, want)
			}
		})
	}
}

// relation describes a mapped table as PostgreSQL does, every mapped column and no other.
func (h *house) relation(name string) *change.Relation {
	r := &change.Relation{Schema: "public", Name: name}
	for _, c := range h.profile.Tables[h.table(name)].Columns {
		if c.Source != "" {
			r.Columns = append(r.Columns, change.Column{Name: c.Source})
		}
	}
	return r
}

func imageOf(r *change.Relation, values map[string]string) (image []change.Value) {
	for _, c := range r.Columns {
		if v, found := values[c.Name]; found {
			image = append(image, change.Value{State: change.Text, Text: []byte(v)})
		} else {
			image = append(image, change.Value{State: change.Null})
		}
	}
	return image
}
