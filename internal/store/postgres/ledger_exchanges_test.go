package postgres

import (
	"bytes"
	"fmt"
	"net"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// counted stands between a ledger and its server, and counts how often the ledger waits for an answer: what a network costs.
type counted struct {
	upstream string
	listener net.Listener
	pumps    sync.WaitGroup

	mu        sync.Mutex
	exchanges map[*countedConn]int
}

type countedConn struct {
	asked  bool // the last word was the client's
	ledger bool // it writes the ledger
}

// count puts itself in the place of the server that a connection string names.
func count(t *testing.T, dsn string) (*counted, string) {
	t.Helper()
	u, err := url.Parse(dsn)
	if err != nil {
		t.Fatal(err)
	}
	c := &counted{upstream: u.Host, exchanges: map[*countedConn]int{}}
	if c.listener, err = net.Listen("tcp", "127.0.0.1:0"); err != nil {
		t.Fatal(err)
	}
	c.pumps.Go(c.accept)
	t.Cleanup(func() {
		_ = c.listener.Close()
		c.pumps.Wait()
	})
	u.Host = c.listener.Addr().String()
	return c, u.String()
}

func (c *counted) accept() {
	for {
		client, err := c.listener.Accept()
		if err != nil {
			return
		}
		server, err := net.Dial("tcp", c.upstream)
		if err != nil {
			_ = client.Close()
			continue
		}
		of := &countedConn{}
		c.pumps.Go(func() { c.pump(of, server, client, true) })
		c.pumps.Go(func() { c.pump(of, client, server, false) })
	}
}

func (c *counted) pump(of *countedConn, to, from net.Conn, asks bool) {
	defer func() { _, _ = to.Close(), from.Close() }()
	buf := make([]byte, 1<<20)
	for {
		n, err := from.Read(buf)
		c.mu.Lock()
		if n > 0 && asks && !of.asked {
			c.exchanges[of]++
		}
		if n > 0 {
			of.asked = asks
			of.ledger = of.ledger || asks && bytes.Contains(buf[:n], []byte("INSERT INTO command"))
		}
		c.mu.Unlock()
		if n > 0 {
			if _, err := to.Write(buf[:n]); err != nil {
				return
			}
		}
		if err != nil {
			return
		}
	}
}

// writing is how many exchanges there were on the connection that writes the ledger.
func (c *counted) writing() (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for of, exchanges := range c.exchanges {
		if of.ledger {
			n += exchanges
		}
	}
	return n
}

// TestACommandTakesFewExchangesWithTheServer counts them from outside. However many commands come together, they
// cost no more.
func TestACommandTakesFewExchangesWithTheServer(t *testing.T) {
	c := claim(server(t).NewDatabase(t), newSchema())
	between, dsn := count(t, c.DSN)
	c.DSN = dsn
	l := openLedger(t, c)
	defer l.Close() //nolint:errcheck // looked at elsewhere
	ctx, now := t.Context(), time.Now()
	least := map[string]int{}
	// A statement is made known to the server once, and a connection that has been idle is looked at before it is used: the
	// least of some rounds is what a call costs.
	for round := range 5 {
		for _, n := range []int{1, 40} {
			var commands []*store.Command
			for i := range n {
				id := fmt.Sprintf("%d/%d/%d", round, n, i)
				commands = append(commands, &store.Command{Channel: "shop", ID: id, Workload: "orders", Effect: id, Said: id, Time: now, Keys: []string{"order/" + id, "customer/" + id},
					Provides: "order/" + id, Body: make([]byte, 300), Received: now})
			}
			measure := func(what string, do func() error) {
				before := between.writing()
				if err := do(); err != nil {
					t.Fatalf("%s: %v", what, err)
				}
				what = fmt.Sprintf("%s %d", what, n)
				if took := between.writing() - before; round == 0 || took < least[what] {
					least[what] = took
				}
			}
			measure("claim", func() error { return second(l.Claim(ctx, commands...)) })
			var taken []store.Taken
			measure("take", func() (err error) {
				taken, err = l.Take(ctx, "orders", 64, now.Add(time.Second))
				return err
			})
			if len(taken) != n {
				t.Fatalf("took %d of %d", len(taken), n)
			}
			measure("mark", func() error { return l.Calling(ctx, taken[0].Seq) })
			measure("note", func() error { return l.Note(ctx, taken[0].Seq, "key", "value") })
			for _, of := range taken {
				s := &store.Settlement{Seq: of.Seq, State: store.CommandApplied, Now: now, Taken: now, Provided: of.Provides, Results: []store.Result{{ID: of.ID, Body: []byte("{}")}},
					Audit: []store.AuditEntry{{Time: now, Action: "applied"}}, Bindings: []store.Binding{{ExternalID: of.ID, Model: "m", Record: 1}}}
				measure("settle", func() error { return l.Settle(ctx, s) })
			}
			unsent, err := l.Unsent(ctx, 0, 100)
			if err != nil || len(unsent) != n {
				t.Fatalf("%d of %d results: %v", len(unsent), n, err)
			}
			var numbers []int64
			for _, r := range unsent {
				numbers = append(numbers, r.Number)
			}
			measure("mark as sent", func() error { return l.MarkSent(ctx, numbers) })
		}
	}
	for what, most := range map[string]int{"claim": 2, "take": 2, "mark": 1, "note": 1, "settle": 2, "mark as sent": 1} {
		for _, n := range []int{1, 40} {
			if got := least[fmt.Sprintf("%s %d", what, n)]; got > most || got == 0 {
				t.Errorf("to %s %d took %d exchanges, want at most %d", what, n, got, most)
			}
		}
	}
}
