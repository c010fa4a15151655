package odoosim

import "strings"

func blacklistModel() *model {
	return &model{
		name: "mail.blacklist", table: "mail_blacklist", title: "Mail Blacklist", order: "id",
		create:  createBlacklist,
		methods: map[string]method{"action_add": blacklistAdd, "action_remove": blacklistRemove},
	}
}

// createBlacklist adds an address, or takes one up again that was removed.
func createBlacklist(e *env, v vals) int64 {
	email := strings.ToLower(strings.TrimSpace(toString(v["email"])))
	if !strings.Contains(email, "@") {
		userError("Invalid email address “%s”", toString(v["email"]))
	}
	if row := e.row("SELECT id, active FROM mail_blacklist WHERE email = $1", email); row != nil {
		if !row.is("active") {
			e.write("mail_blacklist", row.id(), vals{"active": true})
		}
		return row.id()
	}
	return e.insert("mail_blacklist", vals{"email": email, "active": true})
}

func blacklistAdd(e *env, c *call) any { return e.blacklistTo(c, true) }

func blacklistRemove(e *env, c *call) any { return e.blacklistTo(c, false) }

func (e *env) blacklistTo(c *call, active bool) any {
	e.mustExist(c.model, c.ids())
	for _, id := range c.ids() {
		e.write("mail_blacklist", id, vals{"active": active})
	}
	return true
}
