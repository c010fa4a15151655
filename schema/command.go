package schema

import "sync"

// Command describes one wish that a channel may send. The descriptions are the
// one source of the JSON Schemas of commands and of docs/COMMANDS.md; the Go types of the data
// (OrderPlace and its like) are held to them by a test.
type Command struct {
	Name     string // "order.place"
	Doc      string
	Subject  string // what the subject is the channel's own id of
	Workload string // Orders, Stock, Customers or Finance
	Once     string // what makes two commands the same wish; "" when a later one simply follows
	Inputs   []Input
	OneOf    [][]string // of each group of inputs exactly one must be there
	AnyOf    []string   // of these inputs one at least must be there
}

// The workloads. Each has a queue and workers of its own, so that none waits for another.
const (
	Orders    = "orders"
	Stock     = "stock"
	Customers = "customers"
	Finance   = "finance"
)

// Workloads are all workloads, in the order in which they are listed.
func Workloads() []string { return []string{Orders, Stock, Customers, Finance} }

// Input is one field of a command's data, or of an object in it. Fields that are not
// described are refused.
type Input struct {
	Name     string
	Kind     Kind
	Required bool
	Nullable bool // null empties what Odoo has
	Doc      string
	Limit    int      // most characters of a text, most items of a list; 0: the kind's own
	Values   []string // the only ones allowed
	Pattern  string
	Unique   bool       // no two items of the list that it is in have the same
	Write    string     // how what Pattern asks for is written, in words
	Inputs   []Input    // of an object, or of each object in a list
	OneOf    [][]string // of each group of Inputs exactly one must be there
}

// The kinds that only commands have. All are decimal strings.
const (
	Signed   Kind = "signed"   // any
	Unsigned Kind = "unsigned" // not below zero
	Positive Kind = "positive" // above zero
)

// Bounds of what a command may carry.
const (
	MaxText    = 256     // characters of a text without a limit of its own
	MaxLines   = 1000    // items of a list of objects
	MaxStrings = 50      // items of a list of strings
	MaxCommand = 1 << 20 // bytes of a whole command
)

// Commands are all commands, in the order in which they are documented.
func Commands() []Command {
	return []Command{
		customerUpsert(), consentUpdate(),
		orderPlace(), orderCancel(), shipmentConfirm(), returnRequest(), returnReceive(),
		paymentRecord(), refundRecord(),
		stockCount(), stockAdjust(),
	}
}

// byName has the commands by their names, put together once: each command that arrives asks several times.
var byName = sync.OnceValue(func() map[string]Command {
	named := map[string]Command{}
	for _, c := range Commands() {
		named[c.Name] = c
	}
	return named
})

// CommandNamed returns a command's description, which all callers share: nothing in it may be changed.
func CommandNamed(name string) (Command, bool) {
	c, known := byName()[name]
	return c, known
}

// CommandNames lists the names of all commands.
func CommandNames() []string {
	var names []string
	for _, c := range Commands() {
		names = append(names, c.Name)
	}
	return names
}

// DataSchemaOfCommand names the JSON Schema of a command's data.
func DataSchemaOfCommand(name string) string { return "urn:odoobridge:" + name + ".command:v1" }
