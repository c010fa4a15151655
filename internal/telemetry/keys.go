package telemetry

// Keys of log records. Every record uses these and no others, so that a person
// who searches logs needs to learn one list.
const (
	KeyError     = "error"
	KeyComponent = "component"
	KeyChannel   = "channel"
	KeyLane      = "lane"
	KeyQueue     = "queue"
	KeyCommand   = "command" // its name: "order.place"
	KeyEntity    = "entity"
	KeyEvent     = "event"
	KeyEvents    = "events"
	KeyLSN       = "lsn"
	KeyXID       = "xid"
	KeyTable     = "table"
	KeyTables    = "tables"
	KeyRows      = "rows"
	KeyBytes     = "bytes"
	KeyLimit     = "limit"
	KeyShare     = "share"
	KeySafeWAL   = "safe_wal" // log that the server may still write before it gives the slot up
	KeyCount     = "count"
	KeyAttempt   = "attempt"
	KeyWait      = "wait"
	KeyElapsed   = "elapsed"
	KeyETA       = "eta"
	KeyReason    = "reason"
	KeyRemedy    = "remedy"
	KeySlot      = "slot"
	KeyDatabase  = "database"
	KeyRelease   = "release"
	KeyAddress   = "address"
	KeyPath      = "path"
	KeySignal    = "signal"
	KeyPID       = "pid"
	KeyVersion   = "version"
	KeySequence  = "sequence"
	KeyProgress  = "progress"
	KeyHolder    = "holder" // of the shared store
	KeyAhead     = "ahead"  // of this machine's clock
	KeyTerm      = "term"

	// KeyConnection and KeyObject are as the broker's operators see them.
	KeyConnection = "connection"
	KeyObject     = "object"
)

// Components, the values of KeyComponent.
const (
	ComponentCDC      = "cdc"
	ComponentRouter   = "router"
	ComponentLane     = "lane"
	ComponentOutbound = "outbound"
	ComponentStore    = "store"
	ComponentHTTP     = "http"
	ComponentControl  = "control"
	ComponentJobs     = "jobs"
	ComponentInbound  = "inbound"
)
