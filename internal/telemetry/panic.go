package telemetry

import (
	"errors"
	"fmt"
	"runtime"
	"strings"
)

// Panic says what went wrong and where, for whoever has recovered from it. A value that was panicked with may
// hold anything, also a person's data: only its type is told, and the runtime's own words.
func Panic(failure any) string {
	what := fmt.Sprintf("%T", failure)
	var known runtime.Error
	if err, ok := failure.(error); ok && errors.As(err, &known) {
		what = known.Error()
	}
	return what + placeOfPanic()
}

// placeOfPanic is the innermost function that was running.
func placeOfPanic() string {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(1, pcs)])
	panicked := false
	for {
		f, more := frames.Next()
		switch {
		case f.Function == "runtime.gopanic":
			panicked = true
		case panicked && !strings.HasPrefix(f.Function, "runtime."):
			name := f.Function[strings.LastIndexByte(f.Function, '/')+1:]
			return fmt.Sprintf(" in %s, line %d", name, f.Line)
		}
		if !more {
			return ""
		}
	}
}
