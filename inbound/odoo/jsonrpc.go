package odoo

import (
	"context"
	"encoding/json"
	"net/http"
)

// jsonrpc is the wire of Odoo up to 18: everything is POST /jsonrpc, and HTTP says
// 200 whatever happened.
type jsonrpc struct{ uid int64 }

type rpcCall struct {
	JSONRPC string    `json:"jsonrpc"`
	Method  string    `json:"method"`
	ID      int       `json:"id"`
	Params  rpcParams `json:"params"`
}

type rpcParams struct {
	Service string `json:"service"`
	Method  string `json:"method"`
	Args    []any  `json:"args"`
}

type rpcAnswer struct {
	JSONRPC string          `json:"jsonrpc"`
	Result  json.RawMessage `json:"result"`
	Error   *struct {
		Code    json.Number `json:"code"`
		Message string      `json:"message"`
		Data    exception   `json:"data"`
	} `json:"error"`
}

func (c *Client) service(ctx context.Context, service, method string, args ...any) (json.RawMessage, error) {
	if args == nil {
		args = []any{} // Odoo unpacks it: null is a TypeError
	}
	resp, err := c.send(ctx, request{method: http.MethodPost, path: "/jsonrpc", body: rpcCall{
		JSONRPC: "2.0", Method: "call", ID: 1, Params: rpcParams{Service: service, Method: method, Args: args},
	}})
	if err != nil {
		return nil, err
	}
	return readRPC(resp)
}

// readRPC reads an answer. One with neither result nor error is None: the
// method ended well and returned nothing. Anything that is not an answer of JSON-RPC
// leaves open whether the call was carried out.
func readRPC(resp response) (json.RawMessage, error) {
	if err := statusError(resp); err != nil {
		return nil, err
	}
	var answer rpcAnswer
	if err := decode(resp.body, &answer); err != nil || answer.JSONRPC != "2.0" {
		if resp.status >= 400 && resp.status < 500 {
			return nil, &Error{Kind: NotSent, Status: resp.status}
		}
		return nil, &Error{Kind: Ambiguous, Status: resp.status, Err: err}
	}
	if answer.Error == nil {
		return answer.Result, nil
	}
	e := &Error{Kind: kindOf(answer.Error.Data.Name), Name: answer.Error.Data.Name, message: answer.Error.Data.text()}
	if answer.Error.Code == "100" {
		e.Kind = Denied
	}
	return nil, e
}

func (w *jsonrpc) call(ctx context.Context, c *Client, key string, call *Call) (json.RawMessage, error) {
	args := call.Args
	if call.IDs != nil {
		args = append([]any{call.IDs}, args...)
	}
	if args == nil {
		args = []any{}
	}
	named := Context(call.Named)
	named["context"] = call.Context
	return c.service(ctx, "object", "execute_kw", c.options.Database, w.uid, key, call.Model, call.Method, args, named)
}

// login asks for the user's id; false means that login or key are wrong.
func (c *Client) login(ctx context.Context, key string) (int64, error) {
	raw, err := c.service(ctx, "common", "authenticate", c.options.Database, c.options.Login, key, map[string]any{})
	if err != nil {
		return 0, err
	}
	var uid int64
	if string(raw) == "false" || len(raw) == 0 || json.Unmarshal(raw, &uid) != nil || uid <= 0 {
		return 0, &Error{Kind: Denied}
	}
	return uid, nil
}
