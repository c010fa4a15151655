package odoosim

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// ServeHTTP answers what a client of Odoo's external API asks: JSON-RPC, from
// release 19 on JSON-2, and the version.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	r = r.WithContext(context.WithoutCancel(r.Context())) // Odoo does not notice that a client has left
	switch path := r.URL.Path; {
	case path == "/jsonrpc":
		s.serveRPC(w, r)
	case path == "/web/webclient/version_info":
		s.serveVersion(w, true)
	case path == "/web/version" && s.major() >= 19:
		s.serveVersion(w, false)
	case strings.HasPrefix(path, "/json/2/") && s.major() >= 19:
		s.serveJSON2(w, r)
	default:
		http.NotFound(w, r)
	}
}

// serve does a call with the faults that hit it. do gets the error that a fault
// puts in the place of the call, and returns status and answer.
func (s *Server) serve(w http.ResponseWriter, model, method string, do func(fault error) (int, any)) {
	fault := s.faults.begin(model, method)
	defer s.faults.end()
	var failure error
	if fault != nil {
		if fault.before(w) {
			return
		}
		failure = fault.fault()
	}
	status, answer := do(failure)
	body := new(bytes.Buffer)
	enc := json.NewEncoder(body)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(answer); err != nil {
		http.Error(w, "encode the answer: "+err.Error(), http.StatusInternalServerError)
		return
	}
	if fault != nil && fault.after(w, body.Bytes()) {
		return
	}
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	// The client may be gone; that is its business.
	_, _ = w.Write(body.Bytes())
}

// serveVersion says which Odoo this is, to anybody.
func (s *Server) serveVersion(w http.ResponseWriter, rpc bool) {
	s.serve(w, "web", "version", func(error) (int, any) {
		if rpc {
			return http.StatusOK, rpcResponse{JSONRPC: "2.0", Result: map[string]any{
				"server_version": s.release, "server_version_info": s.versionInfo(), "server_serie": s.release, "protocol_version": 1,
			}}
		}
		return http.StatusOK, map[string]any{"version": s.release, "version_info": s.versionInfo()}
	})
}

func (s *Server) major() int {
	major, _, _ := strings.Cut(s.release, ".")
	n, _ := strconv.Atoi(major)
	return n
}

func (s *Server) versionInfo() []any { return []any{s.major(), 0, 0, "final", 0, ""} }
