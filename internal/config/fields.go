package config

import (
	"fmt"
	"slices"
	"strings"
)

// checkFields wants every field of fields and where to be one that a document
// of the lane has: anything else would filter everything away without a word.
func (w *walker) checkFields(lane *Lane, path string) {
	var known []string
	for _, name := range lane.Entities {
		if e, found := findEntity(name); found {
			known = append(known, e.fields...)
		}
	}
	if len(known) == 0 {
		return
	}
	slices.Sort(known)
	known = slices.Compact(known)
	for i, name := range lane.Fields {
		w.checkField(name, fmt.Sprintf("%s.fields[%d]", path, i), known)
	}
	for _, name := range sortedKeys(lane.Where) {
		w.checkField(name, path+".where."+name, known)
	}
}

func (w *walker) checkField(name, path string, known []string) {
	if node := w.places[path]; node != nil && !slices.Contains(known, name) {
		w.problem(node, path, fmt.Sprintf("%q is not a field of this lane's documents", shorten(name)),
			remedy("fields: "+strings.Join(known, ", "), didYouMean(name, known)))
	}
}
