package apply

import (
	"encoding/json"
	"fmt"
	"strings"
)

// wireCall is a call of a method, by JSON-RPC or by JSON-2.
type wireCall struct {
	model, method string
	args          []any
	named         map[string]any
	bare          bool // JSON-2
	failed        bool // what goes back is an error of JSON-RPC
}

// answer is how a result goes back.
func (c wireCall) answer(result any) any {
	if c.bare {
		return result
	}
	said := map[string]any{"jsonrpc": "2.0", "id": 1}
	if c.failed {
		said["error"] = result
		return said
	}
	if result != nil {
		said["result"] = result
	}
	return said
}

// callIn reads a call off a request; ok is false for what is none, such as a login.
func callIn(path string, body []byte) (call wireCall, ok bool) {
	if target, bare := strings.CutPrefix(path, "/json/2/"); bare {
		model, method, _ := strings.Cut(target, "/")
		var named map[string]any
		_ = json.Unmarshal(body, &named)
		return wireCall{model: model, method: method, args: inOrder(method, named), named: named, bare: true}, true
	}
	var rpc struct {
		Params struct {
			Method string
			Args   []any
		}
	}
	_ = json.Unmarshal(body, &rpc)
	args := rpc.Params.Args
	if rpc.Params.Method != "execute_kw" || len(args) < 6 {
		return wireCall{}, false
	}
	positional, _ := args[5].([]any)
	named := map[string]any{}
	if len(args) > 6 {
		named, _ = args[6].(map[string]any)
	}
	return wireCall{model: fmt.Sprint(args[3]), method: fmt.Sprint(args[4]), args: positional, named: named}, true
}

// inOrder are named arguments as JSON-RPC has them.
func inOrder(method string, named map[string]any) []any {
	order := map[string][]string{
		"search_read": {"domain", "fields"}, "read": {"ids", "fields"}, "create": {"vals_list"}, "write": {"ids", "vals"}, "load": {"fields", "data"},
		"check_object_reference": {"module", "xml_id"},
	}[method]
	if order == nil {
		order = []string{"ids"}
	}
	var args []any
	for _, name := range order {
		if value, there := named[name]; there {
			args = append(args, value)
		}
	}
	return args
}
