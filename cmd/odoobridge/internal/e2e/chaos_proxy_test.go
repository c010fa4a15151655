package e2e

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"sync"
	"testing"
	"time"
)

// webProxy stands before Odoo as a reverse proxy does, and does what such proxies do to calls.
type webProxy struct {
	server *httptest.Server
	target string
	client *http.Client

	mu    sync.Mutex
	armed []webFault
	down  bool
	hits  map[webFault]int
}

// webFault is what becomes of one call that changes something.
type webFault string

const (
	answerLost  webFault = "answer lost"    // Odoo did it, and nobody hears of it
	answerNever webFault = "no answer"      // Odoo did it, and whoever waits for the answer waits in vain
	answerLate  webFault = "answer late"    // Odoo did it, and is heard of later
	requestLost webFault = "request lost"   // the connection breaks before Odoo hears of it
	badGateway  webFault = "502 afterwards" // Odoo did it, and the proxy answers with a page of its own
	tooMany     webFault = "429"            // nobody asked Odoo
)

func newWebProxy(t testing.TB, target string) *webProxy {
	t.Helper()
	p := &webProxy{target: target, client: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 16}}, hits: map[webFault]int{}}
	p.server = httptest.NewServer(p)
	t.Cleanup(func() { p.server.Close(); p.client.CloseIdleConnections() })
	return p
}

func (p *webProxy) url() string { return p.server.URL }

// arm has the next calls that change something meet a fault.
func (p *webProxy) arm(f webFault, times int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range times {
		p.armed = append(p.armed, f)
	}
}

func (p *webProxy) disarm() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.armed = nil
}

// stop has nobody reach Odoo, and ends the calls that are under way; Odoo itself does not notice.
func (p *webProxy) stop() {
	p.mu.Lock()
	p.down = true
	p.mu.Unlock()
	p.server.CloseClientConnections()
}

func (p *webProxy) start() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.down = false
}

func (p *webProxy) isDown() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.down
}

// reading are calls that change nothing, by JSON-RPC and by JSON-2.
var reading = regexp.MustCompile(`"(search_read|read|search_count|fields_get|check_object_reference|check_access_rights|has_access|has_group|get_external_id|context_get|authenticate|version|default_get)"|/(search_read|read|search_count|fields_get|check_object_reference|has_access|has_group|get_external_id|context_get|version|default_get)$`)

func (p *webProxy) next(path string, body []byte) (f webFault) {
	if reading.MatchString(path) || reading.Match(body) {
		return ""
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.armed) == 0 {
		return ""
	}
	f, p.armed = p.armed[0], p.armed[1:]
	p.hits[f]++
	return f
}

func (p *webProxy) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil || p.isDown() {
		panic(http.ErrAbortHandler)
	}
	fault := p.next(r.URL.Path, body)
	switch fault {
	case requestLost:
		panic(http.ErrAbortHandler)
	case tooMany:
		w.Header().Set("Retry-After", "1")
		http.Error(w, "too many requests", http.StatusTooManyRequests)
		return
	}
	status, header, answer, err := p.ask(r, body)
	if err != nil || fault == answerLost {
		panic(http.ErrAbortHandler) // the client's connection breaks, as this one has
	}
	switch fault {
	case answerNever:
		<-r.Context().Done()
		return
	case answerLate:
		time.Sleep(3 * time.Second)
	case badGateway:
		http.Error(w, "<html>bad gateway</html>", http.StatusBadGateway)
		return
	}
	for name, values := range header {
		w.Header()[name] = values
	}
	w.WriteHeader(status)
	_, _ = w.Write(answer)
}

// ask is not ended by who asked: Odoo does not notice either that nobody waits any more.
func (p *webProxy) ask(r *http.Request, body []byte) (status int, header http.Header, answer []byte, err error) {
	request, err := http.NewRequest(r.Method, p.target+r.URL.RequestURI(), bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, err
	}
	request.Header = r.Header.Clone()
	request.Header.Del("Accept-Encoding")
	response, err := p.client.Do(request)
	if err != nil {
		return 0, nil, nil, err
	}
	defer func() { _ = response.Body.Close() }()
	answer, err = io.ReadAll(response.Body)
	header = response.Header.Clone()
	header.Del("Content-Length")
	return response.StatusCode, header, answer, err
}

func (p *webProxy) met() map[webFault]int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return maps.Clone(p.hits)
}
