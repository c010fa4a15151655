package inbound

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/santhosh-tekuri/jsonschema/v6/kind"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// schemas are the compiled JSON Schemas of all commands.
var schemas = sync.OnceValue(func() map[string]*jsonschema.Schema {
	compiled := map[string]*jsonschema.Schema{}
	for _, name := range schema.CommandNames() {
		document, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.CommandSchema(name)))
		if err != nil {
			panic(fmt.Sprintf("schema of %s: %v", name, err)) // generated and tested
		}
		compiler := jsonschema.NewCompiler()
		compiler.AssertFormat()
		compiler.RegisterFormat(&jsonschema.Format{Name: "date-time", Validate: isTime})
		if err := compiler.AddResource(name, document); err != nil {
			panic(fmt.Sprintf("schema of %s: %v", name, err))
		}
		compiled[name] = compiler.MustCompile(name)
	}
	return compiled
})

// maxProblems bounds an answer to a message that is wrong throughout.
const maxProblems = 50

// validate says everything that is wrong with a command of that name. No value is quoted: it
// may be a person's.
func validate(name string, raw map[string]any) []command.Problem {
	described, _ := schema.CommandNamed(name)
	f := finder{command: &described, raw: raw}
	if !conforms(name, raw) {
		var invalid *jsonschema.ValidationError
		if err := schemas()[name].Validate(raw); errors.As(err, &invalid) {
			f.walk(invalid)
		} else if err != nil {
			return []command.Problem{{Code: schema.CodeInvalid, Message: "cannot be checked"}}
		}
	}
	f.repeated(described.Inputs, raw["data"], []string{"data"})
	slices.SortStableFunc(f.problems, func(a, b command.Problem) int { return strings.Compare(a.Path, b.Path) })
	return f.problems
}

// isTime takes what Go reads as RFC 3339: capital T and Z, no leap second. A year of another age is a clock that was never set.
func isTime(value any) error {
	text, is := value.(string)
	if !is {
		return nil
	}
	var t time.Time
	if err := t.UnmarshalText([]byte(text)); err != nil {
		return errors.New("not a time")
	}
	if year := t.UTC().Year(); year < 1970 || year > 2199 {
		return errors.New("not of this age")
	}
	return nil
}

// finder turns what the library found into problems.
type finder struct {
	command  *schema.Command
	raw      map[string]any
	problems []command.Problem
}

func (f *finder) walk(e *jsonschema.ValidationError) {
	if isChoice(e.ErrorKind) || len(e.Causes) == 0 {
		f.leaf(e)
		return
	}
	if names, wrong := e.ErrorKind.(*kind.PropertyNames); wrong {
		f.add(e.InstanceLocation, names.Property, "is not a name of a CloudEvents attribute", "write small letters and digits"+hint(names.Property, envelopeNames))
		return
	}
	for _, cause := range e.Causes {
		f.walk(cause)
	}
}

func isChoice(k jsonschema.ErrorKind) bool {
	switch k.(type) {
	case *kind.OneOf, *kind.AnyOf:
		return true
	}
	return false
}

var envelopeNames = []string{"specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema", "basedon", "data"}

func (f *finder) leaf(e *jsonschema.ValidationError) {
	at := e.InstanceLocation
	input, inputs, groups := f.described(at)
	switch k := e.ErrorKind.(type) {
	case *kind.Required:
		for _, name := range k.Missing {
			f.add(at, name, "is missing", f.wantedAt(append(slices.Clone(at), name), find(inputs, name)))
		}
	case *kind.AdditionalProperties:
		for _, name := range k.Properties {
			f.add(at, name, "is not a field here", elsewise(name, names(inputs)))
		}
	case *kind.PropertyNames:
		f.add(at, k.Property, "is not a name of a CloudEvents attribute", "write small letters and digits"+hint(k.Property, envelopeNames))
	case *kind.OneOf:
		f.choice(at, groups)
	case *kind.Type:
		f.add(at, "", "is "+article(k.Got)+", not "+article(strings.Join(k.Want, " or ")), f.wantedAt(at, input))
	case *kind.MaxLength:
		f.add(at, "", fmt.Sprintf("has %d characters, more than %d", k.Got, k.Want), "shorten it")
	case *kind.MinLength:
		f.add(at, "", "is empty", f.instead(at, input))
	case *kind.MaxItems:
		f.add(at, "", fmt.Sprintf("has %d entries, more than %d", k.Got, k.Want), "send less in one command")
	case *kind.MinItems:
		f.add(at, "", "has no entries", "name one at least")
	case *kind.Enum:
		f.add(at, "", "is not one of the values allowed", f.wantedAt(at, input))
	case *kind.Format:
		f.add(at, "", "is not a time", "write RFC 3339 with a time zone: 2026-11-23T07:21:37Z")
	case *kind.AnyOf:
		f.add(at, "", "says nothing", "give "+schema.OneOfText(f.command.AnyOf)+", or both")
	default:
		if value, _ := valueAt(f.raw, at).(string); value == "" && input != nil && input.Kind == schema.String {
			return // which is said already
		}
		f.add(at, "", "is not written as it must be", f.wantedAt(at, input))
	}
}

// choice reports each group of which not exactly one is there.
func (f *finder) choice(at []string, groups [][]string) {
	object, _ := valueAt(f.raw, at).(map[string]any)
	for _, group := range groups {
		count := 0
		for _, name := range group {
			if _, there := object[name]; there {
				count++
			}
		}
		what := "is missing"
		if count > 1 {
			what = fmt.Sprintf("has %d of %s", count, schema.OneOfText(group))
		}
		problem := command.Problem{Code: schema.CodeInvalid, Path: pathOf(append(slices.Clone(at), group[0])), Message: what, Remedy: "give exactly one of " + schema.OneOfText(group)}
		if count > 1 {
			problem.Path = pathOf(at)
		}
		if count != 1 && !slices.ContainsFunc(f.problems, func(p command.Problem) bool { return p.Path == problem.Path && p.Remedy == problem.Remedy }) {
			f.problems = append(f.problems, problem)
		}
	}
}

func (f *finder) add(at []string, name, what, right string) {
	if len(f.problems) >= maxProblems {
		return
	}
	if name != "" {
		at = append(slices.Clone(at), shorten(name))
	}
	f.problems = append(f.problems, command.Problem{Code: schema.CodeInvalid, Path: pathOf(at), Message: what, Remedy: right})
}

// pathOf writes data.lines[1].sku.
func pathOf(at []string) string {
	var b strings.Builder
	for _, step := range at {
		if _, err := strconv.Atoi(step); err == nil {
			b.WriteString("[" + step + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		b.WriteString(step)
	}
	return b.String()
}

func valueAt(value any, at []string) any {
	for _, step := range at {
		switch v := value.(type) {
		case map[string]any:
			value = v[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(v) {
				return nil
			}
			value = v[i]
		default:
			return nil
		}
	}
	return value
}

// described finds the input at a place, and the inputs and choices within it.
func (f *finder) described(at []string) (input *schema.Input, inside []schema.Input, groups [][]string) {
	if len(at) == 0 || at[0] != "data" {
		return nil, nil, nil
	}
	inside, groups = f.command.Inputs, f.command.OneOf
	for _, step := range at[1:] {
		if _, err := strconv.Atoi(step); err == nil {
			continue
		}
		if input = find(inside, step); input == nil {
			return nil, nil, nil
		}
		inside, groups = input.Inputs, input.OneOf
	}
	return input, inside, groups
}

func find(inputs []schema.Input, name string) *schema.Input {
	for i := range inputs {
		if inputs[i].Name == name {
			return &inputs[i]
		}
	}
	return nil
}

func names(inputs []schema.Input) []string {
	var list []string
	for _, i := range inputs {
		list = append(list, i.Name)
	}
	return list
}

func hint(word string, candidates []string) string {
	if near := config.Nearest(word, candidates); near != "" {
		return ", did you mean " + near + "?"
	}
	return ""
}

// elsewise is what to do with a field that is not described.
func elsewise(name string, candidates []string) string {
	if near := config.Nearest(name, candidates); near != "" {
		return "did you mean " + near + "?"
	}
	return "leave it out; known are: " + strings.Join(candidates, ", ")
}

func nearest(word string, candidates []string) string {
	if near := config.Nearest(word, candidates); near != "" {
		return "did you mean " + near + "? Known are: " + strings.Join(candidates, ", ")
	}
	return "known are: " + strings.Join(candidates, ", ")
}
