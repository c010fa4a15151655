package schema

import (
	"bytes"
	"encoding/json"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
)

// dataOf has a value of the Go type of every command's data.
var dataOf = map[string]any{
	"customer.upsert": CustomerUpsert{}, "consent.update": ConsentUpdate{}, "order.place": OrderPlace{}, "order.cancel": OrderCancel{},
	"shipment.confirm": ShipmentConfirm{}, "return.request": ReturnRequest{}, "return.receive": ReturnReceive{},
	"payment.record": PaymentRecord{}, "refund.record": RefundRecord{}, "stock.count": StockCount{}, "stock.adjust": StockAdjust{},
}

func TestTheGoTypesAreTheDescriptions(t *testing.T) {
	for _, c := range Commands() {
		data, found := dataOf[c.Name]
		if !found {
			t.Errorf("%s has no Go type", c.Name)
			continue
		}
		compareType(t, c.Name, reflect.TypeOf(data), c.Inputs)
	}
}

// compareType wants a Go field for each input, in the same order, of its kind.
func compareType(t *testing.T, path string, of reflect.Type, inputs []Input) {
	t.Helper()
	fields := map[string]reflect.Type{}
	var collect func(reflect.Type)
	collect = func(s reflect.Type) {
		for i := range s.NumField() {
			f := s.Field(i)
			if f.Anonymous {
				collect(f.Type)
				continue
			}
			name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
			fields[name] = f.Type
		}
	}
	collect(of)
	for _, i := range inputs {
		at := path + "." + i.Name
		field, found := fields[i.Name]
		if !found {
			t.Errorf("%s has no field in %s", at, of)
			continue
		}
		delete(fields, i.Name)
		field = comparePresence(t, at, field, i)
		if want := goKind(i.Kind); field.String() != want && want != "" {
			t.Errorf("%s is a %s, want %s", at, field, want)
		}
		if i.Kind == Objects {
			field = field.Elem()
		}
		if i.Kind == Object || i.Kind == Objects {
			compareType(t, at, field, i.Inputs)
		}
	}
	for name := range fields {
		t.Errorf("%s.%s of %s is not described", path, name, of)
	}
}

// comparePresence unwraps what says whether a field was there.
func comparePresence(t *testing.T, at string, field reflect.Type, i Input) reflect.Type {
	t.Helper()
	maybe := strings.HasPrefix(field.Name(), "Maybe[")
	if maybe != i.Nullable {
		t.Errorf("%s: nullable is %v, its type %s", at, i.Nullable, field)
	}
	switch {
	case maybe:
		value, _ := field.FieldByName("Value")
		return value.Type
	case field.Kind() == reflect.Pointer:
		if i.Required {
			t.Errorf("%s is required, and a pointer", at)
		}
		return field.Elem()
	}
	return field
}

func goKind(k Kind) string {
	switch k {
	case Integer:
		return "int64"
	case Boolean:
		return "bool"
	case String:
		return "" // string, or Decimal for a percentage
	case Signed, Unsigned, Positive:
		return "schema.Decimal"
	case Timestamp:
		return "time.Time"
	case Strings:
		return "[]string"
	}
	return ""
}

func TestCommandsAreDescribed(t *testing.T) {
	var check func(path string, list []Input, groups [][]string)
	check = func(path string, list []Input, groups [][]string) {
		seen := map[string]bool{}
		for _, i := range list {
			if i.Doc == "" || i.Kind == "" || i.Name == "" || seen[i.Name] {
				t.Errorf("%s.%s: no description, no kind, or twice", path, i.Name)
			}
			seen[i.Name] = true
			check(path+"."+i.Name, i.Inputs, i.OneOf)
		}
		for _, name := range slices.Concat(groups...) {
			if !seen[name] {
				t.Errorf("%s: one of %s, which is no input", path, name)
			}
		}
	}
	for _, c := range Commands() {
		if c.Doc == "" || c.Subject == "" || !slices.Contains(Workloads(), c.Workload) {
			t.Errorf("%s is not described", c.Name)
		}
		check(c.Name, c.Inputs, c.OneOf)
	}
	if _, found := CommandNamed("order.eat"); found || CommandSchema("order.eat") != nil || CommandExample("order.eat") != nil {
		t.Error("an unknown command is described")
	}
}

func TestExamplesAreValidAndReadIntoTheirTypes(t *testing.T) {
	for _, name := range CommandNames() {
		example, err := jsonschema.UnmarshalJSON(bytes.NewReader(CommandExample(name)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if err := compile(t, name).Validate(example); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		var envelope struct{ Data json.RawMessage }
		if err := json.Unmarshal(CommandExample(name), &envelope); err != nil {
			t.Fatal(err)
		}
		data := reflect.New(reflect.TypeOf(dataOf[name]))
		if err := json.Unmarshal(envelope.Data, data.Interface()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		again, err := json.Marshal(data.Interface())
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, envelope.Data, again) {
			t.Errorf("%s loses something:\n%s\n%s", name, envelope.Data, again)
		}
	}
}

func compile(t *testing.T, name string) *jsonschema.Schema {
	t.Helper()
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(CommandSchema(name)))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource(name, document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile(name)
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

func sameJSON(t *testing.T, a, b []byte) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal(a, &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(b, &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

func TestDecimalsAreHeldToTheirKind(t *testing.T) {
	for pattern, cases := range map[string]map[string]bool{
		signedPattern:   {"0": true, "-0.5": true, "12.50": true, "01": false, "1e3": false, "": false, "1.": false, ".5": false, "+1": false, "-": false},
		unsignedPattern: {"0": true, "0.00": true, "999999999999.999999999": true, "-1": false, "1000000000000": false},
		positivePattern: {"0": false, "0.00": false, "0.01": true, "1": true, "10.0": true, "-1": false, "0.5": true},
		percentPattern:  {"0": true, "100": true, "100.5": false, "99.99": true, "101": false, "-1": false},
	} {
		for text, want := range cases {
			if got := matches(pattern, text); got != want {
				t.Errorf("%q by %s: %v", text, pattern, got)
			}
		}
	}
}

func matches(pattern, text string) bool { return regexp.MustCompile(pattern).MatchString(text) }
