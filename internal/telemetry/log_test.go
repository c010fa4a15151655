package telemetry

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/slogtest"
)

func TestLogsHideSecretsByTheirKey(t *testing.T) {
	for _, format := range []string{"json", "text", "auto"} {
		var out bytes.Buffer
		log, err := NewLogger(&out, "debug", format)
		if err != nil {
			t.Fatal(err)
		}
		log = log.With("api_key", "hunter2", slog.Group("postgres", "dsn", "hunter2"))
		log.WithGroup("g").Info("m", "Password", "hunter2", "authorization", "hunter2", KeyQueue, "channel.shop.orders")
		if strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "channel.shop.orders") {
			t.Errorf("%s: %s", format, out.String())
		}
	}
}

func TestLogsAreJSONWhereNobodyWatches(t *testing.T) {
	var out bytes.Buffer
	log, err := NewLogger(&out, "warn", "auto")
	if err != nil {
		t.Fatal(err)
	}
	log.Info("quiet")
	log.Warn("loud", KeyLane, "stock")
	var record map[string]any
	if err := json.Unmarshal(out.Bytes(), &record); err != nil {
		t.Fatalf("%v in %s", err, out.String())
	}
	if record["msg"] != "loud" || record["lane"] != "stock" {
		t.Errorf("record = %v", record)
	}
}

func TestAConsoleRecordStaysOnItsLine(t *testing.T) {
	var out bytes.Buffer
	slog.New(newConsole(&out, slog.LevelInfo, false)).Warn("one\ntwo", "a", "x\x1b[31m\ny", "empty", "")
	line := out.String()
	if strings.Count(line, "\n") != 1 || strings.Contains(line, "\x1b") || !strings.Contains(line, `WARN  one two a=`) || !strings.HasSuffix(line, "empty=\"\"\n") {
		t.Errorf("line = %q", line)
	}
	out.Reset()
	slog.New(newConsole(&out, slog.LevelInfo, true)).Error("m")
	if !strings.Contains(out.String(), red+"ERROR"+reset) {
		t.Errorf("no colour: %q", out.String())
	}
}

func TestTheConsoleIsAProperHandler(t *testing.T) {
	var out bytes.Buffer
	var records []map[string]any
	handler := newConsole(&out, slog.LevelInfo, false)
	err := slogtest.TestHandler(handler, func() []map[string]any {
		for line := range strings.Lines(out.String()) {
			records = append(records, parseConsole(t, strings.TrimSpace(line)))
		}
		return records
	})
	if err != nil {
		t.Error(err)
	}
}

// parseConsole reads "12:00:00 INFO  message a=b G.c=d"; messages of slogtest have no "=".
func parseConsole(t *testing.T, line string) map[string]any {
	t.Helper()
	record := map[string]any{}
	words := strings.Fields(line)
	if len(words) > 0 && strings.Count(words[0], ":") == 2 {
		record[slog.TimeKey], words = words[0], words[1:]
	}
	record[slog.LevelKey], record[slog.MessageKey] = words[0], words[1]
	for _, word := range words[2:] {
		path, value, found := strings.Cut(word, "=")
		if !found {
			continue
		}
		at := record
		parts := strings.Split(path, ".")
		for _, group := range parts[:len(parts)-1] {
			if at[group] == nil {
				at[group] = map[string]any{}
			}
			at = at[group].(map[string]any)
		}
		at[parts[len(parts)-1]] = value
	}
	return record
}

func TestUnknownLevelsAndFormatsAreErrors(t *testing.T) {
	for _, given := range [][2]string{{"loud", "json"}, {"info", "xml"}} {
		if _, err := NewLogger(&bytes.Buffer{}, given[0], given[1]); err == nil {
			t.Errorf("%v is accepted", given)
		}
	}
}
