package outbound

import "fmt"

// Severity says what a finding means for running.
type Severity int

// OK is what was looked at and is as it should be. A Warning can be lived with,
// an Error cannot.
const (
	OK Severity = iota
	Warning
	Error
)

// String is the word for it.
func (s Severity) String() string { return [...]string{"ok", "warning", "error"}[s] }

// Finding is one thing that was looked at.
type Finding struct {
	Severity Severity
	Object   string // "queue \"channel.shop.orders\""
	Have     string
	Want     string
	Remedy   string // what to do; empty when OK
}

// String is one line.
func (f Finding) String() string {
	if f.Severity == OK {
		return fmt.Sprintf("%s: %s", f.Object, f.Have)
	}
	return fmt.Sprintf("%s: %s, but wanted is %s. %s", f.Object, f.Have, f.Want, f.Remedy)
}

// Worst is the gravest severity among findings.
func Worst(findings []Finding) Severity {
	worst := OK
	for _, f := range findings {
		worst = max(worst, f.Severity)
	}
	return worst
}
