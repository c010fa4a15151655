package inbound

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// TestAMessageThatIsNoCommandIsToldWhereItIsNone has what a newcomer's first attempts look like.
func TestAMessageThatIsNoCommandIsToldWhereItIsNone(t *testing.T) {
	good := string(wish(t, "order.place", "a", "1"))
	for message, want := range map[string]string{
		"": "it is empty", " \n": "it is empty", "hello": "byte 1 is not JSON", `{"id": 'x'}`: "byte 8 is not JSON", "[]": "it is a list", `"x"`: "it is a text", "null": "it is null", "5": "it is a number",
		good + "}": "something follows the first value", good + " " + good: "something follows", good[:len(good)-2]: "it ends before it is complete", "\xef\xbb\xbf" + good: "a byte order mark",
		"{\"id\":\"\xff\"}": "byte 8 is not UTF-8 text", strings.Repeat("[", 100_000): "it is nested too deeply", strings.Repeat(`{"a":`, 20_000) + "1" + strings.Repeat("}", 20_000): "it is nested too deeply",
	} {
		_, problems, unreadable := parse([]byte(message))
		if !unreadable || len(problems) != 1 || problems[0].Code != schema.CodeUnreadable || !strings.Contains(problems[0].Message, want) || problems[0].Remedy == "" {
			t.Errorf("%.40q: %+v, want %q", message, problems, want)
		}
	}
}

// TestWhatIsWrongIsSaidWithWhereAndWhatToDo has the mistakes of a first afternoon, one at a time.
func TestWhatIsWrongIsSaidWithWhereAndWhatToDo(t *testing.T) {
	place := string(wish(t, "order.place", "a", "1"))
	consent := string(wish(t, "consent.update", "a", "1"))
	for name, c := range map[string]struct{ text, old, new, want string }{
		"twice in a line":          {place, `"quantity":"1"`, `"quantity":"1","quantity":"9"`, "data.lines[0].quantity: is there more than once; leave one of them"},
		"an object twice":          {place, `"billing":`, `"billing":{"name":"Other","street":"never checked"},"billing":`, "data.billing: is there more than once"},
		"an attribute twice":       {place, `"subject":`, `"subject":"2","subject":`, "subject: is there more than once"},
		"a type that is a number":  {place, `"type":"order.place"`, `"type":5`, "type: is a number, and no command"},
		"no id":                    {place, `"id":"a",`, ``, "id: is missing; write an id of your own"},
		"an empty id":              {place, `"id":"a",`, `"id":"",`, "id: is empty; write an id of your own"},
		"another specversion":      {place, `"specversion":"1.0"`, `"specversion":"0.3"`, `specversion: is not written as it must be; write "1.0"`},
		"no data":                  {`{"specversion":"1.0","id":"a","source":"s","type":"order.cancel","subject":"1"}`, ``, ``, "data: is missing; write the command's data, an object"},
		"a revision that is text":  {place, `"data":`, `"basedon":"3","data":`, "basedon: is a string, not an integer; write the revision"},
		"a time without a zone":    {place, `"placed_at":"2026-11-23T07:21:36Z"`, `"placed_at":"2026-11-23T07:21:36"`, "data.placed_at: is not a time; write RFC 3339"},
		"a time in small letters":  {place, `"placed_at":"2026-11-23T07:21:36Z"`, `"placed_at":"2026-11-23t07:21:36z"`, "data.placed_at: is not a time; write RFC 3339"},
		"a leap second":            {place, `"placed_at":"2026-11-23T07:21:36Z"`, `"placed_at":"2026-06-30T23:59:60Z"`, "data.placed_at: is not a time; write RFC 3339"},
		"a clock never set":        {place, `"placed_at":"2026-11-23T07:21:36Z"`, `"placed_at":"0001-01-01T00:00:00Z"`, "data.placed_at: is not a time; write RFC 3339"},
		"a number that is one":     {place, `"quantity":"1"`, `"quantity":1`, "data.lines[0].quantity: is a number, not a string; write a decimal above zero as a string"},
		"a comma":                  {place, `"total":"415.79"`, `"total":"415,79"`, "data.totals.total: is not written as it must be; write a decimal that is not below zero"},
		"a number too large":       {place, `"total":"415.79"`, `"total":"9999999999999"`, "at most 12 digits before the point and 9 after it"},
		"a currency in small":      {place, `"currency":"EUR"`, `"currency":"eur"`, `data.currency: is not written as it must be; write three capital letters: "EUR"`},
		"a country of three":       {place, `"country":"DE"`, `"country":"DEU"`, `data.billing.country: is not written as it must be; write two capital letters: "DE"`},
		"a list that is an object": {place, `"lines":[`, `"lines":{},"x":[`, "data.lines: is an object, not an array; write a list of objects"},
		"NUL in a text":            {place, `"note":"`, `"note":"\u0000`, "data.note: is not written as it must be; write a text without control characters"},
		"half of a character":      {place, `"note":"`, `"note":"\ud83d!`, "byte " + strconv.Itoa(strings.Index(compact(t, place), `"note":"`)+9) + " begins one half of a character without the other"},
		"a name of blanks":         {string(wish(t, "customer.upsert", "a", "1")), `"name":"Mia Bauer","phone"`, `"name":"  ","phone"`, "data.name: is not written as it must be; write a name in one line, not of blanks alone"},
		"a field of no command":    {place, `"note":`, `"colour":"red","note":`, "data.colour: is not a field here; leave it out; known are: number, placed_at,"},
		"another version":          {place, `"subject":`, `"dataschema":"urn:odoobridge:order.place.command:v2","subject":`, "dataschema: is another version of the command, or another command; write urn:odoobridge:order.place.command:v1, or leave it out"},
		"an empty SKU":             {place, `"sku":"DESK-01"`, `"sku":""`, "data.lines[0].sku: is empty; leave the field out"},
		"consent to nothing":       {strings.Replace(compact(t, consent), `,"marketing":true`, ``, 1), `"lists":[{"name":"Newsletter","subscribed":true}],`, ``, "data: says nothing; give marketing or lists, or both"},
	} {
		text := compact(t, c.text)
		if c.old != "" && !strings.Contains(text, c.old) {
			t.Errorf("%s: there is no %s in %s", name, c.old, text)
			continue
		}
		_, problems, unreadable := parse([]byte(strings.Replace(text, c.old, c.new, 1)))
		var said []string
		for _, p := range problems {
			said = append(said, fmt.Sprintf("%s: %s; %s", p.Path, p.Message, p.Remedy))
		}
		if all := strings.Join(said, "\n"); !strings.Contains(all, c.want) {
			t.Errorf("%s: %q (unreadable: %v), want %q", name, all, unreadable, c.want)
		}
	}
}

func compact(t *testing.T, text string) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Compact(&b, []byte(text)); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// TestNoProblemIsWithoutARemedy spoils every place of every command's example in every way.
func TestNoProblemIsWithoutARemedy(t *testing.T) {
	spoilt := 0
	for _, name := range schema.CommandNames() {
		spoil(t, schema.CommandExample(name), func(text []byte) {
			_, problems, _ := parse(text)
			for _, p := range problems {
				spoilt++
				if p.Code == "" || p.Path == "" || p.Message == "" || p.Remedy == "" {
					t.Errorf("%s: %+v\n%s", name, p, text)
				}
			}
		})
	}
	if spoilt < 1000 {
		t.Errorf("only %d problems: the test has shown little", spoilt)
	}
}

// spoil gives the text with one place after the other left out, or replaced.
func spoil(t *testing.T, example []byte, use func([]byte)) {
	t.Helper()
	var root any
	if err := json.Unmarshal(example, &root); err != nil {
		t.Fatal(err)
	}
	with := func(set func(any), was any, values ...any) {
		for _, v := range values {
			set(v)
			use(encode(root))
		}
		set(was)
	}
	var walk func(value any, set func(any))
	walk = func(value any, set func(any)) {
		with(set, value, nil, 5, 5.5, true, "", " ", "x\u0000y", strings.Repeat("x", 6000), []any{}, map[string]any{}, []any{5})
		switch v := value.(type) {
		case map[string]any:
			for name, inner := range v {
				delete(v, name)
				use(encode(root))
				v[name] = inner
				walk(inner, func(n any) { v[name] = n })
			}
		case []any:
			for i, inner := range v {
				walk(inner, func(n any) { v[i] = n })
			}
		}
	}
	for name, value := range root.(map[string]any) { //nolint:forcetypeassert // examples are objects
		if name != "type" {
			walk(value, func(n any) { root.(map[string]any)[name] = n }) //nolint:forcetypeassert // as above
		}
	}
}

// TestAnswersThatDifferHaveIDsThatDiffer: channels drop what they have seen by the id of the result.
func TestAnswersThatDifferHaveIDsThatDiffer(t *testing.T) {
	first := &store.Command{Channel: "shop", ID: "a", State: store.CommandParked, Outcome: encode(decided{Outcome: "parked"})}
	later := &store.Command{Channel: "shop", ID: "a", State: store.CommandApplied, Outcome: encode(decided{Outcome: "applied"})}
	other := &store.Command{Channel: "shop", ID: "a", Digest: "another"}
	ids := map[string]string{}
	id := func(what string, c *store.Command, d decided) {
		r := resultOf(c, d, d.partOf(), c.Received)
		if again := resultOf(c, d, d.partOf(), c.Received.Add(1)); again.ID != r.ID {
			t.Errorf("%s has two ids: %s and %s", what, r.ID, again.ID)
		}
		if before, there := ids[r.ID]; there {
			t.Errorf("%s and %s have one id: %s", before, what, r.ID)
		}
		ids[r.ID] = what
	}
	for what, f := range map[string]*store.Command{"repeated while parked": first, "repeated when applied": later} {
		d, _ := repeated(f, &store.Command{Digest: f.Digest}, false)
		id(what, f, d)
	}
	d, _ := repeated(first, other, false)
	id("another command of the id", other, d)
	for _, message := range []string{"", "garbage", "more garbage", `{"specversion":"1.0"}`} {
		_, problems, _ := parse([]byte(message))
		id("the message "+message, &store.Command{Channel: "shop", Body: []byte(message)}, refusedFor(problems...))
	}
	for _, text := range []string{`{"id":"a"}`, `{"id":"a","type":"order.place"}`} {
		_, problems, _ := parse([]byte(text))
		id(text, &store.Command{Channel: "shop", ID: "a", Body: []byte(text)}, refusedFor(problems...))
	}
}

// TestPathsAreIntoTheWholeCommand holds the executor's problems to what validation, and COMMANDS.md, write.
func TestPathsAreIntoTheWholeCommand(t *testing.T) {
	o := command.Outcome{Kind: command.Parked, Problems: []command.Problem{{Path: "lines[0].sku"}, {Path: "basedon"}, {}, {Path: "source"}}}
	d := decidedOf(&o)
	for i, want := range []string{"data.lines[0].sku", "basedon", "", "data.source"} {
		if got := d.Problems[i].Path; got != want {
			t.Errorf("path %q, want %q", got, want)
		}
	}
	if o.Problems[0].Path != "lines[0].sku" {
		t.Error("the executor's outcome was changed")
	}
}
