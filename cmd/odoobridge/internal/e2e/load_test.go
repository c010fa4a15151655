package e2e

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// A shop sells at the higher rate until it has sold what its test waits for, and some beyond that, so that it is
// still selling so when the test then breaks something. What it sells while a bridge or a server starts
// again need not be thousands: the slower the machine, the more they would be, and the slower it.
const (
	sellEvery   = 2 * time.Millisecond
	trickle     = 20 * time.Millisecond
	sellsBeyond = 100
)

// seller changes the stock of products 17, 20 and 21 at WH/Stock, each change a
// transaction of its own, until it is stopped. Every change shows in a document.
type seller struct {
	t       testing.TB
	changes atomic.Int64
	wanted  atomic.Int64
	last    map[int]int // product → quantity
	stop    context.CancelFunc
	done    chan struct{}
}

func sell(t testing.TB, dsn string) *seller {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &seller{t: t, last: map[int]int{}, stop: cancel, done: make(chan struct{})}
	conn := testkit.PostgresAlone(t).Connect(t, dsn)
	go func() {
		defer close(s.done)
		products := []int{17, 20, 21}
		for n := 1; ctx.Err() == nil; n++ {
			product := products[n%len(products)]
			_, err := conn.Exec(context.WithoutCancel(ctx), `UPDATE stock_quant SET quantity = $1, write_date = now() WHERE product_id = $2 AND location_id = 8`, 1000+n, product)
			if err != nil {
				t.Errorf("sell: %v", err)
				return
			}
			s.last[product] = 1000 + n
			s.changes.Add(1)
			if s.changes.Load() < s.wanted.Load()+sellsBeyond {
				time.Sleep(sellEvery)
			} else {
				time.Sleep(trickle)
			}
		}
	}()
	t.Cleanup(func() { s.end() })
	return s
}

// atLeast waits until n more changes are committed.
func (s *seller) atLeast(n int64) {
	s.t.Helper()
	target := s.changes.Load() + n
	s.wanted.Store(target)
	testkit.Eventually(s.t, patience, func() bool { return s.changes.Load() >= target }, nil)
}

// end stops selling and returns how many changes were committed.
func (s *seller) end() int {
	s.stop()
	<-s.done
	return int(s.changes.Load())
}

// checkStory holds the channel's events against what was sold: nothing missing,
// in order, and the last word is the truth.
func (s *seller) checkStory(c *channel) {
	s.t.Helper()
	if n := s.checkEnd(c); n != int(s.changes.Load()) {
		s.t.Errorf("%d events of %d changes", n, s.changes.Load())
	}
}

// waitForEnd waits until the channel has heard the last quantity of every product:
// the bridge has delivered it, which is not yet that the channel has read it.
func (s *seller) waitForEnd(c *channel) {
	s.t.Helper()
	testkit.Eventually(s.t, patience, func() bool {
		heard := map[string]string{}
		for _, e := range c.from(0) {
			heard[e.Subject] = onHand(s.t, e)
		}
		for product, quantity := range s.last {
			if heard[fmt.Sprintf("stock_level/%d/1", product)] != fmt.Sprint(quantity) {
				return false
			}
		}
		return true
	}, func() string { return "the channel has not heard the last of it" })
}

// onHand is the quantity that an event of a stock level shows.
func onHand(t testing.TB, e received) string {
	t.Helper()
	var level struct {
		OnHand string `json:"on_hand"`
	}
	if err := json.Unmarshal(e.Data.Entity, &level); err != nil {
		t.Fatal(err)
	}
	return level.OnHand
}

// checkEnd holds the channel's events against what was sold where several changes may
// be one event: no revision missing, in order, and the last word is the truth.
func (s *seller) checkEnd(c *channel) int {
	s.t.Helper()
	revision, last := map[string]int64{}, map[string]string{}
	n := 0
	for _, e := range c.from(0) {
		if before, seen := revision[e.Subject]; seen && e.Revision != before+1 {
			s.t.Errorf("%s: revision %d follows %d", e.Subject, e.Revision, before)
		}
		revision[e.Subject] = e.Revision
		last[e.Subject] = onHand(s.t, e)
		n++
	}
	for product, quantity := range s.last {
		subject := fmt.Sprintf("stock_level/%d/1", product)
		if last[subject] != fmt.Sprint(quantity) {
			s.t.Errorf("%s ends at %s, want %d", subject, last[subject], quantity)
		}
	}
	return n
}
