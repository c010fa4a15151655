package testkit

import (
	"bytes"
	"net"
	"sync"
	"testing"
	"time"
)

// TCPProxy stands between a client and a server and breaks their connections
// on command.
type TCPProxy struct {
	listener net.Listener
	upstream string
	wg       sync.WaitGroup

	mu      sync.Mutex
	state   proxyState
	changed chan struct{} // closed and replaced when state changes
	conns   map[*link]struct{}
}

// proxyState is what the test wants of the proxy now.
type proxyState struct {
	closed  bool
	refuse  bool
	stalled bool
	last    string // what a client says last before the stall; "" for nothing
	delay   time.Duration
}

// Proxy starts a proxy in front of a server's address. It ends with the test.
func Proxy(t testing.TB, upstream string) *TCPProxy {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatalf("start a proxy: %v", err)
	}
	p := &TCPProxy{listener: l, upstream: upstream, changed: make(chan struct{}), conns: map[*link]struct{}{}}
	p.wg.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Addr is where clients connect to.
func (p *TCPProxy) Addr() string { return p.listener.Addr().String() }

// Cut resets every connection there is. New ones are taken.
func (p *TCPProxy) Cut() {
	p.mu.Lock()
	links := make([]*link, 0, len(p.conns))
	for l := range p.conns {
		links = append(links, l)
	}
	p.mu.Unlock()
	for _, l := range links {
		l.reset()
	}
	for _, l := range links {
		<-l.done
	}
}

// Refuse resets new connections as they come. Those there are go on.
func (p *TCPProxy) Refuse() { p.set(func(s *proxyState) { s.refuse = true }) }

// Accept takes new connections again.
func (p *TCPProxy) Accept() { p.set(func(s *proxyState) { s.refuse = false }) }

// Stall makes every connection half-open: bytes are accepted and go nowhere,
// and neither side hears of it. Bytes swallowed are gone, so those connections
// are good for nothing but a Cut afterwards.
func (p *TCPProxy) Stall() { p.set(func(s *proxyState) { s.stalled = true }) }

// StallAfter is Stall once a client has said something with the text in it, which its server still hears.
func (p *TCPProxy) StallAfter(text string) { p.set(func(s *proxyState) { s.last = text }) }

// stalls says whether the chunk is what a client says last, and then begins the stall.
func (p *TCPProxy) stalls(chunk []byte) (last bool) {
	p.set(func(s *proxyState) {
		if last = s.last != "" && bytes.Contains(chunk, []byte(s.last)); last {
			s.stalled, s.last = true, ""
		}
	})
	return last
}

// Resume lets bytes through again and takes new connections. Connections that
// lost bytes in a stall are reset, for what would follow makes no sense.
func (p *TCPProxy) Resume() {
	p.set(func(s *proxyState) { s.stalled, s.refuse = false, false })
	p.mu.Lock()
	var broken []*link
	for l := range p.conns {
		if l.lost {
			broken = append(broken, l)
		}
	}
	p.mu.Unlock()
	for _, l := range broken {
		l.reset()
	}
}

// swallows says whether bytes of a link go nowhere: in a stall, and ever after once some did. It decides in one step
// with Resume, so that each link that lost any is reset.
func (p *TCPProxy) swallows(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	l.lost = l.lost || p.state.stalled
	return l.lost
}

// Delay holds back every chunk of bytes for so long, in both directions.
func (p *TCPProxy) Delay(d time.Duration) { p.set(func(s *proxyState) { s.delay = d }) }

// Connections is how many there are.
func (p *TCPProxy) Connections() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.conns)
}

func (p *TCPProxy) set(change func(*proxyState)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	change(&p.state)
	close(p.changed)
	p.changed = make(chan struct{})
}

func (p *TCPProxy) get() (proxyState, <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.state, p.changed
}

func (p *TCPProxy) close() {
	p.set(func(s *proxyState) { s.closed = true })
	_ = p.listener.Close()
	p.Cut()
	p.wg.Wait()
}
