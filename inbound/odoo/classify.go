package odoo

import (
	"encoding/json"
	"strings"
)

// exception is Odoo's description of what went wrong: data of a JSON-RPC error,
// or the body of a JSON-2 one.
type exception struct {
	Name      string            `json:"name"`
	Message   string            `json:"message"`
	Arguments []json.RawMessage `json:"arguments"`
}

// text is what the exception says to people. A RedirectWarning is a text, an action, and a button's caption: its message has them all.
func (e exception) text() string {
	var first string
	if e.Name == "odoo.exceptions.RedirectWarning" && len(e.Arguments) > 0 && json.Unmarshal(e.Arguments[0], &first) == nil {
		return first
	}
	return e.Message
}

// kindOf reads an exception's name. Odoo tries serialization failures, locks
// and deadlocks five times itself before it answers with them; a lost connection to the
// database has rolled back too.
func kindOf(name string) Kind {
	switch name {
	case "odoo.exceptions.UserError", "odoo.exceptions.RedirectWarning":
		return User
	case "odoo.exceptions.ValidationError":
		return Validation
	case "odoo.exceptions.AccessError":
		return Access
	case "odoo.exceptions.AccessDenied", "odoo.http.SessionExpiredException":
		return Denied
	case "odoo.exceptions.MissingError":
		return Missing
	case "odoo.exceptions.LockError", "odoo.exceptions.ConcurrencyError":
		return Busy
	}
	if rest, ok := strings.CutPrefix(name, "psycopg2."); ok {
		switch strings.TrimPrefix(rest, "errors.") {
		case "SerializationFailure", "LockNotAvailable", "DeadlockDetected", "QueryCanceled", "AdminShutdown", "OperationalError",
			"InterfaceError", "extensions.TransactionRollbackError", "TooManyConnections", "pool.PoolError":
			return Busy
		}
	}
	if name == "odoo.sql_db.PoolError" || name == "builtins.MemoryError" {
		return Busy
	}
	return Faulty
}

// collisions are what load() says when it swallowed an error that Odoo would have
// tried again, or met another load of the same external id.
var collisions = []string{
	"could not serialize access", "duplicate key", "deadlock detected", "could not obtain lock", "canceling statement", "current transaction is aborted",
}

func isCollision(message string) bool {
	message = strings.ToLower(message)
	for _, words := range collisions {
		if strings.Contains(message, words) {
			return true
		}
	}
	return false
}
