package trace

import (
	"fmt"
	"io"
	"regexp"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Print writes the trace for a person: what it is about, what happened, and what could not be told.
func (t *Trace) Print(out io.Writer) error {
	var b strings.Builder
	if len(t.Things) == 0 && len(t.Lines) == 0 {
		fmt.Fprintf(&b, "nothing is known of %s\n", t.Key)
	}
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	if len(t.Things) > 0 {
		fmt.Fprintln(w, "NOW\tREVISION\tSTATE\tWHY")
	}
	for _, thing := range t.Things {
		fmt.Fprintf(w, "%s\t%d\t%s\t%s\n", thing.Subject, thing.Revision, thing.stateText(), thing.Why)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if len(t.Things) > 0 && len(t.Lines) > 0 {
		fmt.Fprintln(w)
	}
	if len(t.Lines) > 0 {
		fmt.Fprintln(w, "TIME\tWHAT\tABOUT\tDETAIL\tLANES")
	}
	for i := 0; i < len(t.Lines); i++ {
		t.Lines[i].print(w)
		if n := run(t.Lines, i); n > mostAlike {
			fmt.Fprintf(w, "…\t%d more like it\t%s\t--json has them\t\n", n-2, t.Lines[i].About)
			i += n - 2
		}
	}
	if err := w.Flush(); err != nil {
		return err
	}
	for _, note := range t.Notes {
		fmt.Fprintf(&b, "note: %s\n", note)
	}
	_, err := io.WriteString(out, padding.ReplaceAllString(b.String(), ""))
	return err
}

// padding is what follows the last word of a line. A terminal that is narrower than the widest line would fill lines with it.
var padding = regexp.MustCompile(`(?m) +$`)

// mostAlike is how many lines that tell the same follow one another before those between are counted alone.
const mostAlike = 4

func (l *Line) print(w io.Writer) {
	fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", l.Time.UTC().Format(time.DateTime), l.What, l.About, l.detail(), l.lanesText()) //nolint:errcheck // into memory
}

func (t *Thing) stateText() string {
	var parts []string
	if t.Gone {
		parts = append(parts, "gone")
	}
	if t.Poisoned != "" {
		parts = append(parts, "cannot be built: "+t.Poisoned)
	}
	for _, name := range stateFields {
		switch value, there := t.State[name]; {
		case !there || name == "active" && value == "true" || name == "locked" && value == "false":
		case name == "state":
			parts = append(parts, value)
		default:
			parts = append(parts, name+" "+value)
		}
	}
	return strings.Join(parts, ", ")
}

func (l *Line) detail() string {
	var parts []string
	if e := l.Event; e != nil {
		parts = append(parts, fmt.Sprintf("r%d %s", e.Revision, e.ID))
		if len(e.Changed) > 0 {
			parts = append(parts, strings.Join(e.Changed, " "))
		}
		if e.Origin != "" {
			parts = append(parts, "by "+e.Origin)
		}
		if e.Resync {
			parts = append(parts, "found by a resync")
		}
	}
	if c := l.Command; c != nil {
		if c.Actor != "" {
			parts = append(parts, "by "+c.Actor)
		}
		if c.Odoo != "" {
			parts = append(parts, c.Odoo)
		}
		if c.Detail != "" {
			parts = append(parts, c.Detail)
		}
	}
	if l.Job != nil {
		parts = append(parts, l.Job.detail(), l.Why)
	}
	if l.Reading != nil {
		parts = append(parts, l.Reading.detail(), l.Why)
	}
	if l.Load != nil {
		parts = append(parts, l.Load.detail(), l.Why)
	}
	if l.Kind == KindCommand {
		parts = append(parts, l.Why)
	}
	return strings.Join(parts, ", ")
}

// lanesText groups the lanes by what became of the event on them. Behind each is when that was.
func (l *Line) lanesText() string {
	if l.Event == nil {
		return ""
	}
	var fates []string
	lanes := map[string][]string{}
	for _, d := range l.Lanes {
		fate := d.Fate
		if d.Note != "" {
			fate += " (" + d.Note + ")"
		}
		if !slices.Contains(fates, fate) {
			fates = append(fates, fate)
		}
		name := d.Lane
		if when := d.when(l.Time); when != "" {
			name += " (" + when + ")"
		}
		lanes[fate] = append(lanes[fate], name)
	}
	var parts []string
	for _, fate := range fates {
		parts = append(parts, strings.Join(lanes[fate], " ")+" "+fate)
	}
	return strings.Join(parts, "; ")
}
