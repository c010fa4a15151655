package testkit

import (
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"testing"
	"time"
)

// echo is a server that sends back what it gets.
func echo(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() { _, _ = io.Copy(c, c); _ = c.Close() }()
		}
	}()
	return l.Addr().String()
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	c, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	return c
}

// roundTrip sends a byte and waits for it to come back.
func roundTrip(c net.Conn, patience time.Duration) error {
	_ = c.SetDeadline(time.Now().Add(patience))
	if _, err := c.Write([]byte("x")); err != nil {
		return err
	}
	_, err := io.ReadFull(c, make([]byte, 1))
	return err
}

func mustPass(t *testing.T, c net.Conn) {
	t.Helper()
	if err := roundTrip(c, 10*time.Second); err != nil {
		t.Fatalf("the connection does not work: %v", err)
	}
}

func TestCutResetsWhatIsThereAndTakesNewConnections(t *testing.T) {
	p := Proxy(t, echo(t))
	old := dial(t, p.Addr())
	mustPass(t, old)
	p.Cut()
	if err := roundTrip(old, 10*time.Second); !errors.Is(err, syscall.ECONNRESET) && !errors.Is(err, syscall.EPIPE) {
		t.Errorf("the cut connection says %v", err)
	}
	if n := p.Connections(); n != 0 {
		t.Errorf("%d connections after the cut", n)
	}
	mustPass(t, dial(t, p.Addr()))
}

func TestRefuseLetsOldConnectionsLive(t *testing.T) {
	p := Proxy(t, echo(t))
	old := dial(t, p.Addr())
	mustPass(t, old)
	p.Refuse()
	if c, err := net.Dial("tcp", p.Addr()); err == nil { // the reset may be quicker than that
		t.Cleanup(func() { _ = c.Close() })
		if err := roundTrip(c, 10*time.Second); err == nil {
			t.Error("a new connection works")
		}
	}
	mustPass(t, old)
	p.Accept()
	mustPass(t, dial(t, p.Addr()))
}

func TestStallSwallowsWithoutAWordAndACutEndsIt(t *testing.T) {
	p := Proxy(t, echo(t))
	c := dial(t, p.Addr())
	mustPass(t, c)
	p.Stall()
	if err := roundTrip(c, 100*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("during the stall: %v", err)
	}
	p.Cut() // must not hang
	p.Resume()
	mustPass(t, dial(t, p.Addr()))
}

func TestResumeResetsWhatLostBytes(t *testing.T) {
	p := Proxy(t, echo(t))
	lost, idle := dial(t, p.Addr()), dial(t, p.Addr())
	mustPass(t, lost)
	mustPass(t, idle)
	p.Stall()
	if err := roundTrip(lost, 100*time.Millisecond); !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("during the stall: %v", err)
	}
	p.Resume()
	if err := roundTrip(lost, 10*time.Second); err == nil {
		t.Error("a connection with a hole in its stream works on")
	}
	mustPass(t, idle)
}

// A connection that a stall found in the middle of its work either lost nothing or is reset, however short the stall was.
func TestResumeLeavesNoConnectionWithAHole(t *testing.T) {
	p := Proxy(t, echo(t))
	for stall := range 60 {
		var conns []net.Conn
		ended := make(chan error, 8)
		for range cap(ended) {
			conns = append(conns, dial(t, p.Addr()))
		}
		for _, c := range conns {
			mustPass(t, c)
			go func() {
				var err error
				for trip := 0; trip < 30 && err == nil; trip++ {
					err = roundTrip(c, 10*time.Second)
				}
				ended <- err
			}()
		}
		p.Stall()
		p.Resume()
		for range conns {
			if err := <-ended; errors.Is(err, os.ErrDeadlineExceeded) {
				t.Fatalf("stall %d: bytes are lost and the connection is not reset", stall)
			}
		}
		for _, c := range conns {
			_ = c.Close()
		}
	}
}

func TestDelayHoldsBytesBack(t *testing.T) {
	p := Proxy(t, echo(t))
	c := dial(t, p.Addr())
	mustPass(t, c)
	p.Delay(60 * time.Millisecond)
	began := time.Now()
	mustPass(t, c)
	if took := time.Since(began); took < 120*time.Millisecond {
		t.Errorf("there and back took %s", took)
	}
}
