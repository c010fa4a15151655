package lane

import (
	"log/slog"
	"slices"
	"strings"
)

// greet compares the lane's entities with those that it had when its cursor was
// saved. A cursor from before they were noted had them all. A load that goes on sends
// what was added meanwhile, where it has not got past that.
func (l *lane) greet(s state) {
	if s.Entities == nil || !l.spec.Initial {
		return
	}
	had := s.Entities
	if s.Load != nil {
		had = slices.Concat(had, s.Load.goOn(l.spec.Entities).Entities)
	}
	l.mu.Lock()
	l.entities = slices.DeleteFunc(slices.Clone(l.spec.Entities), func(e string) bool { return !slices.Contains(had, e) })
	l.mu.Unlock()
	if added := l.unloaded(); len(added) > 0 {
		l.log.Warn("entities were added to a lane that runs already: its channel gets their changes, but has not got what is there",
			slog.String("entity", strings.Join(added, ",")),
			slog.String("remedy", "odoobridge publish --channel "+l.spec.Channel+" --lane "+l.spec.Name+" --all --entity "+strings.Join(added, ",")))
	}
}

// unloaded are the entities that were added after the lane's beginning and whose
// documents the channel was never sent.
func (l *lane) unloaded() []string {
	had := l.acquainted()
	return slices.DeleteFunc(slices.Clone(l.spec.Entities), func(e string) bool { return slices.Contains(had, e) })
}

func (l *lane) acquainted() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.entities
}

// Acquaint notes that a job has sent a lane's channel every document of the load's entities; none stands for all. Of those that
// the channel had not got before, the load is remembered.
func (s *Set) Acquaint(id string, sent Load) {
	_, l := s.find(id)
	if l == nil {
		return
	}
	news := slices.DeleteFunc(l.unloaded(), func(e string) bool { return sent.Entities != nil && !slices.Contains(sent.Entities, e) })
	if len(news) > 0 {
		_, sent.To = s.opts.Journal.Bounds()
		sent.Why, sent.Entities = LoadAdded, news
		l.flight.remember(&sent)
	}
	l.mu.Lock()
	l.entities = slices.DeleteFunc(slices.Clone(l.spec.Entities), func(e string) bool {
		return !slices.Contains(l.entities, e) && !slices.Contains(news, e)
	})
	l.mu.Unlock()
	l.dirty()
}
