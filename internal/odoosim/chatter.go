package odoosim

import "html"

func messageModel() *model {
	return &model{name: "mail.message", table: "mail_message", title: "Message", order: "id desc"}
}

// messagePost leaves a note under a record. The text is kept as HTML; from 17 on a plain one is escaped.
func messagePost(e *env, c *call) any {
	e.mustExist(c.model, c.ids())
	body := toString(c.kwargs["body"])
	if e.tables.major() >= 17 {
		body = html.EscapeString(body)
	}
	var made []int64
	for _, id := range c.ids() {
		made = append(made, e.insert("mail_message", vals{"model": c.model.name, "res_id": id, "body": "<p>" + body + "</p>", "message_type": "notification", "date": e.second()}))
	}
	return made
}
