package trace

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/internal/store"
)

// stepsOf tells the attempts of a command that decided nothing, and what put it back in line.
func (f *finder) stepsOf(ctx context.Context, c *said) (lines []Line, err error) {
	steps, err := f.src.Commands.Steps(ctx, c.Seq)
	if err != nil {
		return nil, err
	}
	var before, missing int64
	for i := range steps {
		missing += steps[i].Number - before - 1
		before = steps[i].Number
		lines = append(lines, lineOfStep(c, &steps[i]))
	}
	if missing > 0 {
		f.notes = append(f.notes, fmt.Sprintf("of the steps of %s of %s the first %d and the newest %d are kept: %d between them are not", c.ID, c.Channel, store.FirstSteps, store.NewestSteps, missing))
	}
	return lines, nil
}

func lineOfStep(c *said, s *store.Step) Line {
	what, detail := "failed", ""
	switch s.What {
	case store.StepFailed:
		detail = s.Reason
	case store.StepWaits:
		what, detail = "found missing", strings.Join(s.WaitsFor, ", ")
	case store.StepInterrupted:
		what, detail = "interrupted", "the bridge was stopped: "+s.Reason
	case store.StepCutOff:
		what, detail = "cut off", s.Reason
	case store.StepWoken:
		what, detail = "looks again", "for "+s.Reason
	}
	if s.What != store.StepWoken {
		detail = fmt.Sprintf("attempt %d%s: %s", s.Attempt, took(s), detail)
		if s.Due.After(s.Time) {
			detail += ", again at " + s.Due.UTC().Format(time.DateTime)
		}
	}
	return Line{Time: s.Time, Kind: KindAttempt, What: c.Name + " " + what, About: c.Channel + " " + c.ID, Why: c.why, Command: &Command{
		Channel: c.Channel, ID: c.ID, Name: c.Name, Detail: detail, Attempt: s.Attempt, Class: s.Class, WaitsFor: s.WaitsFor, Next: s.Due,
	}}
}

func took(s *store.Step) string {
	if s.Begun.IsZero() || !s.Time.After(s.Begun) {
		return ""
	}
	return ", " + s.Time.Sub(s.Begun).Round(time.Millisecond).String()
}

// alike reports whether two lines tell the same but for when, and for which attempt.
func (l *Line) alike(other *Line) bool {
	return l.Kind == KindAttempt && other.Kind == KindAttempt && l.What == other.What && l.About == other.About &&
		l.Command.Class == other.Command.Class && slices.Equal(l.Command.WaitsFor, other.Command.WaitsFor)
}

// run is how many lines from the i-th on are alike.
func run(lines []Line, i int) int {
	n := 1
	for i+n < len(lines) && lines[i].alike(&lines[i+n]) {
		n++
	}
	return n
}
