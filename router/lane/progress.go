package lane

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// progress is how far an initial load is: the entity and the key after which
// to go on.
type progress struct {
	Entity string    `json:"entity"`
	After  store.Key `json:"after"`
}

// loadState makes an interrupted initial load go on where it was, with the
// same events: their time is that of the load's beginning.
type loadState struct {
	progress
	Began    time.Time `json:"began"`
	Why      string    `json:"why,omitempty"`
	Entities []string  `json:"entities,omitempty"` // those it goes through; none: an older version began it
}

// state is what a lane keeps beside its cursor's sequence number.
type state struct {
	Load *loadState `json:"load,omitempty"` // set until the initial load is complete
	// Entities are those that the channel has the documents of, from a load or from the beginning.
	Entities []string `json:"entities,omitempty"`
	Rules    *Rules   `json:"rules,omitempty"`
	Loads    []*Load  `json:"loads,omitempty"` // the newest that have ended, oldest first
}

func encodeState(s state) []byte {
	if s.Load == nil && s.Entities == nil && s.Rules == nil && s.Loads == nil {
		return nil
	}
	b, err := json.Marshal(s)
	if err != nil {
		panic(err) // strings, integers and a time of this century
	}
	return b
}

func decodeState(b []byte) (s state, err error) {
	if len(b) == 0 {
		return s, nil
	}
	if err := json.Unmarshal(b, &s); err != nil {
		return s, fmt.Errorf("read the lane's saved state: %w", err)
	}
	return s, nil
}
