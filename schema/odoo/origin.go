package odoo

// Columns in which Odoo keeps who wrote a row, and when.
const (
	columnCreator = "create_uid"
	columnWriter  = "write_uid"
	columnWritten = "write_date"
)

// Writers yields the Odoo users who by this row's change took part in the
// transaction: who created or wrote an inserted row, and who wrote a row whose
// write_date moved. Odoo rewrites many rows by SQL, which leaves both the date
// and the user of an earlier write: those say nothing. Nor does a delete.
func Writers(t *Table, old, new Row, yield func(uid int64)) {
	creator, writer, written := t.writers()
	if written < 0 || !new.Exists() {
		return
	}
	if old.Exists() {
		if !old.Same(new, written) {
			yieldUser(new, writer, yield)
		}
		return
	}
	yieldUser(new, creator, yield)
	if new.field(writer) != new.field(creator) {
		yieldUser(new, writer, yield)
	}
}

func yieldUser(row Row, column int, yield func(uid int64)) {
	if uid := row.Int(column); uid != 0 {
		yield(uid)
	}
}

// writers finds the three columns; written is -1 where the table lacks one. A
// profile's tables have them near the end.
func (t *Table) writers() (creator, writer, written int) {
	creator, writer, written = -1, -1, -1
	for i := len(t.Columns) - 1; i >= 0 && (creator < 0 || writer < 0 || written < 0); i-- {
		switch t.Columns[i].Name {
		case columnCreator:
			creator = i
		case columnWriter:
			writer = i
		case columnWritten:
			written = i
		}
	}
	if creator < 0 || writer < 0 {
		written = -1
	}
	return creator, writer, written
}
