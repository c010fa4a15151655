package inbound

import (
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// hesitating is told whether commands can be received, and takes its time with bad news.
type hesitating struct {
	silent
	mu    sync.Mutex
	heard []bool
	bad   chan struct{} // something bad was told, and is not heard yet
	good  chan struct{} // something good was heard
}

func (h *hesitating) Connected(up bool) {
	if !up {
		close(h.bad)
		select {
		case <-h.good:
		case <-time.After(100 * time.Millisecond): // nothing else is told meanwhile
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.heard = append(h.heard, up)
	if up {
		close(h.good)
	}
}

// TestWhatIsToldLastOfTheConnectionsIsSo has two queues connected at the same time, the last two of all.
func TestWhatIsToldLastOfTheConnectionsIsSo(t *testing.T) {
	cfg := &config.Config{Channels: []config.Channel{{Name: "shop", Commands: schema.CommandNames()}}}
	cfg.RabbitMQ.URL = "amqp://localhost"
	h := &hesitating{bad: make(chan struct{}), good: make(chan struct{})}
	in, err := New(Options{Config: cfg, Meter: h})
	if err != nil {
		t.Fatal(err)
	}
	queues := queuesOf(cfg)
	for _, q := range queues[2:] {
		in.queues[q.name] = nil
	}
	var both sync.WaitGroup
	both.Go(func() { in.changed(queues[0].name, nil) })
	<-h.bad
	both.Go(func() { in.changed(queues[1].name, nil) })
	both.Wait()
	if want := []bool{false, true}; !slices.Equal(h.heard, want) || in.Ready() != nil {
		t.Errorf("was told %v, want %v; %v", h.heard, want, in.Ready())
	}
}
