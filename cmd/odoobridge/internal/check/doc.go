// Package check asks a list of questions about the surroundings of the bridge
// and collects every answer as a finding, each with its remedy.
//
// A question has a time limit and may not take the others down: a panic or a
// time-out of its own is a finding like any other. Findings that something is wrong are kept apart
// from questions that could not be asked, which are "skip" with the reason.
package check
