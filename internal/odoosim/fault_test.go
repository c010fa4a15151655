package odoosim

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// post asks as a client does; err is a broken connection.
func post(t *testing.T, url, key string, body any) (status int, answer string, err error) {
	t.Helper()
	raw, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	request, err := http.NewRequest(http.MethodPost, url, bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		request.Header.Set("Authorization", "bearer "+key)
	}
	response, err := (&http.Client{Transport: &http.Transport{DisableKeepAlives: true}}).Do(request)
	if err != nil {
		return 0, "", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func rename(s *Server, name string) map[string]any {
	return map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1, "params": map[string]any{
		"service": "object", "method": "execute_kw",
		"args": []any{s.Database(), admin, "admin", "res.partner", "write", []any{[]any{52}, map[string]any{"ref": name}}},
	}}
}

func TestFaultsHitTheCallsTheyAreFor(t *testing.T) {
	s := shop(t)
	web := httptest.NewServer(s)
	defer web.Close()
	for _, c := range []struct {
		name      string
		fault     Fault
		status    int // 0: the connection breaks
		says      string
		committed bool
	}{
		{"a killed worker", Fault{Reset: true}, 0, "", false},
		{"a lost reply", Fault{LoseReply: true}, 0, "", true},
		{"half a reply", Fault{Truncate: true}, 0, "", true},
		{"a proxy's time-out", Fault{Status: 502}, 502, "nginx", false},
		{"a proxy's time-out after the commit", Fault{LateProxy: 504}, 504, "nginx", true},
		{"too many requests", Fault{Status: 429, After: "3"}, 429, "Too Many", false},
		{"an error", Fault{Error: "psycopg2.errors.SerializationFailure", Message: "could not serialize"}, 200, "SerializationFailure", false},
		{"garbage", Fault{Body: "<<<"}, 200, "<<<", false},
		{"another method's", Fault{Method: "unlink", Status: 500}, 200, "true", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			s.Heal()
			s.Inject(c.fault)
			status, answer, err := post(t, web.URL+"/jsonrpc", "", rename(s, c.name))
			if broken := c.status == 0; broken != (err != nil) || !broken && status != c.status || !strings.Contains(answer, c.says) {
				t.Errorf("status %d, error %v, answer %s", status, err, answer)
			}
			read := do(t, s, admin, "res.partner", "read", []int{52}, []string{"ref"}).([]map[string]any)
			if got := read[0]["ref"] == c.name; got != c.committed {
				t.Errorf("committed: %t, want %t", got, c.committed)
			}
		})
	}
	if n := s.Calls("res.partner", "write"); n != 9 {
		t.Errorf("%d calls counted, want 9", n)
	}
}

func TestJSON2SpeaksAsOdoo19(t *testing.T) {
	s := shop(t)
	s.release = "19.0"
	web := httptest.NewServer(s)
	defer web.Close()
	for _, c := range []struct {
		path, key string
		body      map[string]any
		status    int
		says      string
	}{
		{"res.partner/search_read", "admin", map[string]any{"domain": []any{[]any{"id", "=", 52}}, "fields": []string{"id"}}, 200, `[{"id":52}]`},
		{"res.partner/write", "admin", map[string]any{"ids": []int{52}, "vals": map[string]any{"ref": "x"}}, 200, "true"},
		{"res.partner/write", "wrong", map[string]any{}, 401, "Invalid apikey"},
		{"res.partner/write", "admin", map[string]any{"ids": []int{52}, "vals": map[string]any{}, "values": map[string]any{}}, 422, "unexpected keyword argument 'values'"},
		{"res.partner/write", "admin", map[string]any{"ids": []int{52}, "values": map[string]any{}}, 422, "missing a required argument: 'vals'"},
		{"res.partner/read", "admin", map[string]any{"ids": []int{999999}, "fields": []string{"ref"}}, 200, "[]"},
		{"res.partner/_write", "admin", map[string]any{"ids": []int{52}}, 403, "Private methods (such as 'res.partner._write') cannot be called remotely."},
		{"res.partner/exists", "admin", map[string]any{"ids": []int{52}}, 403, "Private methods"},
		{"res.partner/search", "admin", map[string]any{"ids": []int{52}}, 422, "with ids"},
		{"res.partner/fly", "admin", map[string]any{}, 404, "does not exist"},
		{"no.model/read", "admin", map[string]any{}, 404, "does not exist"},
		{"res.partner/write", "admin", map[string]any{"ids": []int{999999}, "vals": map[string]any{"ref": "x"}}, 404, "MissingError"},
		{"sale.order/create", "admin", map[string]any{"vals_list": map[string]any{}}, 422, "mandatory field"},
	} {
		status, answer, err := post(t, web.URL+"/json/2/"+c.path, c.key, c.body)
		if err != nil || status != c.status || !strings.Contains(answer, c.says) {
			t.Errorf("%s: status %d, error %v, answer %s", c.path, status, err, answer)
		}
	}
	for _, c := range []struct {
		method, database, key string
		status                int
		says                  string
	}{
		{http.MethodGet, s.Database(), "bearer admin", 404, `"message":"Did you mean POST /json/2/<model>/<method>?"`},
		{http.MethodPost, "no_such_database", "bearer admin", 404, "<p>No database is selected"},
		{http.MethodPost, s.Database(), "", 401, "User not authenticated, use an API Key"},
		{http.MethodPost, s.Database(), "BEARER admin", 400, `"could not parse the body as json`},
	} {
		request := httptest.NewRequest(c.method, "/json/2/res.partner/read", strings.NewReader("<<<"))
		request.Header.Set("X-Odoo-Database", c.database)
		request.Header.Set("Authorization", c.key)
		answer := httptest.NewRecorder()
		s.ServeHTTP(answer, request)
		if answer.Code != c.status || !strings.Contains(answer.Body.String(), c.says) {
			t.Errorf("%s %s %q: status %d, answer %s", c.method, c.database, c.key, answer.Code, answer.Body)
		}
	}
}
