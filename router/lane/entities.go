package lane

import (
	"log/slog"
	"slices"
	"strings"
)

// greet compares the lane's entities with those that it had when its cursor was
// saved. A cursor from before they were noted had them all.
func (l *lane) greet(s state) {
	if s.Entities == nil || !l.spec.Initial {
		return
	}
	l.mu.Lock()
	l.entities = slices.DeleteFunc(slices.Clone(l.spec.Entities), func(e string) bool { return !slices.Contains(s.Entities, e) })
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

// Acquaint notes that a lane's channel was sent every document of the entities; none stands for all.
func (s *Set) Acquaint(id string, entities []string) {
	_, l := s.find(id)
	if l == nil {
		return
	}
	l.mu.Lock()
	l.entities = slices.DeleteFunc(slices.Clone(l.spec.Entities), func(e string) bool {
		return !slices.Contains(l.entities, e) && entities != nil && !slices.Contains(entities, e)
	})
	l.mu.Unlock()
	l.dirty()
}
