package odoosim

import (
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/jackc/pgx/v5/pgconn"
)

// odooError is what a client gets to see, by the name of Odoo's exception.
type odooError struct{ name, message string }

func (e *odooError) Error() string { return e.name + ": " + e.message }

// abort ends a call from any depth.
type abort struct{ err error }

func fail(err error) { panic(abort{err}) }

func failf(name, format string, args ...any) {
	fail(&odooError{name, fmt.Sprintf(format, args...)})
}

func userError(format string, args ...any) { failf("odoo.exceptions.UserError", format, args...) }

func validationError(format string, args ...any) {
	failf("odoo.exceptions.ValidationError", format, args...)
}

func accessError(format string, args ...any) { failf("odoo.exceptions.AccessError", format, args...) }

// valueError is Python's, which Odoo shows as it is.
func valueError(format string, args ...any) { failf("builtins.ValueError", format, args...) }

// missing says that a record is not there, in Odoo's words.
func missing(model string, ids []int64, uid int64) {
	failf("odoo.exceptions.MissingError", "Record does not exist or has been deleted.\n(Record: %s(%s,), User: %d)", model, joinIDs(ids), uid)
}

func joinIDs(ids []int64) string {
	parts := make([]string, len(ids))
	for i, id := range ids {
		parts[i] = fmt.Sprint(id)
	}
	return strings.Join(parts, ", ")
}

// mandatory is Odoo's answer to a NOT NULL violation.
func (e *env) mandatory(m *model, field, label string) {
	if e.tables.major() >= 19 {
		validationError("The operation cannot be completed: Missing required value for the field '%s' (%s).\nModel: '%s' (%s)\n- create/update: a mandatory field is not set\n- delete: another model requires the record being deleted, you can archive it instead\n", label, field, m.title, m.name)
	}
	validationError("The operation cannot be completed:\n- Create/update: a mandatory field is not set.\n- Delete: another model requires the record being deleted. If possible, archive it instead.\n\nModel: %s (%s)\nField: %s (%s)\n", m.title, m.name, label, field)
}

// transient says whether trying the transaction again may help.
func transient(err error) bool {
	var pg *pgconn.PgError
	if !errors.As(err, &pg) {
		return false
	}
	return pg.Code == "40001" || pg.Code == "40P01" || pg.Code == "55P03"
}

// psycopg2 is the name of an error of the database in Python, as far as it is of the database's being away.
func psycopg2(code string) string {
	switch code {
	case "57P01":
		return "psycopg2.errors.AdminShutdown"
	case "57P02":
		return "psycopg2.errors.CrashShutdown"
	case "57P03":
		return "psycopg2.errors.CannotConnectNow"
	}
	if strings.HasPrefix(code, "08") || strings.HasPrefix(code, "53") || strings.HasPrefix(code, "57") || strings.HasPrefix(code, "58") {
		return "psycopg2.OperationalError"
	}
	return "psycopg2.Error"
}

// asOdoo gives any error the name a client of Odoo would see.
func asOdoo(err error) *odooError {
	var known *odooError
	if errors.As(err, &known) {
		return known
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		switch pg.Code {
		case "40001":
			return &odooError{"psycopg2.errors.SerializationFailure", pg.Message + "\n"}
		case "40P01":
			return &odooError{"psycopg2.errors.DeadlockDetected", pg.Message + "\n"}
		case "23505", "23502", "23503":
			return &odooError{"odoo.exceptions.ValidationError", "The operation cannot be completed: " + pg.Message}
		}
		return &odooError{psycopg2(pg.Code), pg.Message + "\n"}
	}
	var connecting *pgconn.ConnectError
	switch {
	case errors.As(err, &connecting):
		return &odooError{"psycopg2.OperationalError", err.Error() + "\n"}
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET), pgconn.SafeToRetry(err):
		return &odooError{"psycopg2.InterfaceError", "connection already closed"}
	}
	return &odooError{"builtins.Exception", err.Error()}
}
