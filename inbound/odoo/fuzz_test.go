package odoo

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

// FuzzAnswers has Odoo answer anything: every answer ends in a value or in an *Error,
// and what is no answer of Odoo's is never taken for a refusal or a success.
func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{
		`{"jsonrpc":"2.0","id":1,"result":{"ids":[1],"messages":[]}}`, `{"jsonrpc":"2.0","id":1}`, `{"jsonrpc":"2.0","id":1,"result":null}`,
		`{"jsonrpc":"2.0","id":1,"error":{"code":200,"data":{"name":"odoo.exceptions.UserError","message":"x"}}}`,
		`{"jsonrpc":"2.0","error":{"code":"100"}}`, `{"ids":false,"messages":[{"type":"error","message":"deadlock detected"}]}`,
		`[{"id":1e400}]`, `[[[[`, `<html>`, "\xff\x00", ``, `{"type":"ir.actions.act_window","res_id":"x"}`, `["res.partner",false]`,
	} {
		f.Add(seed, 200)
		f.Add(seed, 500)
	}
	f.Fuzz(func(t *testing.T, body string, status int) {
		if status < 200 || status > 599 {
			return
		}
		for _, read := range []func(response) (any, error){
			func(r response) (any, error) { raw, err := readRPC(r); return raw, err },
			func(r response) (any, error) { raw, err := readJSON2(r); return raw, err },
		} {
			if _, err := read(response{status: status, body: []byte(body)}); err != nil {
				var e *Error
				if !errors.As(err, &e) {
					t.Fatalf("%T: %v", err, err)
				}
				_ = e.Reason()
			}
		}
	})
}

// FuzzResults has the helpers read any result.
func FuzzResults(f *testing.F) {
	for _, seed := range []string{`{"ids":[1],"messages":[]}`, `true`, `[]`, `[{"id":1,"x":[1,"a"]}]`, `["a",1]`, `{"ids":[1.5,"x"]}`, `1e999`, `{}`} {
		f.Add(seed)
	}
	server := &fake{version: "17.0", key: "k1"}
	var answer string
	c, err := New(Options{URL: "http://odoo", Database: "d", Key: func(context.Context) (string, error) { return "k1", nil }, Failures: 1 << 30})
	if err != nil {
		f.Fatal(err)
	}
	server.answer = func(w http.ResponseWriter, _ rpcCall) { result(w, answer) }
	c.http.Transport = inMemory{server}
	f.Fuzz(func(t *testing.T, text string) {
		answer = text
		ctx := context.Background()
		records, err := c.SearchRead(ctx, "m", nil, nil, Window{}, nil)
		check(t, err)
		for _, r := range records {
			_, _, _, _ = r.ID(), r.Ref("x"), r.Refs("x"), r.Number("x")
			_, _ = r.Time("x")
			_, _ = r.RefName("x"), r.Bool("x")
		}
		ids, err := c.Load(ctx, "m", nil, nil, nil)
		if check(t, err); err == nil && len(ids) == 0 {
			t.Errorf("nothing was loaded, and no error")
		}
		id, err := c.Create(ctx, "m", nil, nil)
		if check(t, err); err == nil && id <= 0 {
			t.Errorf("made %d, and no error", id)
		}
		_, err = c.Run(ctx, "m", "v", nil, nil)
		check(t, err)
		_, id, found, err := c.Named(ctx, "a.b", nil)
		if check(t, err); found && id <= 0 {
			t.Errorf("found %d", id)
		}
	})
}

func check(t *testing.T, err error) {
	t.Helper()
	var e *Error
	if err != nil && !errors.As(err, &e) {
		t.Fatalf("%T: %v", err, err)
	}
}

// inMemory answers without a network.
type inMemory struct{ handler http.Handler }

func (m inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	m.handler.ServeHTTP(w, r)
	return w.Result(), nil
}
