package main

import (
	"os"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// asCommand makes the test binary behave as odoobridge itself, so that scripts
// and child processes run what is under test.
const asCommand = "ODOOBRIDGE_TEST_AS_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(asCommand) != "" {
		os.Exit(mainCode())
	}
	testkit.Main(m)
}
