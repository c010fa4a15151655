package apply

import (
	"fmt"
	"regexp"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// mergeTakes is how long before its commit a merge may have begun: well beyond what Odoo gives a request.
const mergeTakes = time.Hour

// mostMessages are looked at, of those that end in the same digits and were left in the same hour.
const mostMessages = 100

// mergedQuietly is what a record that nothing referred to was merged into: Odoo's log shows no more of that than a deletion.
func (r *run) mergedQuietly(model, entity string, id int64) (int64, error) {
	deleted, err := r.x.documents.Deleted(r.ctx, entity, [2]int64{id})
	if err != nil {
		return 0, fmt.Errorf("look up when the %s was deleted: %w", entity, err)
	}
	return r.mergedInto(model, id, deleted)
}

// mergedInto is the customer that one which is gone was merged into by what Odoo itself says; 0 when it does not, or not of one
// alone. Its wizard leaves a message under the customer that stays, in the transaction that deletes the others: "Merged with the
// following partners: Name <email> (ID 8), …" (Odoo 15 to 19, addons/mail/wizard/base_partner_merge_automatic_wizard.py), in the language of
// whoever merged. The id in it alone proves nothing: a name may look the same. That the message was left when the customer was
// deleted does: create_date is when its transaction began, by the clock that the commit's time is of.
func (r *run) mergedInto(model string, id int64, deleted time.Time) (int64, error) {
	if deleted.IsZero() {
		return 0, nil
	}
	said := strconv.FormatInt(id, 10) + ")"
	found, err := r.search("mail.message", odoo.Domain{
		{"model", "=", model}, {"message_type", "=", "notification"}, {"body", "ilike", said},
		{"create_date", ">=", odooTime(deleted.Add(-mergeTakes))}, {"create_date", "<", odooTime(deleted.Add(time.Second))},
	}, []string{"res_id", "body"}, odoo.Window{Limit: mostMessages, Order: "id"})
	if absent(err) {
		return 0, nil // as before: what is gone was deleted
	}
	if err != nil || len(found) == mostMessages {
		return 0, err
	}
	named := regexp.MustCompile(`[^0-9]` + regexp.QuoteMeta(said))
	heir := int64(0)
	for _, message := range found {
		into, is := message.Int("res_id"), named.MatchString(message.Text("body"))
		switch {
		case !is:
		case heir != 0 && heir != into:
			return 0, nil
		default:
			heir = into
		}
	}
	return heir, nil
}
