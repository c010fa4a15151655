package inbound

import (
	"bytes"
	"encoding/json"
	"reflect"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// asksOtherwise says whether a command that is the same wish as the first, by another id, has other data: a channel that thinks it
// changes something by that is to hear that it did not. How the data are written makes no difference.
func asksOtherwise(first, c *store.Command) bool {
	done, err := dataOf(first)
	if err != nil {
		return false // not kept any more
	}
	asked, err := dataOf(c)
	if err != nil || bytes.Equal(done, asked) {
		return false
	}
	a, b := valuesOf(done), valuesOf(asked)
	return a != nil && b != nil && !reflect.DeepEqual(a, b)
}

// valuesOf is what JSON says, numbers as they are written; nil for none.
func valuesOf(data json.RawMessage) (values any) {
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if dec.Decode(&values) != nil {
		return nil
	}
	return values
}

func doneOtherwise() command.Problem {
	return command.ProblemOf(schema.CodeDoneOtherwise, "data", "this was asked for before by another id, with other data: what that command did stands, and nothing of this one was done")
}
