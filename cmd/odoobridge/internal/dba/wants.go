package dba

// Wants is what the bridge needs in Odoo's database.
type Wants struct {
	Role        string
	Password    string // "" leaves setting it to the DBA
	Database    string
	Slot        string
	Publication string
	Connections int  // that the role may have at a time
	RDS         bool // Amazon's role instead of the REPLICATION attribute
	Client      string
	Tables      []Table
}

// Table is one table and what the bridge reads of it.
type Table struct {
	Name      string
	Columns   []string
	Published bool
}

// IdentityView shows the two rows of ir_config_parameter that tell one
// database from another; the table itself holds secrets.
const IdentityView = "odoobridge_identity"

// Extra lists what is read beside the mapped tables, once, at the start.
func Extra() []Table {
	return []Table{
		{Name: "res_users", Columns: []string{"id", "login"}},
		{Name: "ir_module_module", Columns: []string{"name", "latest_version", "state"}},
	}
}

// all is the mapped tables and the extra ones, columns of a table in both merged.
func (w *Wants) all() []Table {
	tables := append([]Table(nil), w.Tables...)
	for _, extra := range Extra() {
		merged := false
		for i := range tables {
			if tables[i].Name == extra.Name {
				tables[i].Columns = union(tables[i].Columns, extra.Columns)
				merged = true
			}
		}
		if !merged {
			tables = append(tables, extra)
		}
	}
	return tables
}

func union(a, b []string) []string {
	all := append([]string(nil), a...)
	for _, name := range b {
		found := false
		for _, present := range a {
			found = found || present == name
		}
		if !found {
			all = append(all, name)
		}
	}
	return all
}

// Published names the tables that the publication must hold.
func (w *Wants) Published(have *Have) []string {
	var names []string
	for _, t := range w.Tables {
		if t.Published && w.installed(t, have) {
			names = append(names, t.Name)
		}
	}
	return names
}

// installed leaves out tables of modules that are not there. Where nobody could
// look, all are taken to be.
func (w *Wants) installed(t Table, have *Have) bool {
	return have == nil || have.Columns[t.Name] != nil
}
