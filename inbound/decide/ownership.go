package decide

import "slices"

// Ownership is configuration: entity or entity.field → a channel, channels of which the
// first wins, or place → channel. What is not named is Odoo's.
type Ownership map[string]any

// Odoo is the owner of what is not named.
const Odoo = "odoo"

// Field says whether a channel may change a field of a thing that is there already.
// Of several owners the first may always; the others may fill what is empty.
func (o Ownership) Field(channel, entity, field string, empty bool) bool {
	owner, named := o[entity+"."+field]
	if !named {
		owner, named = o[entity]
	}
	if !named {
		return false
	}
	switch who := owner.(type) {
	case string:
		return who == channel
	case []string:
		at := slices.Index(who, channel)
		return at == 0 || at > 0 && empty
	}
	return false
}

// At says whether a channel may change a thing at a place (a warehouse). Where
// nothing is named for the entity, having been granted the command is enough; once a
// place is named, it is its owner's alone, and places that are not named are Odoo's.
func (o Ownership) At(channel, entity, place string) bool {
	owner, named := o[entity]
	if !named {
		return true
	}
	switch who := owner.(type) {
	case string:
		return who == channel
	case []string:
		return slices.Contains(who, channel)
	case map[string]string:
		return who[place] == channel
	}
	return false
}
