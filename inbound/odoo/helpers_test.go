package odoo

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// fake is an Odoo that answers as a test wants it to.
type fake struct {
	*httptest.Server
	version string // "17.0"; "19.0" speaks JSON-2
	key     string // the one it takes
	answer  func(w http.ResponseWriter, call rpcCall)
	login   func(login any) string // the user's id; "8" for everybody when nil
	json2   http.HandlerFunc
}

func newFake(t *testing.T, version string) *fake {
	f := &fake{version: version, key: "k1"}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

// countAtATime answers every call with true after a moment, and counts how many there were at a time.
func (f *fake) countAtATime() (most *atomic.Int64) {
	var now atomic.Int64
	most = &atomic.Int64{}
	f.answer = func(w http.ResponseWriter, _ rpcCall) {
		n := now.Add(1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		time.Sleep(time.Millisecond) // as long as Odoo takes, so that calls meet there
		now.Add(-1)
		result(w, "true")
	}
	return most
}

// goesThrough calls until calls are not held back any more, and no other error comes before that.
func goesThrough(t *testing.T, c *Client) {
	t.Helper()
	testkit.Eventually(t, time.Minute, func() bool {
		err := c.Do(context.Background(), aCall, nil)
		if err != nil && !IsKind(err, Paused) {
			t.Fatal(err)
		}
		return err == nil
	}, nil)
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.URL.Path == "/web/version" && f.version == "19.0":
		_, _ = io.WriteString(w, `{"version_info":[19,0,0,"final",0,""],"version":"19.0"}`)
	case strings.HasPrefix(r.URL.Path, "/json/2/"):
		f.json2(w, r)
	case r.URL.Path == "/jsonrpc":
		f.rpc(w, r)
	default:
		http.NotFound(w, r)
	}
}

func (f *fake) rpc(w http.ResponseWriter, r *http.Request) {
	var call rpcCall
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	args := call.Params.Args
	if args == nil {
		failure200(w, "builtins.TypeError", "odoo.service.common.exp_version() argument after * must be an iterable, not NoneType")
		return
	}
	switch call.Params.Service + "." + call.Params.Method {
	case "common.version":
		result(w, `{"server_version_info":[17,0,0,"final",0,""],"server_serie":"17.0"}`)
	case "common.authenticate":
		if args[2] != f.key {
			result(w, "false")
			return
		}
		if f.login == nil {
			result(w, "8")
			return
		}
		result(w, f.login(args[1]))
	case "object.execute_kw":
		if args[2] != f.key {
			failure200(w, "odoo.exceptions.AccessDenied", "Access Denied")
			return
		}
		f.answer(w, call)
	}
}

func result(w io.Writer, value string) {
	_, _ = io.WriteString(w, `{"jsonrpc":"2.0","id":1,"result":`+value+`}`)
}

func failure200(w io.Writer, name, message string) {
	text, _ := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "error": map[string]any{
		"code": 200, "message": "Odoo Server Error", "data": map[string]any{"name": name, "message": message, "debug": "Traceback", "arguments": []string{message}, "context": map[string]any{}},
	}})
	_, _ = w.Write(text)
}

// client talks to the fake; change may change its options.
func client(t *testing.T, f *fake, change func(*Options)) *Client {
	t.Helper()
	o := Options{URL: f.URL, Database: "prod", Login: "bridge", Key: func(context.Context) (string, error) { return "k1", nil }, Timeout: time.Minute}
	if change != nil {
		change(&o)
	}
	c, err := New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

var aCall = Call{Model: "sale.order", Method: "action_confirm", IDs: []int64{25}}
