package jobs

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// maxParked is how much may be parked. Beyond it something is wrong with the
// broker's settings rather than with single messages, and lanes wait instead.
const maxParked = 10_000

// Parked is a delivery that the broker can never take, under the id by which it is sent again.
type Parked struct {
	ID string `json:"id"`
	lane.Parked
	Remedy string `json:"remedy"`
}

// remedies say what to do about each code.
var remedies = map[string]string{
	"message_too_large": "let the broker take more (max_message_size in rabbitmq.conf, and restart it), or leave large fields out of the lane (fields); then retry",
	"message_invalid":   "give the record a shorter name in Odoo, or leave it out of the lane (where); then retry or discard",
}

// Park implements lane.ParkFunc. The same delivery is parked once, however often it is tried.
func (m *Manager) Park(ctx context.Context, p lane.Parked) error {
	sum := sha256.Sum256([]byte(p.Channel + "/" + p.Lane + "/" + p.Event))
	parked := Parked{ID: hex.EncodeToString(sum[:5]), Parked: p, Remedy: remedies[p.Code]}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, again := m.parked[parked.ID]; !again && len(m.parked) >= maxParked {
		return fmt.Errorf("%d deliveries are parked already: see `odoobridge parked list`", len(m.parked))
	}
	state, err := json.Marshal(parked)
	if err != nil {
		return fmt.Errorf("note a parked delivery: %w", err)
	}
	row := store.Cursor{Lane: parkedPrefix + parked.ID, Seq: p.Entry, State: state, Updated: p.At}
	if err := m.opts.Store.SaveCursors(ctx, []store.Cursor{row}); err != nil {
		return fmt.Errorf("note a parked delivery: %w", err)
	}
	m.parked[parked.ID] = parked
	return nil
}

func readParked(c store.Cursor) (p Parked, err error) {
	if err := json.Unmarshal(c.State, &p); err != nil {
		return p, fmt.Errorf("read parked delivery %s: %w", c.Lane, err)
	}
	return p, nil
}

// ParkedIn is what is parked by what a store has among its cursors.
func ParkedIn(cursors []store.Cursor) (list []Parked, err error) {
	for _, c := range cursors {
		if !strings.HasPrefix(c.Lane, parkedPrefix) {
			continue
		}
		p, err := readParked(c)
		if err != nil {
			return nil, err
		}
		list = append(list, p)
	}
	return list, nil
}

// Parked is everything that is parked, oldest first.
func (m *Manager) Parked() []Parked {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Parked, 0, len(m.parked))
	for _, p := range m.parked {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b Parked) int {
		if c := a.At.Compare(b.At); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// ParkedCounts is how much is parked, by "<channel>/<lane>".
func (m *Manager) ParkedCounts() map[string]int {
	m.mu.Lock()
	defer m.mu.Unlock()
	counts := map[string]int{}
	for _, p := range m.parked {
		counts[p.Channel+"/"+p.Lane]++
	}
	return counts
}

// UnknownParkedError names a parked delivery that is not there.
type UnknownParkedError struct{ ID string }

// Error says how to see those that are.
func (e *UnknownParkedError) Error() string {
	return fmt.Sprintf("nothing is parked as %s: `odoobridge parked list` shows what is", e.ID)
}

// GetParked finds a parked delivery.
func (m *Manager) GetParked(id string) (Parked, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p, found := m.parked[id]
	if !found {
		return p, &UnknownParkedError{id}
	}
	return p, nil
}

// Retry begins a job that sends a parked delivery again: the event, or, when the journal has it no more,
// the document as it is now. It stays parked unless that succeeds.
func (m *Manager) Retry(ctx context.Context, id string) (Job, error) {
	p, err := m.GetParked(id)
	if err != nil {
		return Job{}, err
	}
	j := &Job{
		Order:  Order{Kind: Retry, Channel: p.Channel, Lane: p.Lane, Entities: []string{p.Entity}, Key: p.Key, Rate: DefaultRate},
		Parked: id, Began: m.opts.Now().UTC().Truncate(time.Microsecond), State: Running,
	}
	if first, last := m.opts.Journal.Bounds(); p.Entry >= first && p.Entry <= last && p.Entry > 0 {
		j.FromEntry, j.ToEntry = p.Entry, p.Entry
	}
	if err := m.lanes.Check(j.Order.laneID(), j.extra()); err != nil {
		return Job{}, err
	}
	return m.begin(ctx, j)
}

// Discard forgets a parked delivery.
func (m *Manager) Discard(ctx context.Context, id string) (Parked, error) {
	p, err := m.GetParked(id)
	if err != nil {
		return p, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return p, m.forget(ctx, id)
}

// forget removes a parked delivery. Caller holds mu.
func (m *Manager) forget(ctx context.Context, id string) error {
	if err := m.opts.Store.ForgetCursor(ctx, parkedPrefix+id); err != nil {
		return fmt.Errorf("forget parked delivery %s: %w", id, err)
	}
	delete(m.parked, id)
	return nil
}
