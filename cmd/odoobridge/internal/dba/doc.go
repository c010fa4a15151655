// Package dba makes the SQL that the administrator of Odoo's database runs so
// that the bridge may read it, and the SQL that takes it all away again.
//
// # How it works
//
// Wants says what the bridge needs; Have is what a look at the server found, nil when nobody
// could look. Plan compares the two into statements, each with its reason and
// with what undoes it. Everything that PostgreSQL can do in a transaction
// is applied in one. What belongs to the whole server rather than to the
// bridge (settings, pg_hba.conf) is advice, never run.
//
// Privileges are least: SELECT on the mapped columns alone; of ir_config_parameter, which
// holds secrets, two rows through a view of the owner's.
//
// # What fails how
//
// Plan refuses tables whose publication would make Odoo's own UPDATE fail.
// Apply stops at the first statement that fails and leaves nothing of the rest behind.
package dba
