package e2e

import (
	"context"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/inbound/apply"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// worker is a user of the test's own, whom the bridge carries commands out as: of each command in the groups alone that the
// documentation names for it.
type worker struct {
	id     int64
	groups string // the field
}

// employ makes that user, where the one at hand may make users, and looks whether he may what the groups give. Otherwise the
// bridge works as the one at hand.
func (a *atHand) employ() {
	a.t.Helper()
	if a.hire(nil) {
		a.missGroups()
	}
}

// hire makes a user for the bridge who is in these groups, unless the one at hand may make none.
func (a *atHand) hire(groups []string) (hired bool) {
	a.t.Helper()
	ctx := context.Background()
	if may, err := a.client.HasAccess(ctx, "res.users", "create", a.context); err != nil || !may || a.server != nil {
		a.t.Logf("the bridge works as %s, who may make no user for it: %v", a.login, err)
		return false
	}
	a.worker.groups = "groups_id"
	if a.release >= 19 {
		a.worker.groups = "group_ids"
	}
	name, password := a.name+"_bridge", a.name+" secret"
	id, err := a.client.Create(ctx, "res.users", map[string]any{
		"name": name, "login": name, "email": "bridge@example.test", "password": password, "company_id": a.company, "company_ids": []any{[]any{6, 0, []int64{a.company}}},
		a.worker.groups: []any{[]any{6, 0, a.groupIDs(groups)}},
	}, odoo.Context(a.context, map[string]any{"no_reset_password": true}))
	if err != nil {
		a.t.Fatalf("make a user for the bridge: %v", err)
	}
	a.t.Cleanup(func() {
		if err := a.client.Write(context.Background(), "res.users", []int64{id}, map[string]any{"active": false}, a.context); err != nil {
			a.t.Errorf("archive the bridge's user: %v", err)
		}
	})
	if a.release >= 19 {
		password = a.key(id)
	}
	a.worker.id, a.login, a.password = id, name, password
	return true
}

// missGroups takes each group of each command from the bridge's user: what the documentation says that the group gives must be
// missing then, and be there with it.
func (a *atHand) missGroups() {
	a.t.Helper()
	client := a.connect()
	held := func(r apply.Right, want bool, groups []string) {
		a.t.Helper()
		if got, err := r.Held(context.Background(), client, a.context); err != nil || got != want {
			a.t.Errorf("a user in %v may %s: %v, %v; want %v", groups, r, got, err, want)
		}
	}
	for _, c := range schema.Commands() {
		rights := apply.Rights(c.Name)
		for _, less := range append([]string{""}, groupNames(rights)...) {
			groups := slices.DeleteFunc(groupNames(rights), func(g string) bool {
				return g == less || less == "stock.group_stock_user" && g == "stock.group_stock_manager"
			})
			a.join(groups)
			for _, r := range rights {
				if less == "" || r.Group == less {
					held(r, less == "", groups)
				}
			}
		}
	}
}

// key makes an API key for a user, where Odoo takes no password. Odoo itself makes one only for the user who asks for it, on its
// pages: it is written into Odoo's table as Odoo would.
func (a *atHand) key(user int64) string {
	a.t.Helper()
	random := make([]byte, 36)
	_, _ = rand.Read(random) // never fails
	key, salt := hex.EncodeToString(random[:20]), random[20:]
	hash, err := pbkdf2.Key(sha512.New, key, salt, 6000, sha512.Size)
	if err != nil {
		a.t.Fatal(err)
	}
	encoded := func(b []byte) string { return strings.ReplaceAll(base64.RawStdEncoding.EncodeToString(b), "+", ".") }
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, a.dsn)
	if err != nil {
		a.t.Fatalf("connect to Odoo's database: %v", err)
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "INSERT INTO res_users_apikeys (name, user_id, key, index) VALUES ($1, $2, $3, $4)",
		a.name, user, "$pbkdf2-sha512$6000$"+encoded(salt)+"$"+encoded(hash), key[:8]); err != nil {
		a.t.Fatalf("make a key for the bridge's user: %v", err)
	}
	a.t.Cleanup(func() { // the connection of the first one is closed by now
		conn, err := pgx.Connect(ctx, a.dsn)
		if err != nil {
			a.t.Errorf("connect to Odoo's database: %v", err)
			return
		}
		defer func() { _ = conn.Close(ctx) }()
		if _, err := conn.Exec(ctx, "DELETE FROM res_users_apikeys WHERE user_id = $1", user); err != nil {
			a.t.Errorf("take the key away: %v", err)
		}
	})
	return key
}

func groupNames(rights []apply.Right) (names []string) {
	for _, r := range rights {
		if !slices.Contains(names, r.Group) {
			names = append(names, r.Group)
		}
	}
	return names
}

// work has the bridge's user be in the groups of a command, and in no other.
func (a *atHand) work(command string) {
	a.t.Helper()
	if a.worker.id != 0 {
		a.join(groupNames(apply.Rights(command)))
	}
}

// join has the bridge's user be in these groups, and in that of every internal user.
func (a *atHand) join(groups []string) {
	a.t.Helper()
	err := a.client.Write(context.Background(), "res.users", []int64{a.worker.id}, map[string]any{a.worker.groups: []any{[]any{6, 0, a.groupIDs(groups)}}}, a.context)
	if err != nil {
		a.t.Fatalf("put the bridge's user into %v: %v", groups, err)
	}
}

func (a *atHand) groupIDs(names []string) (ids []int64) {
	a.t.Helper()
	for _, name := range append([]string{"base.group_user"}, names...) {
		_, id, found, err := a.client.Named(context.Background(), name, a.context)
		if err != nil || !found {
			a.t.Fatalf("Odoo has no group %s: %v", name, err)
		}
		ids = append(ids, id)
	}
	return ids
}
