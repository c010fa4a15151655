package dba

import "strings"

// Statement is one step of a plan.
type Statement struct {
	Section string `json:"section"`
	Why     string `json:"why"`
	SQL     string `json:"sql"`            // as it is shown
	Undo    string `json:"undo,omitempty"` // what takes it back
	Advice  bool   `json:"advice,omitempty"`

	run string // what is run instead of SQL when that hides a secret
}

func (s Statement) runs() string {
	if s.run != "" {
		return s.run
	}
	return s.SQL
}

// Sections of a plan, in order.
const (
	sectionRole        = "The bridge's role"
	sectionGrants      = "What it may read"
	sectionIdentity    = "Which database this is"
	sectionPublication = "What is published"
	sectionServer      = "Settings of the server, by hand"
)

// Quote writes an identifier as a person would: in quotes only where it needs them.
func Quote(name string) string {
	if plainIdentifier.MatchString(name) && !reserved[name] {
		return name
	}
	return `"` + strings.ReplaceAll(name, `"`, `""`) + `"`
}

// Literal writes a text constant.
func Literal(text string) string {
	quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
	if strings.Contains(text, `\`) {
		return "E" + strings.ReplaceAll(quoted, `\`, `\\`)
	}
	return quoted
}

func quoteAll(names []string) string {
	quoted := make([]string, len(names))
	for i, name := range names {
		quoted[i] = Quote(name)
	}
	return strings.Join(quoted, ", ")
}
