package testkit

import (
	"slices"
	"sync"
	"testing"
)

// aloneRabbits are the nodes that tests take turns with.
var aloneRabbits struct {
	sync.Mutex
	free []*Rabbit
}

// RabbitMQAlone returns a node that no other test of this binary uses at the same time, for
// what is a node's: an alarm, a limit, a restart. What a test changes there it sets back; the
// next one starts in a virtual host of its own, and a node that does not run when
// the test is over is not used again. (Starting one costs six seconds of CPU.)
func RabbitMQAlone(t testing.TB) *Rabbit {
	t.Helper()
	r := freeRabbit()
	if r == nil {
		r = startRabbitMQ(t)
		OnExit(r.node.Close)
	}
	t.Cleanup(func() {
		if !r.node.Running() {
			return
		}
		aloneRabbits.Lock()
		defer aloneRabbits.Unlock()
		aloneRabbits.free = append(aloneRabbits.free, r)
	})
	return r
}

func freeRabbit() *Rabbit {
	aloneRabbits.Lock()
	defer aloneRabbits.Unlock()
	n := len(aloneRabbits.free)
	if n == 0 {
		return nil
	}
	r := aloneRabbits.free[n-1]
	aloneRabbits.free = slices.Delete(aloneRabbits.free, n-1, n)
	return r
}
