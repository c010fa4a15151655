package odoo

import (
	"context"
	"encoding/json"
	"net/http"
)

// json2 is the wire of Odoo 19 and later: POST /json/2/<model>/<method> with named
// arguments, the answer bare, errors by HTTP status.
type json2 struct{}

func (json2) call(ctx context.Context, c *Client, key string, call *Call) (json.RawMessage, error) {
	body, ok := call.named()
	if !ok {
		return nil, &Error{Kind: Unsendable}
	}
	if call.IDs != nil {
		body["ids"] = call.IDs
	}
	body["context"] = call.Context
	resp, err := c.send(ctx, request{
		method: http.MethodPost, path: "/json/2/" + call.Model + "/" + call.Method, body: body,
		header: map[string]string{"Authorization": "bearer " + key, "X-Odoo-Database": c.options.Database},
	})
	if err != nil {
		return nil, err
	}
	return readJSON2(resp)
}

// readJSON2 reads an answer. An exception that has a name was rolled back, whatever
// its status; a page of HTML with status 500 says nothing about the call.
func readJSON2(resp response) (json.RawMessage, error) {
	if err := statusError(resp); err != nil {
		return nil, err
	}
	if resp.status < 300 {
		if len(resp.body) > 0 && !json.Valid(resp.body) {
			return nil, &Error{Kind: Ambiguous, Status: resp.status}
		}
		return resp.body, nil
	}
	var what exception
	if err := decode(resp.body, &what); err == nil && what.Name != "" {
		e := &Error{Kind: kindOf(what.Name), Name: what.Name, Status: resp.status, message: what.Message}
		switch {
		case resp.status == http.StatusUnauthorized:
			e.Kind = Denied
		case resp.status == http.StatusConflict:
			e.Kind = Busy
		case e.Kind == Faulty && resp.status == http.StatusForbidden:
			e.Kind = Access
		}
		return nil, e
	}
	switch {
	case resp.status == http.StatusUnauthorized:
		return nil, &Error{Kind: Denied, Status: resp.status}
	case resp.status == http.StatusNotFound || resp.status == http.StatusUnprocessableEntity:
		return nil, &Error{Kind: Faulty, Status: resp.status}
	case resp.status == http.StatusForbidden:
		return nil, &Error{Kind: Access, Status: resp.status}
	case resp.status < 500:
		return nil, &Error{Kind: NotSent, Status: resp.status}
	}
	return nil, &Error{Kind: Ambiguous, Status: resp.status}
}
