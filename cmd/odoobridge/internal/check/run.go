package check

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Question is one thing to look at.
type Question struct {
	Code    string
	Timeout time.Duration // 10 s when not set
	Ask     func(context.Context) ([]Finding, error)
}

const defaultTimeout = 10 * time.Second

// Run asks all questions in order and returns every finding. An error of a
// question is a finding that it could not be answered.
func Run(ctx context.Context, questions []Question, told func([]Finding)) []Finding {
	var all []Finding
	for _, q := range questions {
		found := ask(ctx, q)
		all = append(all, found...)
		if told != nil {
			told(found)
		}
		if ctx.Err() != nil {
			break
		}
	}
	return all
}

func ask(ctx context.Context, q Question) (findings []Finding) {
	timeout := q.Timeout
	if timeout == 0 {
		timeout = defaultTimeout
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	defer func() {
		if r := recover(); r != nil {
			findings = []Finding{{Severity: Fail, Code: q.Code, What: fmt.Sprintf("could not be looked at: %v", r),
				Remedy: "this is a mistake in odoobridge: please report it"}}
		}
	}()
	findings, err := q.Ask(ctx)
	var skip *SkipError
	switch {
	case err == nil:
	case errors.As(err, &skip):
		findings = append(findings, Finding{Severity: Skip, Code: q.Code, What: skip.Error()})
	case errors.Is(err, context.DeadlineExceeded) && ctx.Err() != nil:
		findings = append(findings, Finding{Severity: Fail, Code: q.Code, What: fmt.Sprintf("no answer within %s", timeout),
			Remedy: "is the server overloaded, or the network slow? Try again"})
	default:
		findings = append(findings, Finding{Severity: Fail, Code: q.Code, What: "could not be looked at: " + err.Error()})
	}
	return findings
}

// SkipError says that a question could not be asked, for a reason that is a finding of its own.
type SkipError struct{ Reason string }

func (e *SkipError) Error() string { return "not looked at: " + e.Reason }
