package bridge

import (
	"fmt"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/cdc"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// stage is what the bridge does before it streams, for /status and /readyz.
type stage struct {
	mu       sync.Mutex
	text     string
	identity cdc.Identity
}

func (s *stage) set(text string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.text = text
}

func (s *stage) setIdentity(id cdc.Identity) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.identity = id
}

func (s *stage) database() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.identity.Database
}

func (s *stage) get() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text
}

// copyProgress says how far a snapshot is, in the log every ten seconds.
type copyProgress struct {
	b    *bridge
	last time.Time
}

func newCopyProgress(b *bridge) *copyProgress { return &copyProgress{b: b, last: time.Now()} }

func (p *copyProgress) say(text string) {
	p.b.stage.set(text)
	p.b.health.Set(telemetry.HealthStreaming, false, text)
	if time.Since(p.last) >= 10*time.Second {
		p.last = time.Now()
		p.b.log.Info("snapshot", telemetry.KeyProgress, text)
	}
}

func (p *copyProgress) copied(now cdc.Progress) { p.say("reading the tables: " + DescribeCopy(now)) }

// DescribeCopy says in a few words how far a copy is.
func DescribeCopy(p cdc.Progress) string {
	done := 0
	for _, t := range p.Tables {
		if t.Done {
			done++
		}
	}
	text := fmt.Sprintf("%.0f %%, %d of %d tables, %d rows", 100*p.Share, done, len(p.Tables), p.Rows)
	if p.Elapsed > time.Second {
		text += fmt.Sprintf(", %.0f rows/s", float64(p.Rows)/p.Elapsed.Seconds())
	}
	if p.ETA > 0 {
		text += ", ready in about " + p.ETA.Round(time.Second).String()
	}
	return text
}

func (p *copyProgress) built(entity string, done, total int) {
	p.say(fmt.Sprintf("building documents: %s, %d of %d", entity, done, total))
}
