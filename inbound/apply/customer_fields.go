package apply

import (
	"slices"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// field is one field of a customer as the command wants it.
type field struct {
	input string // in the command, and in ownership
	name  string // in Odoo
	value any    // string, bool, int64 (a many2one) or []int64 (to be added); nil empties
}

// column is what load() calls it.
func (f field) column() string {
	switch f.value.(type) {
	case int64, []int64:
		return f.name + "/.id"
	}
	return f.name
}

// text is what load() wants in the cell.
func (f field) text() string {
	switch v := f.value.(type) {
	case string:
		return v
	case bool:
		if v {
			return "1"
		}
		return "0"
	case int64:
		return strconv.FormatInt(v, 10)
	case []int64:
		return joinIDs(v)
	}
	return ""
}

func joinIDs(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = strconv.FormatInt(id, 10)
	}
	return strings.Join(parts, ",")
}

// same says whether Odoo has it already.
func (f field) same(now odoo.Record) bool {
	switch v := f.value.(type) {
	case string:
		have := now.Text(f.name)
		if f.name == "comment" {
			return shownBy(have) == shownBy(v)
		}
		return have == v
	case bool:
		return now.Bool(f.name) == v
	case int64:
		return now.Ref(f.name) == v
	case []int64:
		have := now.Refs(f.name)
		return !slices.ContainsFunc(v, func(id int64) bool { return !slices.Contains(have, id) })
	}
	return f.empty(now)
}

func (f field) empty(now odoo.Record) bool {
	switch v := now[f.name].(type) {
	case nil:
		return true
	case bool:
		return !v && f.name != "active" && f.name != "is_company"
	case string:
		return v == ""
	case []any:
		return len(v) == 0
	}
	return false
}

// written is the value for write().
func (f field) written(odoo.Record) any {
	switch v := f.value.(type) {
	case nil:
		return false
	case []int64:
		adds := make([]any, len(v))
		for i, id := range v {
			adds[i] = []any{4, id}
		}
		return adds
	}
	return f.value
}

// customerFields are the fields that the command gives, in Odoo's names.
func (r *run) customerFields(data schema.CustomerUpsert) ([]field, error) {
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	fields := []field{{"name", "name", data.Name}}
	if data.IsCompany != nil {
		fields = append(fields, field{"is_company", "is_company", *data.IsCompany})
	}
	if data.Company != "" && (data.IsCompany == nil || !*data.IsCompany) {
		fields = append(fields, field{"company", "company_name", data.Company})
	}
	text := func(input, name string, m schema.Maybe[string]) {
		if m.Given && m.Null {
			fields = append(fields, field{input, name, nil})
		} else if m.Given {
			fields = append(fields, field{input, name, m.Value})
		}
	}
	text("email", "email", data.Email)
	text("phone", "phone", data.Phone)
	switch {
	case release < 19:
		text("mobile", "mobile", data.Mobile)
	case !data.Phone.Given:
		text("mobile", "phone", data.Mobile)
	}
	text("vat", "vat", data.VAT)
	if fields, err = r.languageField(fields, data.Language); err != nil {
		return nil, err
	}
	if data.Address.Given {
		place, err := r.addressFields("address", data.Address.Value, data.Address.Null)
		if err != nil {
			return nil, err
		}
		fields = append(fields, place...)
	}
	if fields, err = r.tagField(fields, data.Tags); err != nil {
		return nil, err
	}
	if data.Active != nil {
		fields = append(fields, field{"active", "active", *data.Active})
	}
	if data.Note != "" {
		fields = append(fields, field{"note", "comment", asHTML(data.Note)})
	}
	return fields, nil
}

// languageField takes a language that Odoo has, and reports another.
func (r *run) languageField(fields []field, given schema.Maybe[string]) ([]field, error) {
	if !given.Given || given.Null {
		return fields, nil // Odoo always has one
	}
	code, found, err := r.language(given.Value)
	if err != nil {
		return nil, err
	}
	if !found {
		r.report(problem(schema.CodeNotSupported, "language", "Odoo has not switched this language on; it was left as it is"))
		return fields, nil
	}
	return append(fields, field{"language", "lang", code}), nil
}

// tagField takes the tags that Odoo has, and reports the others.
func (r *run) tagField(fields []field, tags []string) ([]field, error) {
	var ids []int64
	for i, tag := range tags {
		id, found, err := r.idOf("res.partner.category", odoo.Domain{{"name", "=", tag}})
		if err != nil {
			return nil, err
		}
		if !found {
			r.report(problem(schema.CodeNotSupported, "tags["+strconv.Itoa(i)+"]", "Odoo has no such tag; it was not made"))
			continue
		}
		ids = append(ids, id)
	}
	if len(ids) > 0 {
		fields = append(fields, field{"tags", "category_id", ids})
	}
	return fields, nil
}
