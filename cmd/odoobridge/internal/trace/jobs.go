package trace

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/router/jobs"
)

// linesOfJobs tells which jobs send something of the trace once more: a replay that has an entry of it, and a
// publish of its documents.
func (f *finder) linesOfJobs(_ context.Context, events []Line) (lines []Line) {
	for i := range f.src.Jobs {
		j := &f.src.Jobs[i]
		if f.req.Channel != "" && j.Order.Channel != f.req.Channel || !f.laneTakes(j, "") {
			continue
		}
		if about := f.covered(j, events); len(about) > 0 {
			lines = append(lines, lineOfJob(j, about))
		}
	}
	return lines
}

// covered are the subjects of the trace of which the job sends something, if its lane lets that pass.
func (f *finder) covered(j *jobs.Job, events []Line) (about []string) {
	for _, t := range f.things {
		if !j.Covers(t.doc.Entity, t.doc.Subject) || !f.laneTakes(j, t.doc.Entity) {
			continue
		}
		inside := j.FromEntry == 0 && !gone(&t.doc)
		for _, l := range events {
			inside = inside || l.About == t.doc.Subject && l.Event.Entry >= j.FromEntry && l.Event.Entry <= j.ToEntry && j.FromEntry > 0
		}
		if inside {
			about = append(about, t.doc.Subject)
		}
	}
	return about
}

// laneTakes reports whether the job's lane is there, and takes events of the entity; "": of any.
func (f *finder) laneTakes(j *jobs.Job, entity string) bool {
	for i := range f.src.Lanes {
		if s := &f.src.Lanes[i].Spec; s.Channel == j.Order.Channel && s.Name == j.Order.Lane {
			return entity == "" || s.Takes(entity)
		}
	}
	return false
}

func lineOfJob(j *jobs.Job, about []string) Line {
	job := &Job{ID: j.ID, Lane: j.Order.Channel + "/" + j.Order.Lane, State: string(j.State), Ended: j.Ended, Error: j.Error}
	return Line{Time: j.Began, Kind: KindJob, What: string(j.Order.Kind) + " began", About: job.Lane, Why: "covers " + strings.Join(about, " "), Job: job}
}

func (j *Job) detail() string {
	switch {
	case j.Error != "":
		return fmt.Sprintf("job %s, %s: %s", j.ID, j.State, j.Error)
	case !j.Ended.IsZero():
		return fmt.Sprintf("job %s, %s at %s", j.ID, j.State, j.Ended.UTC().Format(time.DateTime))
	}
	return fmt.Sprintf("job %s, %s", j.ID, j.State)
}
