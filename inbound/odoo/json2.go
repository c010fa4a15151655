package odoo

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"regexp"
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
	raw, err := readJSON2(resp)
	var e *Error
	if errors.As(err, &e) && e.Kind == Denied && !apiKey.MatchString(key) {
		e.Err = ErrNoAPIKey
	}
	return raw, err
}

// ErrNoAPIKey is below an error of kind Denied when what was given as the key cannot be one: JSON-2 takes no password.
var ErrNoAPIKey = errors.New("from Odoo 19 on nobody is let in by a password, and this is no API key: those have 40 digits of 0-9 and a-f")

// apiKey is how Odoo writes keys, in every release.
var apiKey = regexp.MustCompile(`^[0-9a-f]{40}$`)

// errNoDatabase is a page in the place of the API.
var errNoDatabase = errors.New("it has no database of this name, or none that its API is in")

// readJSON2 reads an answer. An exception that has a name was rolled back, whatever
// its status; a page of HTML with status 500 says nothing about the call, and with 404 that
// there is no such database, or not at present.
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
		e := &Error{Kind: kindOf(what.Name), Name: what.Name, Status: resp.status, message: what.text()}
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
	case resp.status == http.StatusNotFound: // what Odoo itself has not got it says with a name
		return nil, &Error{Kind: NotSent, Status: resp.status, Err: errNoDatabase}
	case resp.status == http.StatusUnprocessableEntity:
		return nil, &Error{Kind: Faulty, Status: resp.status}
	case resp.status == http.StatusForbidden:
		return nil, &Error{Kind: Access, Status: resp.status}
	case resp.status < 500:
		return nil, &Error{Kind: NotSent, Status: resp.status}
	}
	return nil, &Error{Kind: Ambiguous, Status: resp.status}
}
