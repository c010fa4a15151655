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
// and deadlocks five times itself before it answers with them.
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
	if rest, ok := strings.CutPrefix(name, "psycopg2."); ok && passing[strings.TrimPrefix(rest, "errors.")] {
		return Busy
	}
	if name == "odoo.sql_db.PoolError" || name == "builtins.MemoryError" {
		return Busy
	}
	return Faulty
}

// passing are psycopg2's names of errors that are the database's at the moment, not the call's: others were in the way, it is away, short
// of something or a copy that nobody may write to. A connection that it lost has rolled back. The names are those of
// SQLSTATE's classes 08, 40, 53, 57 and 58, without what is asked for wrongly.
var passing = map[string]bool{
	"OperationalError": true, "InterfaceError": true, "pool.PoolError": true, "extensions.TransactionRollbackError": true, "extensions.QueryCanceledError": true,
	"ConnectionException": true, "ConnectionDoesNotExist": true, "ConnectionFailure": true, "SqlclientUnableToEstablishSqlconnection": true,
	"SqlserverRejectedEstablishmentOfSqlconnection": true,
	"TransactionRollback":                           true, "SerializationFailure": true, "DeadlockDetected": true, "LockNotAvailable": true,
	"InsufficientResources": true, "DiskFull": true, "OutOfMemory": true, "TooManyConnections": true,
	"OperatorIntervention": true, "QueryCanceled": true, "AdminShutdown": true, "CrashShutdown": true, "CannotConnectNow": true, "DatabaseDropped": true,
	"IdleSessionTimeout": true, "IdleInTransactionSessionTimeout": true, "ReadOnlySqlTransaction": true,
	"SystemError": true, "IoError": true,
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
