package odoo_test

import (
	"encoding/json"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// callers are the Odoo users that the recording's calls were made by.
func callers(t *testing.T, r testkit.Recording) map[int64]bool {
	found := map[int64]bool{}
	for _, call := range r.Calls {
		var request struct {
			Params struct {
				Service string `json:"service"`
				Args    []any  `json:"args"`
			} `json:"params"`
		}
		if err := json.Unmarshal(call.Request, &request); err != nil {
			t.Fatal(err)
		}
		if args := request.Params.Args; request.Params.Service == "object" && len(args) > 1 {
			if uid, ok := args[1].(float64); ok {
				found[int64(uid)] = true
			}
		}
	}
	return found
}

const superuser = 1

// originOf is the rule with every user but the superuser a channel's: the only
// one of them that wrote, 0 for none.
func originOf(writers map[int64]bool) (origin int64) {
	for uid := range writers {
		switch {
		case uid == superuser:
		case origin != 0:
			return 0
		default:
			origin = uid
		}
	}
	return origin
}

func TestOriginIsTheCallerOrNobody(t *testing.T) {
	for _, release := range releases {
		t.Run(release, func(t *testing.T) {
			b := newBridge(t, release, nil)
			named, nobody := 0, 0
			for _, r := range testkit.Recordings(t, release) {
				for _, tx := range r.Setup {
					b.play(tx)
				}
				by := callers(t, r)
				for _, tx := range r.Transactions {
					events := b.play(tx)
					switch origin := originOf(b.writers); {
					case origin == 0 && len(events) > 0:
						nobody++
						t.Logf("%s: transaction %s has %d events and no origin (writers %v, called by %v)", r.Name, tx.XID, len(events), b.writers, by)
					case origin == 0:
					case by[origin]:
						named++
					default:
						t.Errorf("%s: transaction %s is attributed to user %d, but was called by %v", r.Name, tx.XID, origin, by)
					}
				}
			}
			if named < 30 || nobody > 1 {
				t.Errorf("the caller of %d transactions was found, of %d with events it was not", named, nobody)
			}
		})
	}
}

func TestWritersAreThoseWhoseDateMoved(t *testing.T) {
	table := &odoo.Table{Name: "x", Keys: 1, Columns: []odoo.Column{
		{Name: "id"}, {Name: "create_uid"}, {Name: "write_uid"}, {Name: "write_date"}, {Name: "custom:y"},
	}}
	for _, c := range []struct {
		name, old, new string
		want           []int64
	}{
		{"inserted", ``, "1\t8\t8\td1\t", []int64{8}},
		{"inserted by the superuser, then written", ``, "1\t1\t8\td1\t", []int64{1, 8}},
		{"written", "1\t2\t2\td1\t", "1\t2\t8\td2\t", []int64{8}},
		{"rewritten by SQL", "1\t2\t8\td1\ta", "1\t2\t8\td1\tb", nil},
		{"written for the first time", "1\t\\N\t\\N\t\\N\ta", "1\t\\N\t8\td1\tb", []int64{8}},
		{"deleted", "1\t2\t8\td1\ta", ``, nil},
	} {
		var got []int64
		odoo.Writers(table, odoo.NewRow(c.old), odoo.NewRow(c.new), func(uid int64) { got = append(got, uid) })
		if len(got) != len(c.want) || len(got) > 0 && (got[0] != c.want[0] || got[len(got)-1] != c.want[len(c.want)-1]) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
	relation := &odoo.Table{Name: "x_rel", Keys: 2, Columns: []odoo.Column{{Name: "a"}, {Name: "b"}}}
	odoo.Writers(relation, odoo.Row{}, odoo.NewRow("1\t2"), func(uid int64) { t.Errorf("a relation was written by %d", uid) })
}
