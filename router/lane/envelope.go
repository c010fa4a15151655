package lane

import (
	"encoding/json"
	"slices"

	"github.com/odoobridge/odoobridge/schema"
)

func appendJSON(dst []byte, e *schema.Event, fields []string) []byte {
	cut := func(b []byte) json.RawMessage {
		out := []byte{'{'}
		eachField(b, func(n, v []byte) bool {
			if fields == nil || slices.Contains(fields, string(n)) {
				if len(out) > 1 {
					out = append(out, ',')
				}
				out = append(append(append(append(out, '"'), n...), '"', ':'), v...)
			}
			return true
		})
		return append(out, '}')
	}
	visible := slices.DeleteFunc(slices.Clone(e.Changed), func(n string) bool { return fields != nil && !slices.Contains(fields, n) })
	data := map[string]any{"entity": cut(e.Body), "changed": visible}
	if before := cut(e.Before); len(before) > 2 {
		data["before"] = cut(e.Before)
	}
	b, err := json.Marshal(map[string]any{"id": e.ID, "type": e.Type(), "subject": e.Subject(), "revision": e.Revision, "data": data})
	if err != nil {
		panic(err)
	}
	return append(dst, b...)
}
