package commands

// Source is a ledger that nobody works on, to be read out whole.
type Source interface {
	// Identity names the contents. They have another one each time after they were open to be changed.
	Identity() string
	// Left says how the ledger was left: see PowerLost.
	Left() (orderly, powerLost bool, err error)
	// Tables are all that hold contents: all but the one that says how the ledger was left.
	Tables() ([]Table, error)
	// Rows reads a table. What it returns is closed before the next one is read.
	Rows(t Table) (Rows, error)
}

// Table is one of a source's tables.
type Table struct {
	Name    string
	Columns []string
	Given   int64 // the highest number that a row was ever given; 0 where the ledger numbers none
}

// Rows are read one after the other. Values are int64, string, []byte and nil, and good until the next one.
type Rows interface {
	Next() bool
	Values() ([]any, error)
	Err() error
	Close()
}
