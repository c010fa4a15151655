package odoosim

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
)

// serveJSON2 answers POST /json/2/<model>/<method> as Odoo 19 does: a bearer
// key, named arguments only, the bare result, errors by HTTP status.
func (s *Server) serveJSON2(w http.ResponseWriter, r *http.Request) {
	model, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/json/2/"), "/")
	s.serve(w, r, model, method, func(fault error) (int, any) {
		result, err := any(nil), fault
		if err == nil {
			result, err = s.named(r, model, method)
		}
		if err != nil {
			known := asOdoo(err)
			return statusOf(err, known), map[string]any{
				"name": known.name, "message": known.message, "arguments": []string{known.message}, "context": map[string]any{},
				"debug": "Traceback (most recent call last):\n" + known.Error(),
			}
		}
		return http.StatusOK, result
	})
}

// httpError is an error with a status of its own.
type httpError struct {
	status int
	odooError
}

func (e *httpError) Unwrap() error { return &e.odooError }

func statusOf(err error, known *odooError) int {
	var own *httpError
	if errors.As(err, &own) {
		return own.status
	}
	switch known.name {
	case "odoo.exceptions.UserError", "odoo.exceptions.ValidationError", "odoo.exceptions.RedirectWarning":
		return http.StatusUnprocessableEntity
	case "odoo.exceptions.AccessError", "odoo.exceptions.AccessDenied":
		return http.StatusForbidden
	case "odoo.exceptions.MissingError":
		return http.StatusNotFound
	}
	return http.StatusInternalServerError
}

func refuse(status int, name, format string, args ...any) error {
	return &httpError{status, odooError{name, fmt.Sprintf(format, args...)}}
}

// named calls a method with its named arguments.
func (s *Server) named(r *http.Request, model, method string) (any, error) {
	if r.Method != http.MethodPost {
		return nil, refuse(http.StatusMethodNotAllowed, "werkzeug.exceptions.MethodNotAllowed", "The method is not allowed for the requested URL.")
	}
	uid, err := s.bearer(r.Context(), r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	if database := r.Header.Get("X-Odoo-Database"); database != "" && database != s.database {
		return nil, refuse(http.StatusNotFound, "werkzeug.exceptions.NotFound", "no database is found for the %q request", r.URL.Path)
	}
	kwargs := map[string]any{}
	dec := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
	dec.UseNumber()
	if err := dec.Decode(&kwargs); err != nil {
		return nil, refuse(http.StatusBadRequest, "werkzeug.exceptions.BadRequest", "could not parse the body, %v", err)
	}
	known := models[model]
	if known == nil {
		return nil, refuse(http.StatusNotFound, "werkzeug.exceptions.NotFound", "the model %q does not exist", model)
	}
	if known.methods[method] == nil && generic[method] == nil || method == "check_access_rights" {
		return nil, refuse(http.StatusNotFound, "werkzeug.exceptions.NotFound", "the method %q does not exist on the model %q", method, model)
	}
	if names, ok := argumentNames[method]; ok {
		for _, name := range slices.Sorted(maps.Keys(kwargs)) {
			if name != "ids" && name != "context" && !slices.Contains(names, name) {
				return nil, refuse(http.StatusUnprocessableEntity, "builtins.TypeError", "%s.%s() got an unexpected keyword argument '%s'", model, method, name)
			}
		}
		if _, onRecords := kwargs["ids"]; onRecords && slices.Contains(onModel, method) {
			return nil, refuse(http.StatusUnprocessableEntity, "builtins.TypeError", "cannot call %s.%s with ids", model, method)
		}
	}
	var args []any
	if ids, ok := kwargs["ids"]; ok {
		args = []any{ids}
	}
	result, err := s.Call(r.Context(), uid, model, method, args, kwargs)
	if id, one := result.(int64); one && method == "create" {
		return []int64{id}, err // records are lists of ids here, one record too
	}
	return result, err
}

// argumentNames are those of the methods that every model has.
var argumentNames = map[string][]string{
	"search": {"domain", "offset", "limit", "order"}, "search_count": {"domain", "limit"}, "read": {"fields", "load"},
	"search_read": {"domain", "fields", "offset", "limit", "order"}, "create": {"vals_list"}, "write": {"vals"}, "unlink": {},
	"load": {"fields", "data"}, "exists": {}, "has_access": {"operation"}, "check_access": {"operation"}, "has_group": {"group_ext_id"},
}

// onModel are methods that are called on no records.
var onModel = []string{"search", "search_count", "search_read", "create", "load"}

// bearer finds the user whose key it is.
func (s *Server) bearer(ctx context.Context, authorization string) (int64, error) {
	key, found := strings.CutPrefix(authorization, "bearer ")
	if !found {
		key, found = strings.CutPrefix(authorization, "Bearer ")
	}
	denied := refuse(http.StatusUnauthorized, "werkzeug.exceptions.Unauthorized", "Invalid apikey")
	if !found {
		return 0, denied
	}
	rows, err := s.pool.Query(ctx, "SELECT id, login FROM res_users WHERE active ORDER BY id")
	if err != nil {
		return 0, fmt.Errorf("look up the user: %w", err)
	}
	type user struct {
		ID    int64
		Login string
	}
	users, err := pgx.CollectRows(rows, pgx.RowToStructByPos[user])
	if err != nil {
		return 0, fmt.Errorf("look up the user: %w", err)
	}
	for _, u := range users {
		if s.passwordIs(u.Login, key) {
			return u.ID, nil
		}
	}
	return 0, denied
}
