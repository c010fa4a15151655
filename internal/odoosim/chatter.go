package odoosim

import "html"

func messageModel() *model {
	return &model{name: "mail.message", table: "mail_message", title: "Message", order: "id desc"}
}

// speak refuses to leave messages in the name of a user without an e-mail address.
func (e *env) speak() {
	if e.uid != superuser && e.get("res_partner", e.get("res_users", e.uid).int("partner_id"))["email"] == "" {
		userError("Unable to send message, please configure the sender's email address.")
	}
}

// messagePost leaves a note under records.
func messagePost(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	e.speak()
	var made []int64
	for _, id := range c.ids() {
		made = append(made, e.post(c.model.name, id, toString(c.kwargs["body"])))
	}
	return made
}

// post leaves a note under a record. The text is kept as HTML; from 17 on a plain one is escaped.
func (e *env) post(model string, id int64, body string) int64 {
	if e.tables.major() >= 17 {
		body = html.EscapeString(body)
	}
	return e.insert("mail_message", vals{"model": model, "res_id": id, "body": "<p>" + body + "</p>", "message_type": "notification", "date": e.second()})
}
