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
func (w *walker) checkPromise(channel *Channel, lane *Lane, path string) {
	w.checkInFlight(channel, lane, path+".inflight")
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

// checkInFlight wants what is taken off to be about stock levels, to be seen, and to be sold by somebody.
func (w *walker) checkInFlight(channel *Channel, lane *Lane, at string) {
	places := func(c Channel) bool { return slices.Contains(c.Commands, "order.place") }
	if lane.InFlight == "none" || lane.InFlight == "" {
		return
	}
	switch {
	case !slices.Contains(lane.Entities, "stock_level"):
		w.problem(w.places[at], at, "is about stock, and the lane has no stock_level", "leave it out, or add the entity")
	case lane.Fields != nil && !slices.Contains(lane.Fields, "available"):
		w.problem(w.places[at], at, "shows in a field that the lane leaves out: the lane's fields do not have available", "add available to fields")
	case lane.InFlight == "own" && !places(*channel):
		w.problem(w.places[at], at, "counts the channel's own orders, and the channel may not send order.place", "write all, leave it out, or add order.place to the channel's commands")
	case !slices.ContainsFunc(w.config.Channels, places):
		w.problem(w.places[at], at, "counts orders, and no channel may send order.place", "leave it out, or add order.place to a channel's commands")
	}
}
