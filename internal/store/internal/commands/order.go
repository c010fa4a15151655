package commands

import "github.com/odoobridge/odoobridge/internal/store"

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

// Conditions on a row of table command that is open. Each finds what it looks for by the first part of an index, however many commands
// share a key. What is looked for is a value, not EXISTS, which PostgreSQL may answer by reading all that there is, once. And each of
// the command's keys is looked up by itself, not joined: which table comes first in a join the database decides, and one that takes
// the tables to be empty begins with all keys of all commands.
const (
	sharing = `(SELECT 1 FROM key own WHERE own.seq = command.seq AND (SELECT 1 FROM key other WHERE other.key = own.key AND `
	shared  = ` LIMIT 1) IS NOT NULL` + found
	found   = ` LIMIT 1) IS NOT NULL`
	// isWaitedFor is true for a command that others wait for. It goes before all that is
	// not like it: what is before it in line may be behind what waits for it.
	isWaitedFor = `command.provides <> '' AND (SELECT 1 FROM wait WHERE wait.key = command.provides AND wait.channel = command.channel` + found
	// heldBack is true when another command comes first: one that shares a key and is applying, or is
	// received and earlier, or is earlier and waits, if the key is its own thing.
	heldBack = `(` + sharing + `other.state = 'a' AND other.seq <> own.seq` + shared + `
		OR CASE WHEN ` + isWaitedFor + `
			THEN ` + sharing + `other.state = 'r' AND other.seq < own.seq
				AND (SELECT earlier.provides FROM command earlier WHERE earlier.seq = other.seq) = command.provides` + shared + `
			ELSE ` + sharing + `other.state = 'r' AND other.seq < own.seq` + shared + `
				OR ` + sharing + `other.state = 'w' AND other.seq < own.seq AND other.place = 0` + shared + `
		END)`
	// lookAgain makes a command ready that nothing holds back any more, and one not ready that something does. What
	// follows chooses commands.
	lookAgain = `UPDATE command SET ready = 1 - ready WHERE state IN ('received', 'waiting') AND ready = CASE WHEN ` + heldBack + ` THEN 1 ELSE 0 END AND `
)

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
	switch {
	case from == to:
		return nil
	case from == "":
		return openKeys(c, seq, keys, to)
	case to == "":
		return exec(c, "DELETE FROM key WHERE seq = ?1", seq)
	}
	return exec(c, "UPDATE key SET state = ?2 WHERE seq = ?1", seq, to)
}

// look finds out anew which commands are ready that share one of the keys: the first that is
// received, and all that wait.
func look(c Conn, keys []string) error {
	for _, key := range keys {
		err := exec(c, lookAgain+`seq IN (SELECT seq FROM (SELECT k.seq FROM key k WHERE k.key = ?1 AND k.state = 'r' ORDER BY k.seq LIMIT 1) first
			UNION ALL SELECT k.seq FROM key k WHERE k.key = ?1 AND k.state = 'w')`, key)
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
		err := exec(c, lookAgain+`seq = (SELECT p.seq FROM command p WHERE p.channel = ?1 AND p.provides = ?2 AND p.provides <> ''
			AND p.state IN ('received', 'applied') AND p.state = 'received' ORDER BY p.seq LIMIT 1)`, channel, key)
		if err != nil {
			return err
		}
	}
	return nil
}

// lookAt finds out anew whether a command is ready.
func lookAt(c Conn, seq int64) error { return exec(c, lookAgain+"seq = ?1", seq) }
