package odoosim

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
)

// maxRequest is more than any call needs.
const maxRequest = 16 << 20

type rpcRequest struct {
	ID     any `json:"id"`
	Params struct {
		Service string `json:"service"`
		Method  string `json:"method"`
		Args    []any  `json:"args"`
	} `json:"params"`
}

type rpcResponse struct {
	JSONRPC string    `json:"jsonrpc"`
	ID      any       `json:"id"`
	Result  any       `json:"result,omitempty"` // None gives neither result nor error
	Error   *rpcError `json:"error,omitempty"`
}

type rpcError struct {
	Code    int          `json:"code"`
	Message string       `json:"message"`
	Data    rpcErrorData `json:"data"`
}

type rpcErrorData struct {
	Name      string         `json:"name"`
	Debug     string         `json:"debug"`
	Message   string         `json:"message"`
	Arguments []string       `json:"arguments"`
	Context   map[string]any `json:"context"`
}

// serveRPC answers POST /jsonrpc.
func (s *Server) serveRPC(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodPost {
		http.Error(w, "POST only", http.StatusMethodNotAllowed)
		return
	}
	var request rpcRequest
	dec := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
	dec.UseNumber()
	if err := dec.Decode(&request); err != nil {
		http.Error(w, "invalid JSON: "+err.Error(), http.StatusBadRequest)
		return
	}
	model, method := request.target()
	s.serve(w, model, method, func(fault error) (int, any) {
		response := rpcResponse{JSONRPC: "2.0", ID: request.ID}
		result, err := any(nil), fault
		if err == nil {
			result, err = s.answer(r.Context(), request)
		}
		if err != nil {
			response.Error = wireError(asOdoo(err))
		} else {
			response.Result = result
		}
		return http.StatusOK, response
	})
}

// target is the model and method of execute_kw, else the service and its method.
func (r rpcRequest) target() (model, method string) {
	if args := r.Params.Args; r.Params.Service == "object" && len(args) >= 5 {
		return toString(args[3]), toString(args[4])
	}
	return r.Params.Service, r.Params.Method
}

// wireError is what Odoo makes of an exception, with HTTP status 200.
func wireError(err *odooError) *rpcError {
	return &rpcError{Code: 200, Message: "Odoo Server Error", Data: rpcErrorData{
		Name: err.name, Debug: "Traceback (most recent call last):\n" + err.Error(),
		Message: err.message, Arguments: []string{err.message}, Context: map[string]any{},
	}}
}

func (s *Server) answer(ctx context.Context, request rpcRequest) (any, error) {
	args := request.Params.Args
	if args == nil { // absent or null: odoo.service unpacks it
		return nil, badArguments(request)
	}
	switch request.Params.Service + "." + request.Params.Method {
	case "common.version":
		return map[string]any{
			"server_version": s.release, "server_version_info": s.versionInfo(),
			"server_serie": s.release, "protocol_version": 1,
		}, nil
	case "common.authenticate", "common.login":
		if len(args) < 3 {
			return nil, badArguments(request)
		}
		uid, err := s.authenticate(ctx, toString(args[0]), toString(args[1]), toString(args[2]))
		if err != nil || uid == 0 {
			return false, err
		}
		return uid, nil
	case "object.execute_kw", "object.execute":
		return s.execute(ctx, request)
	}
	return nil, &odooError{"builtins.AttributeError", fmt.Sprintf("no method %s of the service %s", request.Params.Method, request.Params.Service)}
}

func badArguments(request rpcRequest) error {
	return &odooError{"builtins.TypeError", request.Params.Method + "() missing required positional arguments"}
}

// execute takes database, uid, password, model, method, arguments and, with
// execute_kw, keyword arguments.
func (s *Server) execute(ctx context.Context, request rpcRequest) (any, error) {
	args := request.Params.Args
	if len(args) < 5 {
		return nil, badArguments(request)
	}
	uid := toInt(args[1])
	if err := s.check(ctx, toString(args[0]), uid, toString(args[2])); err != nil {
		return nil, err
	}
	positional, keywords := args[5:], map[string]any{}
	if request.Params.Method == "execute_kw" {
		positional = nil
		if len(args) > 5 {
			positional, _ = args[5].([]any)
		}
		if len(args) > 6 {
			keywords, _ = args[6].(map[string]any)
		}
	}
	return s.Call(ctx, uid, toString(args[3]), toString(args[4]), positional, keywords)
}
