package schema

import (
	_ "embed"
	"encoding/json"
	"sync"
)

// Reason is one that a command may be parked, rejected or kept waiting for when it is carried out, or that is
// reported though it is applied.
type Reason struct {
	Code     string   `json:"code"`
	Outcomes []string `json:"outcomes"`       // parked, rejected, waits, applied
	Path     string   `json:"path,omitempty"` // "data.customer"; … stands for what depends
	Message  string   `json:"message"`        // likewise
}

//go:embed reasons.json
var reasonsText []byte

var reasonsOf = sync.OnceValue(func() (of map[string][]Reason) {
	if err := json.Unmarshal(reasonsText, &of); err != nil {
		panic(err) // generated and tested
	}
	return of
})

// ReasonsOf are the reasons of a command beside those that every command may have (CommonReasons), as they
// are found in the source of what carries it out.
func ReasonsOf(command string) []Reason { return reasonsOf()[command] }

// CommonReasons are the codes that every command may be answered with.
func CommonReasons() []string {
	return []string{CodeUnreadable, CodeInvalid, CodeTooLarge, CodeUnknownCommand, CodeNotGranted, CodeWrongSender, CodeConflict, CodeDuplicateID, CodeDoneOtherwise, CodeOverwrote, CodeTooManyTries, CodeFault,
		CodeNotAllowed, CodeRefused, CodeNotSupported}
}
