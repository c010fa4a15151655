package commands

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
)

const commandColumns = `seq, channel, id, name, subject, workload, effect, said, time, based_on, body, digest, reply_to, correlation_id, keys, provides,
	received, state, attempts, due, begun, waits, edited, code, outcome, error, model, odoo_id, odoo_name, settled`

// readCommand reads commandColumns.
func readCommand(q Row) (c store.Command, err error) {
	c = store.Command{
		Seq: q.ColumnInt(0), Channel: q.ColumnText(1), ID: q.ColumnText(2), Name: q.ColumnText(3), Subject: q.ColumnText(4), Workload: q.ColumnText(5),
		Effect: q.ColumnText(6), Said: q.ColumnText(7), Time: moment(q.ColumnInt(8)), BasedOn: q.ColumnInt(9), Body: q.ColumnBytes(10), Digest: q.ColumnText(11),
		ReplyTo: q.ColumnText(12), CorrelationID: q.ColumnText(13), Provides: q.ColumnText(15), Received: moment(q.ColumnInt(16)),
		State: store.CommandState(q.ColumnText(17)), Attempts: int(q.ColumnInt(18)), Due: moment(q.ColumnInt(19)), Begun: moment(q.ColumnInt(20)),
		Edited: q.ColumnBytes(22), Code: q.ColumnText(23), Outcome: q.ColumnBytes(24), Error: q.ColumnText(25),
		Odoo: store.OdooRecord{Model: q.ColumnText(26), ID: q.ColumnInt(27), Name: q.ColumnText(28)}, Settled: moment(q.ColumnInt(29)),
	}
	if c.Keys, err = list(q.ColumnText(14)); err != nil {
		return c, fmt.Errorf("keys of command %d: %w", c.Seq, err)
	}
	if c.WaitsFor, err = list(q.ColumnText(21)); err != nil {
		return c, fmt.Errorf("what command %d waits for: %w", c.Seq, err)
	}
	return c, nil
}

// commandWhere returns the first command that the condition finds, with its notes.
func commandWhere(c Conn, where string, args ...any) (*store.Command, error) {
	var found *store.Command
	err := sendCommand(c, &found, where, args...)
	if err == nil {
		err = c.Flush()
	}
	if err != nil || found == nil {
		return nil, err
	}
	return found, readNotes(c, found)
}

// sendCommand fills in the first command that the condition finds, without its notes.
func sendCommand(c Conn, found **store.Command, where string, args ...any) error {
	return sendRows(c, found, "SELECT "+commandColumns+" FROM command WHERE "+where+" LIMIT 1", args...)
}

// sendReturning changes one command and fills in what it is then, without its notes.
func sendReturning(c Conn, changed **store.Command, update string, args ...any) error {
	return sendRows(c, changed, update+" RETURNING "+commandColumns, args...)
}

func sendRows(c Conn, into **store.Command, sql string, args ...any) error {
	return send(c, sql, func(q Row) error {
		command, err := readCommand(q)
		*into = &command
		return err
	}, args...)
}

func readNotes(c Conn, command *store.Command) error {
	return query(c, "SELECT key, value FROM note WHERE seq = ?1", func(q Row) error {
		addNote(command, q)
		return nil
	}, command.Seq)
}

// addNote keeps a note's key and value.
func addNote(command *store.Command, q Row) {
	if command.Notes == nil {
		command.Notes = map[string]string{}
	}
	command.Notes[q.ColumnText(0)] = q.ColumnText(1)
}
