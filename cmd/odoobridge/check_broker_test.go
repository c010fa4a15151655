package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestWithEverythingInPlaceCheckSucceeds(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	l := newLab(t, testkit.Postgres(t), simulated, "channels: {shop: {lanes: {all: {entities: [order, price]}}}}\n")
	text, err := os.ReadFile(l.config)
	if err != nil {
		t.Fatal(err)
	}
	text = regexp.MustCompile(`amqp://nobody@127.0.0.1:1`).ReplaceAll(text, []byte(rabbit.URL()))
	if err := os.WriteFile(l.config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	l.setUp(t)
	code, stdout, stderr := l.run(t, "check")
	if code != exitFine || strings.Contains(stdout, "✗") || strings.Contains(stdout, "FAIL") {
		t.Errorf("exit %d\n%s%s", code, stdout, stderr)
	}
	for _, part := range []string{"configuration from", "a slot can be made", "database.uuid", "has exactly the mapped tables", "RabbitMQ", " 0 failed"} {
		if !strings.Contains(stdout, part) {
			t.Errorf("no %q in:\n%s", part, stdout)
		}
	}
}
