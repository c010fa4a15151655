package config

import (
	"errors"
	"flag"
	"os"
	"testing"
)

var update = flag.Bool("update", false, "write generated files anew")

func noEnv(string) (string, bool) { return "", false }

func envOf(values map[string]string) func(string) (string, bool) {
	return func(name string) (string, bool) {
		value, found := values[name]
		return value, found
	}
}

// base is the least that loads.
const base = "postgres: {dsn: \"postgres://bridge@db/prod\"}\nrabbitmq: {url: \"amqp://mq\"}\n"

func parse(t *testing.T, text string, env map[string]string) (*Config, Errors) {
	t.Helper()
	c, err := Parse("odoobridge.yaml", []byte(text), envOf(env))
	var problems Errors
	if err != nil && !errors.As(err, &problems) {
		t.Fatalf("Parse gave %T, want Errors: %v", err, err)
	}
	return c, problems
}

func mustParse(t *testing.T, text string, env map[string]string) *Config {
	t.Helper()
	c, problems := parse(t, text, env)
	if problems != nil {
		t.Fatalf("does not load:\n%v", problems)
	}
	return c
}

// current compares a generated file with what the code makes, or writes it.
func current(t *testing.T, path string, want []byte) {
	t.Helper()
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(got) != string(want) {
		t.Errorf("%s is not current: run go test ./internal/config -update", path)
	}
}
