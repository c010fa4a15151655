package store

import "time"

// Step is what a command's way was beside what the audit trail tells: an attempt that decided
// nothing for good, or what put it back in line. It is never changed, and goes with its command. What is
// decided (applied, parked, retried by a person) is in the audit trail, so a command that is applied at once has none.
type Step struct {
	Number   int64 // counts up for each command; one that is missing was one of too many
	Time     time.Time
	Begun    time.Time // when the attempt was taken; zero for StepWoken and StepCutOff
	Attempt  int       // so many were begun until then
	What     StepKind
	Class    string   // of the error, "busy"; or the code of what it waits for
	Reason   string   // the error; what or who woke it. No personal data
	WaitsFor []string // of StepWaits
	Due      time.Time
}

// StepKind is what a step was.
type StepKind string

// The kinds of steps.
const (
	StepFailed      StepKind = "failed"      // an attempt ended with an error, and is made again
	StepWaits       StepKind = "waits"       // an attempt found that something is not there yet
	StepInterrupted StepKind = "interrupted" // the bridge was stopped during an attempt
	StepCutOff      StepKind = "cut off"     // the bridge ended in the middle of an attempt, without a word
	StepWoken       StepKind = "woken"       // what it waits for may be there
)

// Of the steps of one command the first and the newest are kept.
const (
	FirstSteps  = 20
	NewestSteps = 80
)
