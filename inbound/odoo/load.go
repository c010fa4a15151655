package odoo

import (
	"context"
	"encoding/json"
	"strings"
)

// loadAnswer is what load() returns, whether it did something or not.
type loadAnswer struct {
	IDs      json.RawMessage `json:"ids"`
	Messages []loadMessage   `json:"messages"`
}

type loadMessage struct {
	Type    string `json:"type"`
	Field   any    `json:"field"`
	Message string `json:"message"`
}

// Load creates or updates records by external id, in one transaction: the field "id"
// holds it, as "module.name". All rows are taken or none. A second load of the same rows updates the
// same records. A refusal is a Validation error, or Busy when load() only met another
// transaction, which it does not try again itself. Times are in UTC: without being told so, load() takes
// them for the user's own.
func (c *Client) Load(ctx context.Context, model string, fields []string, rows [][]string, callContext map[string]any) ([]int64, error) {
	var answer loadAnswer
	call := Call{Model: model, Method: "load", Args: []any{fields, rows}, Context: Context(callContext, map[string]any{"tz": "UTC"})}
	if err := c.Do(ctx, call, &answer); err != nil {
		return nil, err
	}
	var ids []int64
	if json.Unmarshal(answer.IDs, &ids) == nil && len(ids) > 0 {
		return ids, nil
	}
	var words []string
	e := &Error{Kind: Validation, Name: "load"}
	for _, m := range answer.Messages {
		if m.Type == "warning" {
			continue
		}
		if isCollision(m.Message) {
			e.Kind = Busy
		}
		words = append(words, m.Message)
	}
	if len(words) == 0 {
		// Neither ids nor a reason: nobody knows.
		e.Kind = Ambiguous
	}
	e.message = strings.Join(words, "; ")
	return nil, complete(e, &call)
}
