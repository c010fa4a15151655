package odoo

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// guarded is a connection to Odoo that asks before every write whether calls may leave. Between the look at the beginning of
// a call and the write lie a free connection, perhaps a new one, and other programs' turns at the processor: time enough for another bridge
// to take over. Here it is a system call.
type guarded struct {
	net.Conn
	allowed func() error
	written atomic.Int64 // bytes
}

// notAllowedError is a write that was not made.
type notAllowedError struct{ reason error }

func (e *notAllowedError) Error() string { return fmt.Sprintf("calls may not leave: %v", e.reason) }
func (e *notAllowedError) Unwrap() error { return e.reason }

func (g *guarded) Write(b []byte) (int, error) {
	if err := g.allowed(); err != nil {
		return 0, &notAllowedError{err}
	}
	n, err := g.Conn.Write(b)
	g.written.Add(int64(n))
	return n, err
}

type dial func(ctx context.Context, network, address string) (net.Conn, error)

func guard(d dial, allowed func() error) dial {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		c, err := d(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &guarded{Conn: c, allowed: allowed}, nil
	}
}

// progress is how far a request got, on the connection that it used last.
type progress struct {
	headers atomic.Bool // they were written, as far as the connection knows
	conn    atomic.Pointer[guarded]
	before  atomic.Int64 // bytes that were written on the connection
}

func (p *progress) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		WroteHeaders: func() { p.headers.Store(true) },
		GotConn: func(got httptrace.GotConnInfo) {
			conn := got.Conn
			if secured, is := conn.(*tls.Conn); is {
				conn = secured.NetConn()
			}
			if g, is := conn.(*guarded); is {
				p.before.Store(g.written.Load())
				p.conn.Store(g)
			}
		},
	}
}

// untouched says that nothing of the request was written.
func (p *progress) untouched() bool {
	g := p.conn.Load()
	return g == nil || g.written.Load() == p.before.Load()
}
