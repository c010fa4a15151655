package apply

import (
	"encoding/json"
	"fmt"
	"slices"
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
// no write on a condition. What was compared is noted, so that an attempt that finds everything written tells it too. The log tells the
// channel's own change from others' where it has a user of its own; else that there were more changes than the command's.
func (r *run) tellOverwritten() error {
	var c compared
	if json.Unmarshal([]byte(r.noted("begun")), &c) != nil || c.Fields == nil || r.x.documents == nil {
		return nil
	}
	if r.channel.OdooLogin == "" {
		c.Fields = slices.DeleteFunc(c.Fields, func(field string) bool { return field == "addresses" }) // each is written by itself
	}
	if len(c.Fields) == 0 {
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
	if r.channel.OdooLogin == "" {
		r.tellAround(c, decide.Around(c.Fields, since))
		return nil
	}
	for _, change := range decide.Between(decide.Late{Channel: r.c.Channel, Fields: c.Fields}, since) {
		r.report(problem(schema.CodeOverwrote, "basedon", fmt.Sprintf("revision %d of the %s, which changed %s, came just before this: it was not compared with, and %s",
			change.Revision, c.Entity, c.changed(change), c.fate())))
	}
	return nil
}

// tellAround tells of changes of which one is the command's own.
func (r *run) tellAround(c compared, around []decide.Change) {
	if len(around) == 0 {
		return
	}
	var which []string
	for _, change := range around {
		which = append(which, fmt.Sprintf("%d (%s)", change.Revision, c.changed(change)))
	}
	r.report(problem(schema.CodeOverwrote, "basedon", fmt.Sprintf("of the revisions %s of the %s one is of this command: what came just before it was not compared with, and %s",
		strings.Join(which, ", "), c.Entity, c.fate())))
}

// changed are the fields of a change that the command was to change too.
func (c compared) changed(change decide.Change) string {
	if change.Fields == nil {
		return "something"
	}
	return strings.Join(slices.DeleteFunc(slices.Clone(change.Fields), func(field string) bool { return !slices.Contains(c.Fields, field) }), ", ")
}

// fate is what became of a change that came between.
func (c compared) fate() string {
	if c.Entity == "stock_level" { // counts and adjustments give back what moved amid them
		return "counts on top"
	}
	return "may be overwritten"
}
