package commands

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

// States in table key.
const (
	keyApplying = "a"
	keyReceived = "r"
	keyWaiting  = "w"
)

func keyState(s store.CommandState) string {
	switch s {
	case store.CommandApplying:
		return keyApplying
	case store.CommandReceived:
		return keyReceived
	case store.CommandWaiting:
		return keyWaiting
	}
	return ""
}

// line is what a command's place in line depends on.
type line struct {
	seq      int64
	channel  string
	keys     []string
	provides string
}

// heldBack is true when another command comes first: one that shares a key and is applying, or is
// received and earlier, or is earlier and waits, if the key is its own thing.
func heldBack(c Conn, l line) (bool, error) {
	jumps, err := isWaitedFor(c, l)
	if err != nil {
		return false, err
	}
	for _, key := range l.keys {
		held, err := exists(c, "SELECT 1 FROM key WHERE key = ?1 AND state = 'a' AND seq <> ?2 LIMIT 1", key, l.seq)
		if err != nil || held {
			return held, err
		}
		if jumps {
			held, err = exists(c, `SELECT 1 FROM key k JOIN command c ON c.seq = k.seq
				WHERE k.key = ?1 AND k.state = 'r' AND k.seq < ?2 AND c.provides = ?3 LIMIT 1`, key, l.seq, l.provides)
		} else {
			held, err = exists(c, `SELECT 1 FROM key WHERE key = ?1 AND seq < ?2 AND (state = 'r' OR state = 'w' AND place = 0) LIMIT 1`, key, l.seq)
		}
		if err != nil || held {
			return held, err
		}
	}
	return false, nil
}

// isWaitedFor is true for a command that others wait for. It goes before all that is
// not like it: what is before it in line may be behind what waits for it.
func isWaitedFor(c Conn, l line) (bool, error) {
	if l.provides == "" {
		return false, nil
	}
	return exists(c, "SELECT 1 FROM wait WHERE key = ?1 AND channel = ?2 LIMIT 1", l.provides, l.channel)
}

// openKeys enters the keys of a command that is open from now on.
func openKeys(c Conn, seq int64, keys []string, state string) error {
	for place, key := range keys {
		if err := exec(c, "INSERT INTO key (key, state, seq, place) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING", key, state, seq, place); err != nil {
			return err
		}
	}
	return nil
}

// moveKeys takes a command's keys from one state to another; "" is none.
func moveKeys(c Conn, seq int64, keys []string, from, to string) error {
	if from == to {
		return nil
	}
	for _, key := range keys {
		if err := exec(c, "DELETE FROM key WHERE key = ?1 AND state = ?2 AND seq = ?3", key, from, seq); err != nil {
			return err
		}
	}
	if to == "" {
		return nil
	}
	return openKeys(c, seq, keys, to)
}

// look finds out anew which commands are ready that share one of the keys: the first that is
// received, and all that wait.
func look(c Conn, keys []string) error {
	for _, key := range keys {
		err := lookAtAll(c, `SELECT seq FROM (SELECT seq FROM key WHERE key = ?1 AND state = 'r' ORDER BY seq LIMIT 1) first
			UNION ALL SELECT seq FROM key WHERE key = ?1 AND state = 'w'`, key)
		if err != nil {
			return err
		}
	}
	return nil
}

// lookForProviders finds out anew whether the first received command is ready that provides what
// somebody waits for.
func lookForProviders(c Conn, channel string, provided []string) error {
	for _, key := range provided {
		if key == "" {
			continue
		}
		err := lookAtAll(c, `SELECT seq FROM command WHERE channel = ?1 AND provides = ?2 AND provides <> ''
			AND state IN ('received', 'applied') AND state = 'received' ORDER BY seq LIMIT 1`, channel, key)
		if err != nil {
			return err
		}
	}
	return nil
}

func lookAtAll(c Conn, sql string, args ...any) error {
	next, err := numbers(c, sql, args...)
	if err != nil {
		return err
	}
	for _, seq := range next {
		if err := lookAt(c, seq); err != nil {
			return err
		}
	}
	return nil
}

func lookAt(c Conn, seq int64) error {
	l, ready, found := line{seq: seq}, false, false
	keysText := ""
	err := query(c, "SELECT keys, provides, channel, ready FROM command WHERE seq = ?1 AND state IN ('received', 'waiting')", func(q Row) error {
		keysText, l.provides, l.channel, ready, found = q.ColumnText(0), q.ColumnText(1), q.ColumnText(2), q.ColumnInt(3) != 0, true
		return nil
	}, seq)
	if err != nil || !found {
		return err
	}
	if l.keys, err = list(keysText); err != nil {
		return fmt.Errorf("keys of command %d: %w", seq, err)
	}
	held, err := heldBack(c, l)
	if err != nil || held == !ready {
		return err
	}
	return exec(c, "UPDATE command SET ready = ?2 WHERE seq = ?1", seq, !held)
}
