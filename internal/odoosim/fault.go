package odoosim

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// Fault is what goes wrong with calls, as it went wrong with real Odoos.
type Fault struct {
	Model, Method string // which calls; "" is any
	Skip          int    // calls to let pass first
	Times         int    // how many calls it hits, 0 for one, Always for all that come

	Delay time.Duration // before the call is begun
	// At most one of the following.
	Reset     bool   // the connection breaks before anything is done: a worker was killed
	LoseReply bool   // the call is done and committed, and the connection breaks before the answer
	Status    int    // a proxy answers with this status and an HTML page, nothing is done
	After     string // with Status: the value of Retry-After
	LateProxy int    // the call is done and committed, and a proxy answers with this status
	Error     string // nothing is done; an error of this name, such as psycopg2.errors.SerializationFailure
	Message   string // with Error
	Body      string // nothing is done; this instead of an answer
	Truncate  bool   // the call is done and committed, and half of the answer comes
}

// Always makes a fault hit every call until Heal.
const Always = -1

// faults are what is armed, and what was called.
type faults struct {
	mu       sync.Mutex
	armed    []*Fault
	calls    map[called]int
	inFlight int
	most     int
}

type called struct{ model, method string }

// Inject arms a fault. Of several that fit a call, the first is taken.
func (s *Server) Inject(f Fault) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	if f.Times == 0 {
		f.Times = 1
	}
	s.faults.armed = append(s.faults.armed, &f)
}

// Heal disarms all faults.
func (s *Server) Heal() {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	s.faults.armed = nil
}

// Calls is how often a method was called; "" stands for any model, or any method.
func (s *Server) Calls(model, method string) (n int) {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	for called, count := range s.faults.calls {
		if (model == "" || called.model == model) && (method == "" || called.method == method) {
			n += count
		}
	}
	return n
}

// MostInFlight is the highest number of calls that there ever were at a time, those with them whose client has left.
func (s *Server) MostInFlight() int {
	s.faults.mu.Lock()
	defer s.faults.mu.Unlock()
	return s.faults.most
}

// begin counts a call and takes the fault that hits it, nil for none.
func (f *faults) begin(model, method string) *Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.calls == nil {
		f.calls = map[called]int{}
	}
	f.calls[called{model, method}]++
	f.inFlight++
	f.most = max(f.most, f.inFlight)
	for _, fault := range f.armed {
		if fault.Times == 0 || fault.Model != "" && fault.Model != model || fault.Method != "" && fault.Method != method {
			continue
		}
		if fault.Skip > 0 {
			fault.Skip--
			continue
		}
		if fault.Times > 0 {
			fault.Times--
		}
		hit := *fault
		return &hit
	}
	return nil
}

func (f *faults) end() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inFlight--
}

// before does what happens instead of the call; done says that it did.
func (f *Fault) before(w http.ResponseWriter) (done bool) {
	if f.Delay > 0 {
		time.Sleep(f.Delay)
	}
	switch {
	case f.Reset:
		breakOff(w, nil)
	case f.Status != 0:
		if f.After != "" {
			w.Header().Set("Retry-After", f.After)
		}
		proxyPage(w, f.Status)
	case f.Body != "":
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, f.Body)
	default:
		return false
	}
	return true
}

// after does what happens to the answer of a call that was done.
func (f *Fault) after(w http.ResponseWriter, body []byte) (done bool) {
	switch {
	case f.LoseReply:
		breakOff(w, nil)
	case f.LateProxy != 0:
		proxyPage(w, f.LateProxy)
	case f.Truncate:
		breakOff(w, body)
	default:
		return false
	}
	return true
}

// fault is the error that the call gets, nil for none.
func (f *Fault) fault() error {
	if f.Error == "" {
		return nil
	}
	return &odooError{f.Error, f.Message}
}

func proxyPage(w http.ResponseWriter, status int) {
	w.Header().Set("Content-Type", "text/html")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, "<html><head><title>"+http.StatusText(status)+"</title></head><body><center><h1>"+
		strconv.Itoa(status)+" "+http.StatusText(status)+"</h1></center><hr><center>nginx</center></body></html>\n")
}

// breakOff resets the connection, after half of a body that was promised whole.
func breakOff(w http.ResponseWriter, body []byte) {
	conn, stream, err := w.(http.Hijacker).Hijack()
	if err != nil {
		panic(http.ErrAbortHandler) // closes the connection, though in order
	}
	if body != nil {
		_, _ = stream.WriteString("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: " + strconv.Itoa(len(body)) + "\r\n\r\n")
		_, _ = stream.Write(body[:len(body)/2])
		_ = stream.Flush()
	}
	if tcp, ok := conn.(*net.TCPConn); ok && body == nil {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
