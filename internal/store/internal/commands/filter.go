package commands

import (
	"context"
	"fmt"
	"strings"

	"github.com/odoobridge/odoobridge/internal/store"
)

// filter collects conditions that all must hold.
type filter struct {
	where []string
	args  []any
}

// add appends a condition, in which each ? stands for the next argument.
func (f *filter) add(condition string, args ...any) {
	numbered := ""
	for i, part := range strings.Split(condition, "?") {
		if i > 0 {
			f.args = append(f.args, args[i-1])
			numbered += fmt.Sprintf("?%d", len(f.args))
		}
		numbered += part
	}
	f.where = append(f.where, numbered)
}

func (f *filter) text() string { return strings.Join(f.where, " AND ") }

// next appends an argument and returns its number.
func (f *filter) next(arg any) int {
	f.args = append(f.args, arg)
	return len(f.args)
}

func (f *filter) equal(column, value string) {
	if value != "" {
		f.add(column+" = ?", value)
	}
}

func limitOf(n int) int {
	if n <= 0 {
		return 100
	}
	return n
}

// about finds rows of the table by id, subject and name in Odoo, each by its index: a walk along the
// channels, of which there are few, takes the place of an index of ids alone.
func (f *filter) about(table, row, text string) {
	if text == "" {
		return
	}
	byID := "SELECT " + row + " FROM " + table + " WHERE id = ?"
	if table == "command" {
		byID = `WITH RECURSIVE channels (one) AS (SELECT min(channel) FROM command
				UNION ALL SELECT (SELECT min(c.channel) FROM command c WHERE c.channel > channels.one) FROM channels WHERE one IS NOT NULL)
			SELECT c.seq FROM channels CROSS JOIN command c WHERE c.channel = channels.one AND c.id = ?`
	}
	f.add(row+` IN (`+byID+` UNION ALL SELECT `+row+` FROM `+table+` WHERE subject = ?
		UNION ALL SELECT `+row+` FROM `+table+` WHERE odoo_name <> '' AND odoo_name = ?)`, text, text, text)
}

// Commands implements store.Ledger.
func (l *Reader) Commands(ctx context.Context, f store.CommandFilter) (found []store.Command, err error) {
	var conditions filter
	conditions.add("seq > ?", f.After)
	conditions.equal("channel", f.Channel)
	conditions.equal("name", f.Name)
	conditions.equal("code", f.Code)
	conditions.about("command", "seq", f.About)
	if f.Key != "" {
		conditions.add("instr(keys, ?) > 0", strings.Trim(listText([]string{f.Key}), "[]"))
	}
	if !f.SettledSince.IsZero() {
		conditions.add("settled >= ?", f.SettledSince)
	}
	if len(f.States) > 0 {
		marks := strings.TrimSuffix(strings.Repeat("?, ", len(f.States)), ", ")
		states := make([]any, len(f.States))
		for i, s := range f.States {
			states[i] = string(s)
		}
		conditions.add("state IN ("+marks+")", states...)
	}
	sql := fmt.Sprintf("SELECT %s FROM command WHERE %s ORDER BY seq LIMIT ?%d", commandColumns, conditions.text(), conditions.next(limitOf(f.Limit)))
	err = l.db.Read(ctx, func(c Conn) error {
		if err := query(c, sql, func(q Row) error {
			command, err := readCommand(q)
			found = append(found, command)
			return err
		}, conditions.args...); err != nil {
			return err
		}
		for i := range found {
			if err := readNotes(c, &found[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read commands: %w", err)
	}
	return found, nil
}

// Audit implements store.Ledger.
func (l *Reader) Audit(ctx context.Context, f store.AuditFilter) (found []store.AuditEntry, err error) {
	var conditions filter
	conditions.add("number > ?", f.After)
	conditions.equal("channel", f.Channel)
	conditions.equal("actor", f.Actor)
	conditions.equal("action", f.Action)
	conditions.about("audit", "number", f.About)
	if !f.Since.IsZero() {
		conditions.add("time >= ?", f.Since)
	}
	if !f.Until.IsZero() {
		conditions.add("time < ?", f.Until)
	}
	sql := fmt.Sprintf(`SELECT number, time, actor, action, channel, id, name, subject, code, model, odoo_id, odoo_name, reason
		FROM audit WHERE %s ORDER BY number LIMIT ?%d`, conditions.text(), conditions.next(limitOf(f.Limit)))
	err = l.db.Read(ctx, func(c Conn) error {
		return query(c, sql, func(q Row) error {
			found = append(found, store.AuditEntry{
				Number: q.ColumnInt(0), Time: moment(q.ColumnInt(1)), Actor: q.ColumnText(2), Action: q.ColumnText(3), Channel: q.ColumnText(4),
				ID: q.ColumnText(5), Name: q.ColumnText(6), Subject: q.ColumnText(7), Code: q.ColumnText(8),
				Odoo:   store.OdooRecord{Model: q.ColumnText(9), ID: q.ColumnInt(10), Name: q.ColumnText(11)},
				Reason: q.ColumnText(12),
			})
			return nil
		}, conditions.args...)
	})
	if err != nil {
		return nil, fmt.Errorf("read the audit trail: %w", err)
	}
	return found, nil
}
