package odoo

import (
	"context"
	"encoding/json"
	"strings"
)

// Domain is a search's condition: terms of three that must all hold, or the
// operators "|", "&" and "!" as terms of one before theirs.
type Domain [][]any

// MarshalJSON writes operators bare.
func (d Domain) MarshalJSON() ([]byte, error) {
	terms := make([]any, len(d))
	for i, term := range d {
		terms[i] = any(term)
		if len(term) == 1 {
			terms[i] = term[0]
		}
	}
	return json.Marshal(terms)
}

// Window is which part of what was found is wanted.
type Window struct {
	Limit int // 0: all
	Order string
}

func (w Window) named() map[string]any {
	named := map[string]any{}
	if w.Limit > 0 {
		named["limit"] = w.Limit
	}
	if w.Order != "" {
		named["order"] = w.Order
	}
	return named
}

// SearchRead finds records and reads fields of them.
func (c *Client) SearchRead(ctx context.Context, model string, domain Domain, fields []string, w Window, callContext map[string]any) ([]Record, error) {
	var found []Record
	if domain == nil {
		domain = Domain{}
	}
	err := c.Do(ctx, Call{Model: model, Method: "search_read", Args: []any{domain, fields}, Named: w.named(), Context: callContext}, &found)
	return found, err
}

// Read reads fields of records. One that is not there is left out.
func (c *Client) Read(ctx context.Context, model string, ids []int64, fields []string, callContext map[string]any) ([]Record, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var found []Record
	err := c.Do(ctx, Call{Model: model, Method: "read", IDs: ids, Args: []any{fields}, Context: callContext}, &found)
	return found, err
}

// Create makes a record.
func (c *Client) Create(ctx context.Context, model string, values map[string]any, callContext map[string]any) (int64, error) {
	var made any
	err := c.Do(ctx, Call{Model: model, Method: "create", Args: []any{values}, Context: callContext}, &made)
	if list, ok := made.([]any); ok && len(list) == 1 {
		made = list[0]
	}
	id := toInt(made)
	if err == nil && id <= 0 {
		return 0, &Error{Kind: Ambiguous, Call: model + ".create"}
	}
	return id, err
}

// Write writes values to records.
func (c *Client) Write(ctx context.Context, model string, ids []int64, values map[string]any, callContext map[string]any) error {
	return c.Do(ctx, Call{Model: model, Method: "write", IDs: ids, Args: []any{values}, Context: callContext}, nil)
}

// Action is the dictionary that Odoo's web client would open a window for.
type Action struct {
	Type  string `json:"type"`      // "ir.actions.act_window"
	Model string `json:"res_model"` // "stock.backorder.confirmation"
	ID    int64  `json:"-"`         // of the record the window would show, 0 for none
}

// Run calls a verb on records: a button. An action that comes back is not an
// effect: for most verbs it asks a question before anything is done. For those that make
// records it leads to what was made. The caller knows which, and reads the state
// in any case.
func (c *Client) Run(ctx context.Context, model, method string, ids []int64, callContext map[string]any) (*Action, error) {
	var answer any
	if err := c.Do(ctx, Call{Model: model, Method: method, IDs: ids, Context: callContext}, &answer); err != nil {
		return nil, err
	}
	fields, ok := answer.(map[string]any)
	if !ok {
		return nil, nil
	}
	r := Record(fields)
	if !strings.HasPrefix(r.Text("type"), "ir.actions.") {
		return nil, nil
	}
	return &Action{Type: r.Text("type"), Model: r.Text("res_model"), ID: r.Int("res_id")}, nil
}

// Named looks up a record by its external id, "module.name". found is false when there is
// none, or none that the bridge's user may see.
func (c *Client) Named(ctx context.Context, externalID string, callContext map[string]any) (model string, id int64, found bool, err error) {
	module, name, _ := strings.Cut(externalID, ".")
	var pair []any
	err = c.Do(ctx, Call{Model: "ir.model.data", Method: "check_object_reference", Args: []any{module, name}, Context: callContext}, &pair)
	if isNotFound(err) {
		return "", 0, false, nil
	}
	if err != nil || len(pair) < 2 {
		return "", 0, false, err
	}
	model, _ = pair[0].(string)
	// [model, false] is a cache that a rolled-back load left behind.
	id = toInt(pair[1])
	return model, id, id > 0, nil
}

// ExternalIDs are external ids of records, as "module.name"; "" for none. Of a record that has several Odoo tells any one. It
// asks nobody's rights, and a record that is not there may still have one. Unlike ir.model.data itself every user may call it.
func (c *Client) ExternalIDs(ctx context.Context, model string, ids []int64, callContext map[string]any) (map[int64]string, error) {
	found := map[int64]string{}
	if len(ids) == 0 {
		return found, nil
	}
	err := c.Do(ctx, Call{Model: model, Method: "get_external_id", IDs: ids, Context: callContext}, &found)
	return found, err
}

// isNotFound is Odoo's ValueError for an external id that is not there.
func isNotFound(err error) bool {
	e, ok := err.(*Error)
	return ok && (e.Kind == Missing || e.Kind == Faulty && e.Name == "builtins.ValueError" && strings.Contains(e.message, "External ID not found"))
}
