package trace

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/odoobridge/odoobridge/internal/store"
)

// Run finds what the key is about, and tells what happened to it. That nothing is known of the key is
// no error: the trace then has no things and no lines.
func Run(ctx context.Context, src *Sources, req Request) (*Trace, error) {
	f := &finder{src: src, req: req, known: map[ident]*thing{}, commands: map[int64]*said{}}
	for _, step := range []struct {
		what string
		do   func(context.Context) error
	}{
		{"read the newest events", f.readFresh}, {"find it", f.match}, {"find what belongs to it", f.relate},
		{"find commands about it", f.commandsOfThings}, {"find what they made", f.thingsOfCommands},
	} {
		if err := step.do(ctx); err != nil {
			return nil, fmt.Errorf("trace %s: %s: %w", req.Key, step.what, err)
		}
	}
	t := &Trace{Key: req.Key, At: src.Now, Things: []Thing{}, Lines: []Line{}, Unmoved: src.Unmoved}
	events := 0 // lines of events come first
	for _, tell := range []func(context.Context) ([]Line, error){f.linesOfEvents, f.linesOfCommands} {
		lines, err := tell(ctx)
		if err != nil {
			return nil, fmt.Errorf("trace %s: %w", req.Key, err)
		}
		t.Lines = append(t.Lines, lines...)
		if events == 0 {
			events = len(lines)
		}
	}
	told := slices.Clone(t.Lines[:events])
	t.Lines = append(t.Lines, f.linesOfJobs(ctx, told)...)
	readings, err := f.linesOfReadings(ctx, told)
	if err != nil {
		return nil, fmt.Errorf("trace %s: %w", req.Key, err)
	}
	t.Lines = append(t.Lines, readings...)
	loads, err := f.linesOfLoads(ctx)
	if err != nil {
		return nil, fmt.Errorf("trace %s: %w", req.Key, err)
	}
	t.Lines = append(t.Lines, loads...)
	t.Lines = inTime(slices.DeleteFunc(t.Lines, func(l Line) bool { return l.Time.Before(req.Since) }))
	for _, thing := range f.things {
		t.Things = append(t.Things, f.describe(thing))
	}
	t.Notes = f.notes
	if src.Commands == nil {
		t.Notes = append(t.Notes, "there is no ledger of commands here: nothing is known of commands")
	}
	return t, nil
}

// inTime orders lines. What the journal has numbered stays in that order, whatever the clocks said.
func inTime(lines []Line) []Line {
	var events []Line
	var others []Line
	for _, l := range lines {
		if l.Event != nil {
			events = append(events, l)
		} else {
			others = append(others, l)
		}
	}
	slices.SortFunc(events, func(a, b Line) int { return cmp.Compare(a.Entry, b.Entry) })
	slices.SortStableFunc(others, func(a, b Line) int { return a.Time.Compare(b.Time) })
	merged := make([]Line, 0, len(lines))
	for _, e := range events {
		for len(others) > 0 && !others[0].Time.After(e.Time) {
			merged, others = append(merged, others[0]), others[1:]
		}
		merged = append(merged, e)
	}
	return append(merged, others...)
}

func (f *finder) describe(t *thing) Thing {
	d := &t.doc
	is := Thing{Subject: d.Subject, Why: t.why, Revision: d.Revision, LSN: d.LSN.String(), Gone: gone(d), State: stateOf(d.Entity, d.Body)}
	for _, p := range f.src.Poisoned {
		if p.Entity == d.Entity && p.Key == store.Key(d.Key) {
			is.Poisoned = p.Reason
		}
	}
	return is
}

func sortedKeys[K cmp.Ordered, V any](m map[K]V) []K { return slices.Sorted(maps.Keys(m)) }
