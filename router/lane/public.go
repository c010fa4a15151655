package lane

import (
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// Envelope is the event that a journal entry is, uncut.
func Envelope(e *store.Event, source string) schema.Event {
	c := encoder{source: source}
	return c.envelope(e)
}

// EventID is the id of the event that a journal entry is.
func EventID(e *store.Event) string { return eventID(e) }
