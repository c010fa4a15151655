package inbound

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/schema"
)

// envelope is a command as it was published.
type envelope struct {
	ID      string          `json:"id"`
	Type    string          `json:"type"`
	Subject string          `json:"subject"`
	Time    time.Time       `json:"time"`
	BasedOn int64           `json:"basedon"`
	Data    json.RawMessage `json:"data"`
}

// parse reads and checks a command. What is known of it comes back even if something is wrong, so
// that the answer can name it. unreadable says that there is nothing to name.
func parse(body []byte) (e envelope, problems []command.Problem, unreadable bool) {
	if len(body) > schema.MaxCommand {
		return e, []command.Problem{{Code: schema.CodeTooLarge, Message: fmt.Sprintf("the message has %d bytes, more than %d", len(body), schema.MaxCommand),
			Remedy: "send less in one command"}}, true
	}
	raw, err := decode(body)
	if err != nil {
		return e, []command.Problem{{Code: schema.CodeUnreadable, Message: "the message is not a JSON object: " + err.Error(),
			Remedy: "publish a CloudEvent in structured JSON, as docs/COMMANDS.md shows"}}, true
	}
	e.ID, e.Type, e.Subject = textOf(raw, "id"), textOf(raw, "type"), textOf(raw, "subject")
	if again := doubled(body, raw); len(again) > 0 {
		return e, again, e.ID == ""
	}
	if e.Type == "" {
		what := "is missing"
		if value, there := raw["type"]; there {
			what = "is " + called(value) + ", and no command"
		}
		return e, []command.Problem{{Code: schema.CodeInvalid, Path: "type", Message: what, Remedy: "write the command's name: " + strings.Join(schema.CommandNames(), ", ")}}, e.ID == ""
	}
	if _, known := schema.CommandNamed(e.Type); !known {
		return e, []command.Problem{{Code: schema.CodeUnknownCommand, Path: "type", Message: fmt.Sprintf("%q is not a command", shorten(e.Type)), Remedy: nearest(e.Type, schema.CommandNames())}}, e.ID == ""
	}
	if problems := validate(e.Type, raw); len(problems) > 0 {
		return e, problems, e.ID == ""
	}
	if problem := otherSchema(e.Type, textOf(raw, "dataschema")); problem != nil {
		return e, []command.Problem{*problem}, false
	}
	if err := json.Unmarshal(body, &e); err != nil {
		return e, []command.Problem{{Code: schema.CodeInvalid, Message: "the command cannot be read, though its schema allows it", Remedy: "please report it to whoever runs the bridge"}}, false
	}
	return e, nil, false
}

// otherSchema refuses a command of a version that this bridge does not know: it would be read as another.
func otherSchema(name, given string) *command.Problem {
	own := schema.DataSchemaOfCommand(name)
	if given == own || !strings.HasPrefix(given, "urn:odoobridge:") {
		return nil
	}
	return &command.Problem{Code: schema.CodeInvalid, Path: "dataschema", Message: "is another version of the command, or another command", Remedy: "write " + own + ", or leave it out"}
}

// textOf is a text that may be shown and kept: nothing where it is not one or too long.
func textOf(raw map[string]any, name string) string {
	text, _ := raw[name].(string)
	if len(text) > 128 {
		return ""
	}
	return text
}

// digest is what two messages with one id must share to be the same command: all but when and by
// whom it was sent again.
func digest(e *envelope) string {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%s\x00%s\x00", e.Type, e.Subject, e.ID)
	var compact bytes.Buffer
	if json.Compact(&compact, e.Data) != nil {
		compact.Write(e.Data)
	}
	h.Write(compact.Bytes())
	return hex.EncodeToString(h.Sum(nil)[:16])
}

func shorten(s string) string {
	if runes := []rune(s); len(runes) > 60 {
		return string(runes[:57]) + "…"
	}
	return s
}
