package jobs

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/lane"
)

// Kind is what a job sends.
type Kind string

// The kinds of jobs.
const (
	Replay  Kind = "replay"  // journal entries
	Publish Kind = "publish" // documents as they are
	Retry   Kind = "retry"   // one parked delivery
)

// State is how a job is.
type State string

// The states of a job.
const (
	Running   State = "running"
	Done      State = "done"
	Failed    State = "failed"
	Cancelled State = "cancelled"
)

// Order is what a verb asks for.
type Order struct {
	Kind     Kind     `json:"kind"`
	Channel  string   `json:"channel"`
	Lane     string   `json:"lane"`
	From     string   `json:"from,omitempty"` // a time, "2h", a position or an event id; Resolve says more
	To       string   `json:"to,omitempty"`   // likewise; "": what is there now
	Entities []string `json:"entities,omitempty"`
	Key      string   `json:"key,omitempty"`
	Rate     float64  `json:"rate,omitempty"` // deliveries a second; 0: DefaultRate
}

// DefaultRate is moderate: a queue that is consumed at all keeps up with it.
const DefaultRate = 200

// Job is one that was begun.
type Job struct {
	ID        string    `json:"id"`
	Order     Order     `json:"order"`
	FromEntry int64     `json:"from_entry,omitempty"`
	ToEntry   int64     `json:"to_entry,omitempty"`
	Parked    string    `json:"parked,omitempty"`      // what is retried
	After     int64     `json:"after_entry,omitempty"` // the journal's last entry when a publish began; 0: none, or an older version began it
	Began     time.Time `json:"began"`
	Ended     time.Time `json:"ended,omitzero"`
	State     State     `json:"state"`
	Error     string    `json:"error,omitempty"`
	Paused    string    `json:"paused,omitempty"` // why it does not get on; filled in for a list
	lane.Progress
}

// laneID is the lane's name in its set.
func (o *Order) laneID() string { return o.Channel + "/" + o.Lane }

// Share is how far a replay is, 0 to 1; 0 where that is not known.
func (j *Job) Share() float64 {
	n := float64(j.ToEntry - j.FromEntry + 1)
	if n <= 0 || j.State == Done {
		return 1
	}
	if j.Place.Seq < j.FromEntry {
		return 0
	}
	return float64(j.Place.Seq-j.FromEntry+1) / n
}

const (
	jobPrefix    = "job:"
	parkedPrefix = "parked:"
)

func (j *Job) row(now time.Time) store.Cursor {
	state, err := json.Marshal(j)
	if err != nil {
		panic(err) // texts, numbers and times of this century
	}
	return store.Cursor{Lane: jobPrefix + j.ID, Seq: max(0, j.Place.Seq), State: state, Updated: now}
}

// In are the jobs that a store has among its cursors: those that run, and the newest that have ended.
func In(cursors []store.Cursor) (list []Job, err error) {
	for _, c := range cursors {
		if !strings.HasPrefix(c.Lane, jobPrefix) {
			continue
		}
		j, err := readJob(c)
		if err != nil {
			return nil, err
		}
		list = append(list, *j)
	}
	slices.SortFunc(list, func(a, b Job) int { return a.Began.Compare(b.Began) })
	return list, nil
}

// Covers reports whether the job is to send something of a subject to its lane, if that lets it pass.
func (j *Job) Covers(entity, subject string) bool {
	return (len(j.Order.Entities) == 0 || slices.Contains(j.Order.Entities, entity)) && (j.Order.Key == "" || subject == entity+"/"+j.Order.Key)
}

func readJob(c store.Cursor) (*Job, error) {
	j := &Job{}
	if err := json.Unmarshal(c.State, j); err != nil {
		return nil, fmt.Errorf("read job %s: %w", c.Lane, err)
	}
	return j, nil
}

// extra is the job as its lane sees it.
func (j *Job) extra() *lane.Extra {
	x := &lane.Extra{
		ID: j.ID, Snapshot: j.FromEntry == 0, Entities: j.Order.Entities, Key: j.Order.Key, Rate: j.Order.Rate,
		From: j.FromEntry, To: j.ToEntry, Began: j.Began,
	}
	x.Resume(j.Progress)
	return x
}
