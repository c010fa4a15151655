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
// key, named arguments only, the bare result, errors by HTTP status. For a database that it
// has not got there is no API, and a page says so.
func (s *Server) serveJSON2(w http.ResponseWriter, r *http.Request) {
	model, method, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/json/2/"), "/")
	if database := r.Header.Get("X-Odoo-Database"); database != "" && database != s.database {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, noDatabase) // the client may be gone
		return
	}
	s.serve(w, model, method, func(fault error) (int, any) {
		result, err := any(nil), fault
		if err == nil {
			result, err = s.named(r, model, method)
		}
		if err != nil {
			known := asOdoo(err)
			arguments := []any{known.message}
			if own := new(httpError); errors.As(err, &own) {
				arguments = append(arguments, own.status)
			}
			return statusOf(err, known), map[string]any{
				"name": known.name, "message": known.message, "arguments": arguments, "context": map[string]any{},
				"debug": "Traceback (most recent call last):\n" + known.Error(),
			}
		}
		return http.StatusOK, result
	})
}

const noDatabase = `<!DOCTYPE html>
<title>404 Not Found</title>
<h1>Not Found</h1>
<p>No database is selected and the requested URL was not found in the server-wide controllers.</p>
<p>Please verify the hostname, <a href=/web/login>login</a> and try again.</p>

<!-- Alternatively, use the X-Odoo-Database header. -->
`

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
	return &httpError{status, odooError{"werkzeug.exceptions." + name, fmt.Sprintf(format, args...)}}
}

// named calls a method with its named arguments.
func (s *Server) named(r *http.Request, model, method string) (any, error) {
	if r.Method != http.MethodPost {
		return nil, refuse(http.StatusNotFound, "NotFound", "Did you mean POST /json/2/<model>/<method>?")
	}
	uid, err := s.bearer(r.Context(), r.Header.Get("Authorization"))
	if err != nil {
		return nil, err
	}
	kwargs := map[string]any{}
	dec := json.NewDecoder(io.LimitReader(r.Body, maxRequest))
	dec.UseNumber()
	if err := dec.Decode(&kwargs); err != nil {
		return nil, refuse(http.StatusBadRequest, "BadRequest", "could not parse the body as json: %v", err)
	}
	if err := callable(model, method); err != nil {
		return nil, err
	}
	if err := bind(model, method, kwargs); err != nil {
		return nil, err
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

// callable refuses what nobody has and what is nobody's to call.
func callable(model, method string) error {
	known := models[model]
	switch {
	case known == nil:
		return refuse(http.StatusNotFound, "NotFound", "the model '%s' does not exist", model)
	case strings.HasPrefix(method, "_") || slices.Contains(privateSince19, method):
		return &odooError{"odoo.exceptions.AccessError", fmt.Sprintf("Private methods (such as '%s.%s') cannot be called remotely.", model, method)}
	case known.methods[method] == nil && generic[method] == nil || method == "check_access_rights":
		return refuse(http.StatusNotFound, "NotFound", "The method '%s.%s' does not exist", model, method)
	}
	return nil
}

// bind refuses arguments that a method does not take, and to go without those that it needs.
func bind(model, method string, kwargs map[string]any) error {
	if _, onRecords := kwargs["ids"]; onRecords && slices.Contains(onModel, method) {
		return refuse(http.StatusUnprocessableEntity, "UnprocessableEntity", "cannot call %s.%s with ids", model, method)
	}
	names, ok := argumentNames[method]
	if !ok {
		return nil
	}
	for _, name := range needed[method] {
		if _, given := kwargs[name]; !given {
			return refuse(http.StatusUnprocessableEntity, "UnprocessableEntity", "missing a required argument: '%s'", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(kwargs)) {
		if name != "ids" && name != "context" && !slices.Contains(names, name) {
			return refuse(http.StatusUnprocessableEntity, "UnprocessableEntity", "got an unexpected keyword argument '%s'", name)
		}
	}
	return nil
}

// argumentNames are those of the methods that every model has.
var argumentNames = map[string][]string{
	"search": {"domain", "offset", "limit", "order"}, "search_count": {"domain", "limit"}, "read": {"fields", "load"},
	"search_read": {"domain", "fields", "offset", "limit", "order"}, "create": {"vals_list"}, "write": {"vals"}, "unlink": {},
	"load": {"fields", "data"}, "has_access": {"operation"}, "has_group": {"group_ext_id"},
	"check_object_reference": {"module", "xml_id", "raise_on_access_error"}, "context_get": {},
}

// needed are the arguments that have no default.
var needed = map[string][]string{
	"search": {"domain"}, "search_count": {"domain"}, "create": {"vals_list"}, "write": {"vals"}, "load": {"fields", "data"}, "has_access": {"operation"},
	"has_group": {"group_ext_id"}, "check_object_reference": {"module", "xml_id"},
}

// onModel are methods that are called on no records.
var onModel = []string{"search", "search_count", "search_read", "create", "load", "check_object_reference", "context_get"}

// bearer finds the user whose key it is.
func (s *Server) bearer(ctx context.Context, authorization string) (int64, error) {
	scheme, key, found := strings.Cut(authorization, " ")
	if !found || !strings.EqualFold(scheme, "bearer") {
		return 0, refuse(http.StatusUnauthorized, "Unauthorized", "User not authenticated, use an API Key with a Bearer Authorization header.")
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
	return 0, refuse(http.StatusUnauthorized, "Unauthorized", "Invalid apikey")
}
