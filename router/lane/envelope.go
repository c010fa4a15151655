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
	data := map[string]any{"entity": cut(e.Body), "changed": e.Changed}
	if e.Before != nil {
		data["before"] = cut(e.Before)
	}
	b, err := json.Marshal(map[string]any{"id": e.ID, "type": e.Type(), "subject": e.Subject(), "revision": e.Revision, "data": data})
	if err != nil {
		panic(err)
	}
	return append(dst, b...)
}
