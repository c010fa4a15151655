package apply

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// compared is what a command was compared with, as it is noted: the thing, the newest revision that was looked at, and the fields that
// it was to change; nil for what changes none by itself.
type compared struct {
	Entity   string   `json:"entity"`
	Key      [2]int64 `json:"key"`
	Revision int64    `json:"revision"`
	Fields   []string `json:"fields"`
}

func (c compared) String() string {
	text, err := json.Marshal(c)
	if err != nil {
		panic(err) // strings and integers
	}
	return string(text)
}

// tellOverwritten looks, once the values are written, whether somebody else changed the same ones after the comparison: Odoo's API has
// no write on a condition. Only where the channel has a user of its own does the log tell its own change from others. What was compared
// is noted, so that an attempt that finds everything written tells it too.
func (r *run) tellOverwritten() error {
	var c compared
	if json.Unmarshal([]byte(r.noted("begun")), &c) != nil || c.Fields == nil || r.x.documents == nil || r.channel.OdooLogin == "" {
		return nil
	}
	if err := r.upToDate(); err != nil {
		r.report(problem(schema.CodeOverwrote, "basedon", "whether somebody else changed the "+c.Entity+" just before is not known: Odoo's log did not come by in time"))
		return nil // it is applied all the same
	}
	_, since, err := r.x.documents.Since(r.ctx, c.Entity, c.Key, c.Revision)
	if err != nil {
		return fmt.Errorf("look up what came between: %w", err)
	}
	for _, change := range decide.Between(decide.Late{Channel: r.c.Channel, Fields: c.Fields}, since) {
		what := strings.Join(change.Fields, ", ")
		if what == "" {
			what = "something"
		}
		r.report(problem(schema.CodeOverwrote, "basedon", fmt.Sprintf("revision %d of the %s, which changed %s, came just before this: it was not compared with, and may be overwritten", change.Revision, c.Entity, what)))
	}
	return nil
}
