package apply

import (
	"encoding/hex"
	"regexp"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/odoo"
)

// mark is what a record says of the command that made it, in a text that Odoo has for
// people: "shopify return 5001". It is how the bridge knows its own again where Odoo makes
// records itself and has no place for an id.
type mark struct{ channel, what, id string }

// String is the mark as it is written. Of the id, what would end or part a mark is written
// as hex behind "~", as "~" itself is.
func (m mark) String() string { return m.channel + " " + m.what + " " + markedID(m.id) }

func markedID(id string) string {
	var b strings.Builder
	for _, c := range id {
		if c <= ' ' || strings.ContainsRune(",;:()~<>&'\"", c) {
			b.WriteByte('~')
			b.WriteString(strings.ToUpper(hex.EncodeToString([]byte(string(c)))))
			continue
		}
		b.WriteRune(c)
	}
	return b.String()
}

// marks finds marks in a text, where words begin and to their ends.
var marks = regexp.MustCompile(`(?:^|[\s,>])([a-z0-9_]+) (return|refund|stock\.adjust\.rest|stock\.adjust|stock\.count\.rest|stock\.count|order\.cancel|consent\.update) ([^\s,;:()<]+)`)

// in says whether a text carries the mark.
func (m mark) in(text string) bool { return marking(text, m.what) == m.String() }

// marking is the first mark of its kind in a text, as it is written, "" for none: what follows may be a reason, in anybody's
// words.
func marking(text, what string) string {
	for _, found := range marks.FindAllStringSubmatch(text, -1) {
		if found[2] == what {
			return found[1] + " " + found[2] + " " + found[3]
		}
	}
	return ""
}

// pattern is for Odoo's like. It finds the mark and may find more, on any release: some read
// "\" as an escape and some do not, so that what is special stands for any one character.
// What is found is to be asked with in.
func (m mark) pattern() string {
	return strings.NewReplacer(`\`, "_", "%", "_").Replace(m.String())
}

// firstMarked is the first record whose text carries the mark, nil when there is none.
func (r *run) firstMarked(model string, domain odoo.Domain, text string, m mark, fields []string) (odoo.Record, error) {
	found, err := r.marked(model, domain, text, m, fields)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	return found[0], nil
}

// marked are the records whose text carries the mark.
func (r *run) marked(model string, domain odoo.Domain, text string, m mark, fields []string) ([]odoo.Record, error) {
	found, err := r.search(model, slices.Concat(domain, odoo.Domain{{text, "like", m.pattern()}}), slices.Concat(fields, []string{text}), odoo.Window{Order: "id"})
	return slices.DeleteFunc(found, func(rec odoo.Record) bool { return !m.in(rec.Text(text)) }), err
}
