package lane

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Rules are since when a lane judges entries as it does now: by its filter, fields, pace and promise. They are kept beside the
// cursor, so that what became of an entry long ago is not told by what the configuration says today.
type Rules struct {
	Of    string    `json:"of"`    // a digest of them
	From  int64     `json:"from"`  // the last entry that was past when they came into force
	Since time.Time `json:"since"` // when that was; of an older store's lane: when it was first noted
	// Anew is why the lane has delivered nothing up to From as far as is known: "first", or "gap".
	Anew string `json:"anew,omitempty"`
}

// The beginnings of a lane.
const (
	AnewFirst = "first" // it was started for the first time
	AnewGap   = "gap"   // it was stopped by a gap, and told to begin anew
)

// RulesIn reads a lane's rules from its cursor; nil: they were never noted.
func RulesIn(c store.Cursor) (*Rules, error) {
	s, err := decodeState(c.State)
	if err != nil {
		return nil, fmt.Errorf("lane %s: %w", c.Lane, err)
	}
	return s.Rules, nil
}

// digest tells the rules of two configurations apart.
func (s Spec) digest() string {
	s.Initial = false
	text, err := json.Marshal(s)
	if err != nil {
		panic(err) // texts, lists and durations
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:8])
}

// judgesFrom notes what the lane judges by from an entry on.
func (l *lane) judgesFrom(entry int64, anew string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = &Rules{Of: l.spec.digest(), From: entry, Since: l.opts.Clock.Now().UTC(), Anew: anew}
}

// judgesAs goes on with the rules of before, if they are the same.
func (l *lane) judgesAs(was *Rules, seq int64) {
	if was == nil || was.Of != l.spec.digest() {
		l.judgesFrom(seq, "")
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.rules = was
}

func (l *lane) judging() *Rules {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rules
}
