package config

import (
	"regexp"
	"slices"
)

var (
	quantityPattern = regexp.MustCompile(`^[0-9]{1,12}(\.[0-9]{1,6})?$`)
	signedPattern   = regexp.MustCompile(`^-?[0-9]{1,12}(\.[0-9]{1,6})?$`)
)

// aQuantity is a decimal number of units.
func aQuantity(signed bool) kind {
	pattern, right := quantityPattern, "write a number of units: 2, or 0.5"
	if signed {
		pattern, right = signedPattern, "write a number of units: 0, 2 or -5"
	}
	k := text("a quantity", pattern.String(), right, pattern.MatchString)
	k.schema = map[string]any{"anyOf": []any{map[string]any{"type": "number"}, map[string]any{"type": "string", "pattern": pattern.String()}}}
	return k
}

// checkPromise wants what is promised to be about stock levels, and seen.
func (w *walker) checkPromise(lane *Lane, path string) {
	if lane.Promise == "" {
		for _, key := range []struct{ name, value string }{{"buffer", lane.Buffer}, {"floor", lane.Floor}} {
			if at := path + "." + key.name; key.value != "" && w.places[path+".promise"] == nil {
				w.problem(w.places[at], at, "means something with promise only", "write promise: free, safe or forecast")
			}
		}
		return
	}
	at := path + ".promise"
	switch {
	case !slices.Contains(lane.Entities, "stock_level"):
		w.problem(w.places[at], at, "promises stock, and the lane has no stock_level", "leave it out, or add the entity")
	case lane.Fields != nil && !slices.Contains(lane.Fields, "available"):
		w.problem(w.places[at], at, "is shown in a field that the lane leaves out: the lane's fields do not have available", "add available to fields")
	}
}
