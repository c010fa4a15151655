package apply

import (
	"html"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// say leaves an internal note under a record, for people, once: its mark tells whether it is there. It is no part of
// what the command is to do: where Odoo does not let the bridge's user, that is reported.
func (r *run) say(model string, id int64, m mark, text, path string) error {
	known, err := r.firstMarked("mail.message", domainOf("model", model, "res_id", id), "body", m, nil)
	if err == nil && known == nil {
		err = r.call("say", func() error {
			body, err := r.plain(m.String() + ": " + text)
			if err != nil {
				return err
			}
			return r.x.odoo.Do(r.ctx, odoo.Call{Model: model, Method: "message_post", IDs: []int64{id}, Named: map[string]any{"body": body}, Context: r.context()}, nil)
		})
	}
	if absent(err) {
		r.report(problem(schema.CodeNotAllowed, path, "Odoo does not let the bridge's user leave a note at the record"))
		return nil
	}
	return err
}

// plain is a text as message_post takes it: HTML before 17, which escapes it itself.
func (r *run) plain(text string) (string, error) {
	release, err := r.release()
	if release < 17 {
		text = html.EscapeString(text)
	}
	return text, err
}
