package apply

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// books stand in for the models of marketing email, which the simulator has not got: plain
// records in memory, which tests count.
type books struct {
	mu     sync.Mutex
	next   int64
	tables map[string][]map[string]any
}

func newBooks() *books { return &books{next: 900, tables: map[string][]map[string]any{}} }

var bookModels = []string{"mail.blacklist", "mailing.list", "mailing.contact", "mailing.subscription"}

func (b *books) add(model string, values map[string]any) int64 {
	b.next++
	values["id"] = b.next
	b.tables[model] = append(b.tables[model], values)
	return b.next
}

// call answers a call, or says that the simulator should.
func (b *books) call(model, method string, args []any, named map[string]any) (any, bool) {
	if method == "message_post" && slices.Contains(bookModels, model) {
		b.mu.Lock()
		defer b.mu.Unlock()
		return b.add("mail.message", map[string]any{"model": model, "res_id": args[0].([]any)[0], "body": "<p>" + fmt.Sprint(named["body"]) + "</p>"}), true
	}
	if !slices.Contains(bookModels, model) && !aboutBooks(model, args) {
		return nil, false
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	switch method {
	case "search_read":
		domain, _ := args[0].([]any)
		found := []any{}
		for _, r := range b.tables[model] {
			if matches(r, domain) {
				found = append(found, r)
			}
		}
		return found, true
	case "create":
		values := args[0].(map[string]any)
		if model == "mail.blacklist" {
			values["active"] = true
		}
		return b.add(model, values), true
	case "write":
		for _, r := range b.tables[model] {
			if slices.Contains(args[0].([]any), any(float64(r["id"].(int64)))) {
				for key, value := range args[1].(map[string]any) {
					r[key] = value
				}
			}
		}
		return true, true
	case "load":
		return b.load(model, args), true
	}
	return nil, true
}

// aboutBooks says whether messages are looked for that were left under records of the books.
func aboutBooks(model string, args []any) bool {
	return model == "mail.message" && slices.ContainsFunc(bookModels, func(of string) bool { return strings.Contains(fmt.Sprint(args), "model = "+of+"]") })
}

func (b *books) load(model string, args []any) any {
	fields := args[0].([]any)
	var ids []any
	for _, row := range args[1].([]any) {
		values := map[string]any{}
		for i, f := range fields {
			values[f.(string)] = row.([]any)[i]
		}
		values["external"], values["email_normalized"] = values["id"], values["email"]
		if at := slices.IndexFunc(b.tables[model], func(r map[string]any) bool { return r["external"] == values["external"] }); at >= 0 {
			ids = append(ids, b.tables[model][at]["id"])
			continue
		}
		ids = append(ids, b.add(model, values))
	}
	return map[string]any{"ids": ids, "messages": []any{}}
}

// matches says whether a record fits a domain of terms that must all hold.
func matches(r map[string]any, domain []any) bool {
	for _, item := range domain {
		t := item.([]any)
		have, want := r[t[0].(string)], t[2]
		if have == nil {
			have = false
		}
		ok := fmt.Sprint(have) == fmt.Sprint(want)
		if t[1] == "like" {
			ok = regexp.MustCompile(strings.NewReplacer("%", ".*", "_", ".").Replace(regexp.QuoteMeta(fmt.Sprint(want)))).MatchString(fmt.Sprint(have))
		}
		if list, many := want.([]any); many {
			ok = slices.ContainsFunc(list, func(v any) bool { return fmt.Sprint(v) == fmt.Sprint(have) })
		}
		if !ok {
			return false
		}
	}
	return true
}

func joined(list []any) string {
	out := make([]string, len(list))
	for i, v := range list {
		out[i] = fmt.Sprint(v)
	}
	return strings.Join(out, ",")
}
