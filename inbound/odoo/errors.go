package odoo

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
)

// Kind is what an error means for whoever made the call.
type Kind string

// The kinds of errors.
const (
	// Decided by Odoo: nothing was done, and the same call gets the same answer.
	User       Kind = "user"       // a business rule refuses
	Validation Kind = "validation" // a value is missing or wrong; load() refused
	Access     Kind = "access"     // the bridge's user may not
	Missing    Kind = "missing"    // a record is not there
	Faulty     Kind = "faulty"     // unknown model, method, field, or an error in Odoo's own code
	Unsendable Kind = "unsendable" // the call cannot be written for this release

	// Nothing was done, and later it may work.
	Busy    Kind = "busy"     // transactions in one another's way, after Odoo's own tries
	Denied  Kind = "denied"   // the key or the login is refused
	NotSent Kind = "not_sent" // Odoo was not reached
	Limited Kind = "limited"  // too many calls (429)
	Paused  Kind = "paused"   // not tried: the circuit is open, or calls are not allowed
	Stopped Kind = "stopped"  // the caller's context ended before the call was sent

	// Nobody knows whether it was done: read back, later.
	Ambiguous Kind = "ambiguous" // sent, and no answer; 502, 503 or 504 from a proxy; an answer that cannot be read
)

// Error is a call that failed. Its text holds no values.
type Error struct {
	Kind   Kind
	Call   string        // "sale.order.action_confirm"
	Name   string        // Odoo's exception, "odoo.exceptions.UserError"; or ""
	Status int           // of HTTP
	After  time.Duration // for Paused and Limited: when to try again
	Err    error         // what was below, if anything

	message string    // Odoo's own words: may hold personal data
	sent    []string  // texts that were sent, to be taken out of them
	began   time.Time // when a request left that nobody waits for any more, though Odoo may be at work for it; zero for none
}

func (e *Error) Error() string {
	text := "call " + e.Call + " of Odoo: " + string(e.Kind)
	if e.Name != "" {
		text += " (" + e.Name + ")"
	}
	if e.Status != 0 && e.Status != 200 {
		text += fmt.Sprintf(" (HTTP %d)", e.Status)
	}
	if e.Err != nil {
		text += ": " + e.Err.Error()
	}
	return text
}

func (e *Error) Unwrap() error { return e.Err }

// Class is the kind, for whoever only notes it.
func (e *Error) Class() string { return string(e.Kind) }

// Decided says that Odoo refused the call for good: nothing was done, and doing it
// again as it is changes nothing.
func (e *Error) Decided() bool {
	switch e.Kind {
	case User, Validation, Access, Missing, Faulty, Unsendable:
		return true
	}
	return false
}

// reads are the methods that change nothing in Odoo, of those that are called.
var reads = []string{
	"search_read", "read", "search", "fields_get", "check_object_reference", "get_external_id", "has_group", "has_access", "check_access_rights", "version",
}

// OnlyReads says that the call changes nothing, whether Odoo carried it out or not, or is still at it.
func (e *Error) OnlyReads() bool {
	return slices.Contains(reads, e.Call[strings.LastIndexByte(e.Call, '.')+1:])
}

// IsKind says whether an error is a call's, of one of the kinds.
func IsKind(err error, kinds ...Kind) bool {
	var e *Error
	if !errors.As(err, &e) {
		return false
	}
	for _, kind := range kinds {
		if e.Kind == kind {
			return true
		}
	}
	return false
}
