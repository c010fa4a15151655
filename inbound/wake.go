package inbound

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Wake lets commands go on that wait for one of the keys: of one channel, or of any (""). A key that ends in "/"
// stands for every code of that kind that is mapped: "mapping/tax/".
func (i *Inbound) Wake(ctx context.Context, channel string, keys []string) (int, error) {
	keys = i.spelledOut(keys)
	if len(keys) == 0 {
		return 0, nil
	}
	i.starts.changes.Add(1) // what was looked for before is looked for again, and what is begun after this is told
	i.come.tell(channel, keys, i.now())
	n, err := i.ledger.Wake(ctx, channel, keys, i.now(), "bridge")
	if n > 0 {
		i.nudge()
	}
	return n, err
}

func (i *Inbound) spelledOut(keys []string) []string {
	var all []string
	for _, key := range keys {
		if !strings.HasSuffix(key, "/") {
			all = append(all, key)
			continue
		}
		cfg := i.config()
		for n := range cfg.Channels {
			for _, mapped := range cfg.Channels[n].WaitKeys() {
				if strings.HasPrefix(mapped, key) {
					all = append(all, mapped)
				}
			}
		}
	}
	return unique(all)
}

// wakePage is how many commands are looked at in one read. A body has at most a MiB.
const wakePage = 50

// WakeAll has every command that waits for something look again.
func (i *Inbound) WakeAll(ctx context.Context) error {
	states := []store.CommandState{store.CommandParked, store.CommandWaiting}
	for after := int64(0); ; {
		list, err := i.ledger.Commands(ctx, store.CommandFilter{States: states, After: after, Limit: wakePage})
		if err != nil {
			return fmt.Errorf("list the commands that wait: %w", err)
		}
		keys := map[string][]string{}
		for n := range list {
			after = list[n].Seq
			keys[list[n].Channel] = append(keys[list[n].Channel], list[n].WaitsFor...)
		}
		for channel, of := range keys {
			if _, err := i.ledger.Wake(ctx, channel, unique(of), i.now(), "bridge"); err != nil {
				return err
			}
		}
		if len(list) < wakePage {
			i.nudge()
			return nil
		}
	}
}

// come remembers what came while commands are carried out: one may have looked for it a moment before, and says that it waits
// a moment after.
type come struct {
	mu      sync.Mutex
	running map[int64]time.Time // since when, by command
	keys    map[comeKey]time.Time
	full    time.Time // there were more; what came until then may be anything
}

type comeKey struct{ channel, key string }

// mostCome is how many keys are remembered.
const mostCome = 50_000

func (c *come) begin(seq int64, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.running == nil {
		c.running, c.keys = map[int64]time.Time{}, map[comeKey]time.Time{}
	}
	c.running[seq] = now
}

// quiet says that nothing is carried out.
func (c *come) quiet() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return len(c.running) == 0
}

// end forgets what nobody needs any more.
func (c *come) end(seq int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.running, seq)
	if len(c.running) == 0 {
		clear(c.keys)
	}
}

func (c *come) tell(channel string, keys []string, now time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.running) == 0 {
		return
	}
	for _, key := range keys {
		if len(c.keys) >= mostCome {
			clear(c.keys)
			c.full = now
		}
		c.keys[comeKey{channel, key}] = now
	}
}

// since are those of the keys that came since a command was begun.
func (c *come) since(seq int64, channel string, keys []string) []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	began := c.running[seq]
	return slices.DeleteFunc(slices.Clone(keys), func(key string) bool {
		for _, of := range []string{channel, ""} {
			if at, came := c.keys[comeKey{of, key}]; came && !at.Before(began) {
				return false
			}
		}
		return c.full.IsZero() || c.full.Before(began)
	})
}

// notMissed wakes a command that waits since now for what came while it was carried out.
func (i *Inbound) notMissed(ctx context.Context, c *store.Command, waitsFor []string) error {
	missed := i.come.since(c.Seq, c.Channel, waitsFor)
	if len(missed) == 0 {
		return nil
	}
	_, err := i.ledger.Wake(ctx, c.Channel, missed, i.now(), "bridge")
	return err
}
