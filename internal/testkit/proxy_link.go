package testkit

import (
	"net"
	"sync"
	"time"
)

// link is one connection through the proxy.
type link struct {
	client, server net.Conn
	lost           bool          // bytes were swallowed; under the proxy's mu
	broken         chan struct{} // closed by reset
	breakOnce      sync.Once
	done           chan struct{} // closed when both pumps have ended
}

func (p *TCPProxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		p.wg.Go(func() { p.serve(client) })
	}
}

// serve carries one connection until either side ends it.
func (p *TCPProxy) serve(client net.Conn) {
	if state, _ := p.get(); state.refuse || state.closed {
		resetConn(client)
		return
	}
	server, err := net.DialTimeout("tcp", p.upstream, 5*time.Second)
	if err != nil {
		resetConn(client)
		return
	}
	l := &link{client: client, server: server, broken: make(chan struct{}), done: make(chan struct{})}
	defer close(l.done)
	if !p.add(l) {
		l.reset()
		return
	}
	defer p.remove(l)
	var both sync.WaitGroup
	both.Go(func() { p.pump(l, server, client) })
	both.Go(func() { p.pump(l, client, server) })
	both.Wait()
}

// add takes a link in, unless the test is over.
func (p *TCPProxy) add(l *link) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.closed {
		return false
	}
	p.conns[l] = struct{}{}
	return true
}

func (p *TCPProxy) remove(l *link) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.conns, l)
}

// pump carries bytes one way. When they end it closes both ways, since neither
// protocol here uses half-closed connections.
func (p *TCPProxy) pump(l *link, to, from net.Conn) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 32<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 && !p.pass(l, to, buf[:n]) {
			return
		}
		if err != nil {
			p.waitWhileStalled(l)
			return
		}
	}
}

// pass hands one chunk over, as the state wants it.
func (p *TCPProxy) pass(l *link, to net.Conn, chunk []byte) bool {
	state, _ := p.get()
	if state.delay > 0 {
		hold := time.NewTimer(state.delay)
		defer hold.Stop()
		select {
		case <-hold.C:
		case <-l.broken:
			return false
		}
	}
	last := state.last != "" && to == l.server && p.stalls(chunk)
	if p.swallows(l) && !last {
		return true
	}
	_, err := to.Write(chunk)
	return err == nil
}

// waitWhileStalled keeps the end of one side from the other during a stall:
// a dead network does not carry that either.
func (p *TCPProxy) waitWhileStalled(l *link) {
	for {
		state, changed := p.get()
		if !state.stalled || state.closed {
			return
		}
		select {
		case <-changed:
		case <-l.broken:
			return
		}
	}
}

// reset ends both sides the hard way.
func (l *link) reset() {
	l.breakOnce.Do(func() { close(l.broken) })
	resetConn(l.client)
	resetConn(l.server)
}

func resetConn(c net.Conn) {
	if tcp, ok := c.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // RST instead of FIN
	}
	_ = c.Close()
}
