package main

import (
	"context"
	"errors"
	"fmt"
)

// The exit codes of every verb.
const (
	exitFine    = 0
	exitFailed  = 1
	exitUsage   = 2 // wrong use or configuration
	exitPerson  = 3 // nothing but a person's decision helps: slot lost, wrong database
	exitAborted = 130
)

// coder is an error that knows its exit code. Any room's error may.
type coder interface{ ExitCode() int }

// exitError gives an error an exit code.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string { return e.err.Error() }
func (e *exitError) Unwrap() error { return e.err }

// ExitCode implements coder.
func (e *exitError) ExitCode() int { return e.code }

// usage marks an error as wrong use.
func usage(err error) error { return &exitError{exitUsage, err} }

// needsPerson marks an error that waiting and trying again will not mend.
func needsPerson(err error) error { return &exitError{exitPerson, err} }

// quietly is an exit code without a message: what is wrong was printed already.
func quietly(code int) error { return &exitError{code, errSaid} }

var errSaid = errors.New("said already")

// person is an error of a room that only a person's decision mends.
type person interface{ NeedsPerson() bool }

// cutShort is the error of a verb that was stopped before it had an answer:
// scripts must not take that for a yes.
func cutShort(ctx context.Context, err error) error {
	if ctx.Err() == nil {
		return err
	}
	return &exitError{exitAborted, fmt.Errorf("stopped before the end: %w", context.Cause(ctx))}
}

// exitCode maps an error to the process's exit code. For a verb that runs
// until it is told to stop, being told is no failure.
func exitCode(err error) int {
	var c coder
	var p person
	switch {
	case err == nil:
		return exitFine
	case errors.As(err, &c):
		return c.ExitCode()
	case errors.Is(err, context.Canceled):
		return exitFine
	case errors.As(err, &p) && p.NeedsPerson():
		return exitPerson
	}
	return exitFailed
}
