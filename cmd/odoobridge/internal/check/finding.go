package check

// Severity is how bad a finding is.
type Severity string

// OK was looked at and is well. Warn can be lived with. Fail keeps the bridge
// from working, or lets it do harm. Skip could not be looked at.
const (
	OK   Severity = "ok"
	Warn Severity = "warn"
	Fail Severity = "fail"
	Skip Severity = "skip"
)

// Finding is one thing that was looked at.
type Finding struct {
	Severity Severity `json:"severity"`
	Code     string   `json:"code"` // "postgres.wal_level": stable, for scripts
	What     string   `json:"what"`
	Why      string   `json:"why,omitempty"`    // why it matters
	Remedy   string   `json:"remedy,omitempty"` // what to do, in words
	SQL      []string `json:"sql,omitempty"`    // what to run, as an administrator
}

// Good is a finding that all is well.
func Good(code, what string) Finding { return Finding{Severity: OK, Code: code, What: what} }

// Summary counts findings.
type Summary struct {
	OK   int `json:"ok"`
	Warn int `json:"warn"`
	Fail int `json:"fail"`
	Skip int `json:"skip"`
}

// Count sums findings up.
func Count(findings []Finding) Summary {
	var s Summary
	for _, f := range findings {
		switch f.Severity {
		case OK:
			s.OK++
		case Warn:
			s.Warn++
		case Fail:
			s.Fail++
		case Skip:
			s.Skip++
		}
	}
	return s
}

// Failed reports whether any finding keeps the bridge from working.
func Failed(findings []Finding) bool { return Count(findings).Fail > 0 }
