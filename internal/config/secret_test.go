package config

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

const hunter2 = "hunter2"

func TestSecretsNeverPrint(t *testing.T) {
	s := Secret(hunter2)
	holder := struct{ S, T any }{s, &s}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%10.3s"} {
		fmt.Fprintf(&out, verb+" "+verb+"\n", s, holder)
	}
	fmt.Fprintln(&out, fmt.Errorf("with %w", fmt.Errorf("secret %v", s)))
	slog.New(slog.NewJSONHandler(&out, nil)).Info("x", "s", s, "holder", holder, "config", Config{Odoo: Odoo{APIKey: s}})
	slog.New(slog.NewTextHandler(&out, nil)).Info("x", "s", s, "holder", holder)
	for _, marshal := range []func(any) ([]byte, error){json.Marshal, yaml.Marshal} {
		text, err := marshal(map[string]any{"s": s, "config": Config{Odoo: Odoo{APIKey: s}}})
		if err != nil {
			t.Fatal(err)
		}
		out.Write(text)
	}
	for _, form := range []string{hunter2, fmt.Sprintf("%x", hunter2), fmt.Sprintf("%X", hunter2)} {
		if strings.Contains(out.String(), form) {
			t.Errorf("%q shows in:\n%s", form, out.String())
		}
	}
	if !strings.Contains(out.String(), Redacted) {
		t.Error("nothing was printed at all")
	}
}

func TestURLsPrintWithoutTheirPassword(t *testing.T) {
	for given, want := range map[string]string{
		"":                                     "",
		"postgres://u:hunter2@db/x":            "postgres://u@db/x",
		"postgres://db/x?password=hunter2&a=b": "postgres://db/x?a=b",
		"postgres://u:hunter2@a:5432,b:5433/x?target_session_attrs=read-write": "postgres://u@a:5432,b:5433/x?target_session_attrs=read-write",
		"postgres://u:hun,ter2@a/x":         "postgres://u@a/x",
		"amqps://u:hunter2@mq/v":            "amqps://u@mq/v",
		"host=db password=hunter2 dbname=x": "host=db password=[redacted] dbname=x",
		"password = 'hun ter2' dbname=x":    "password=[redacted] dbname=x",
		"postgres://u:hun%zzter2@db/x":      Redacted,
	} {
		if got := RedactURL(Secret(given)); got != want {
			t.Errorf("RedactURL(%q) = %q, want %q", given, got, want)
		}
	}
}

// Wherever a secret stands beside a mistake, the excerpt must not show it.
func TestProblemsShowNoSecrets(t *testing.T) {
	for name, text := range map[string]string{
		"unknown key":     base + "odoo: {api_kye: hunter2}\n",
		"same line":       base + "odoo: {api_key: hunter2, max_in_flight: x}\n",
		"same line after": base + "odoo: {max_in_flight: x, api_key: hunter2}\n",
		"escaped":         base + "odoo: {api_key: \"hunter2\\u0021\", rate: x}\n",
		"two lines":       base + "odoo: {api_key: \"x\n  hunter2\", rate: x}\n",
		"block":           base + "odoo:\n  api_key: |\n    hunter2\n  rate: x\n",
		"bad DSN":         "postgres: {dsn: \"postgres://u:hunter2@db:port/x\"}\n",
		"bad DSN escape":  "postgres: {dsn: \"postgres://u:%zzhunter2@db/x\"}\n",
		"bad DSN keyword": "postgres: {dsn: \"password='hunter2 dbname=x\"}\n",
		"bad AMQP":        "rabbitmq: {url: \"amqp://u:hunter2@mq:x/\"}\n",
		"alias":           base + "x-k: &k hunter2\nodoo: {api_key: *k, rate: *k}\n",
		"secret in a map": base + "odoo: {api_key: {value: hunter2}}\n",
		"syntax":          base + "odoo: {api_key: hunter2\nx: [\n",
		"from a file":     base + "log: {level: {file: testdata/secret.txt}}\n",
		"environment":     base + "log: {level: \"${SECRET}\"}\n",
		"list":            base + "odoo: {api_key: [hunter2]}\n",
	} {
		_, problems := parse(t, text, map[string]string{"SECRET": hunter2})
		if problems == nil {
			t.Errorf("%s: loads", name)
		}
		if name == "alias" { // the second use shows it by the author's own hand: as a rate
			continue
		}
		if strings.Contains(problems.Error(), hunter2) {
			t.Errorf("%s: shows the secret:\n%v", name, problems)
		}
	}
}
