package command

import (
	"time"

	"github.com/odoobridge/odoobridge/schema"
)

// Kind is what became of a command.
type Kind string

// The kinds of outcome.
const (
	Applied  Kind = "applied"  // done in Odoo
	Rejected Kind = "rejected" // never will work as sent
	Parked   Kind = "parked"   // a person or a rule must decide
	Waiting  Kind = "waiting"  // something it needs is not there yet
)

// Outcome is an executor's answer.
type Outcome struct {
	Kind     Kind
	Odoo     Reference     // the main record
	Also     []Reference   // other records that were made or changed
	Bindings []Binding     // which records the channel's ids were found, or made, to mean
	Problems []Problem     // why not; or, with Applied, what was left alone
	WaitsFor []string      // with Waiting or Parked: what may let it go on by itself: "customer/7001", "mapping/tax/VAT21", "sku/ABC"
	After    time.Duration // with Waiting: look again then at the latest
	Called   time.Duration // what calls to Odoo took, and their turn among others
}

// Reference is a record of Odoo.
type Reference struct {
	Model string `json:"model"`          // "sale.order"
	ID    int64  `json:"id"`             // 42
	Name  string `json:"name,omitempty"` // "S00042"
}

// Binding is which record a channel's id means, to be remembered for good.
type Binding struct {
	ExternalID string // "channel_shopify.customer_7001"
	Model      string // "res.partner"
	Record     int64
}

// Problem is one reason, for the channel's developer and for the person who decides.
type Problem struct {
	Code       string      `json:"code"`                 // "unknown_sku"; channels switch on it
	Path       string      `json:"path,omitempty"`       // "lines[1].sku"; empty when it is about the whole
	Message    string      `json:"message"`              // what is wrong, without personal data
	Remedy     string      `json:"remedy,omitempty"`     // what to do about it
	Candidates []Reference `json:"candidates,omitempty"` // records among which a person chooses
}

// ProblemOf is a problem with the remedy that its code usually has.
func ProblemOf(code, path, message string) Problem {
	p := Problem{Code: code, Path: path, Message: message}
	for _, known := range schema.ProblemCodes() {
		if known.Code == code {
			p.Remedy = known.Remedy
		}
	}
	return p
}

// RetryError says that nothing is decided, and when to try again. Zero After leaves
// that to the back-off.
type RetryError struct {
	After time.Duration
	Err   error
}

func (e *RetryError) Error() string { return e.Err.Error() }
func (e *RetryError) Unwrap() error { return e.Err }
