package cdc

import (
	"errors"
	"fmt"
	"log/slog"
	"regexp"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
)

// Config says which log to read and how.
type Config struct {
	DSN         string // an ordinary connection string; TLS is configured in it
	Slot        string
	Publication string

	// Temporary makes a slot that lives as long as its connection: nothing is
	// kept on the server, and Stream ends when the connection does.
	Temporary bool
	// Standby makes Stream wait while another process holds the slot, instead
	// of returning a *SlotActiveError.
	Standby bool

	// Application is the name of our connections on the server; "odoobridge", or what
	// the DSN says, without it.
	Application string
	// Former is that of a bridge which is known to have ended: a connection of that
	// name that still holds the slot is ended.
	Former string

	StatusInterval time.Duration // how often the position is reported; 1 s by default
	Heartbeat      time.Duration // how often the way is proved end to end; 0 never
	Workers        int           // connections that copy a snapshot in parallel; 4 by default
	QueueBytes     int           // what may wait for the handler; 16 MiB by default

	Logger *slog.Logger
	Hooks  Hooks
}

// Hooks are called when something happens that somebody may want to count.
// Each may be nil; none may block.
type Hooks struct {
	// Connected is called each time streaming begins.
	Connected func()
	// Disconnected is called when streaming ended with an error that is
	// recovered from, with the pause before the next attempt.
	Disconnected func(err error, pause time.Duration)
	// Waiting is called every few seconds while another process holds the slot.
	Waiting func(holder Holder)
	// Heartbeat is called with the time from a heartbeat's writing to its
	// arrival in the stream.
	Heartbeat func(roundTrip time.Duration)
	// SlotWait is called while the slot's creation waits for transactions
	// older than it.
	SlotWait func(blockers []Blocker)
}

// timing holds the durations that tests shorten.
type timing struct {
	silenceAsk   time.Duration // silence after which a reply is asked for
	silenceLimit time.Duration // further silence after which the link counts as dead
	killedMin    time.Duration // first pause after the server ended our walsender
	killedMax    time.Duration
	retryFirst   time.Duration // first pause after any other loss
	retryMax     time.Duration
	activeGrace  time.Duration // how long a slot may still be held when we come
	staleWait    time.Duration // how long it may be held after we lost it
	standbyPoll  time.Duration
	slotPoll     time.Duration // how often the slot's creation is looked after
	connect      time.Duration
	query        time.Duration
	drop         time.Duration // to undo a failed creation
	idleEvery    time.Duration // least time between idle advances
	idleBytes    uint64        // unless the log moved this far
}

var defaultTiming = timing{
	silenceAsk: 15 * time.Second, silenceLimit: 15 * time.Second,
	killedMin: 5 * time.Second, killedMax: 10 * time.Second,
	retryFirst: 100 * time.Millisecond, retryMax: 30 * time.Second,
	activeGrace: 5 * time.Second, staleWait: 2 * time.Minute, standbyPoll: 2 * time.Second, slotPoll: time.Second,
	connect: 15 * time.Second, query: 15 * time.Second, drop: 30 * time.Second,
	idleEvery: time.Second, idleBytes: 1 << 20,
}

// slotName is what PostgreSQL accepts as the name of a slot; it needs no quotes.
var slotName = regexp.MustCompile(`^[a-z0-9_]{1,63}$`)

// complete checks the configuration, all of it at once, and fills in defaults.
func (c *Config) complete() error {
	var errs []error
	if _, err := pgconn.ParseConfig(c.DSN); err != nil {
		errs = append(errs, fmt.Errorf("connection string: %w", err))
	}
	if !slotName.MatchString(c.Slot) {
		errs = append(errs, fmt.Errorf("slot %q: want 1 to 63 of the characters a-z 0-9 _", c.Slot))
	}
	if c.Publication == "" || len(c.Publication) > 63 {
		errs = append(errs, fmt.Errorf("publication %q: want a name of 1 to 63 bytes", c.Publication))
	}
	c.StatusInterval = orDefault(c.StatusInterval, time.Second)
	c.Workers = orDefault(c.Workers, 4)
	c.QueueBytes = orDefault(c.QueueBytes, 16<<20)
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return errors.Join(errs...)
}

func orDefault[T int | time.Duration](v, def T) T {
	if v <= 0 {
		return def
	}
	return v
}
