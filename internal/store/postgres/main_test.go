package postgres

import (
	"flag"
	"fmt"
	"os"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) {
	if dsn := os.Getenv(childDSN); dsn != "" {
		if err := child(dsn, os.Getenv(childSchema), os.Getenv(childWork)); err != nil {
			fmt.Println("failed:", err)
			os.Exit(1)
		}
		return
	}
	flag.Parse()
	// A store takes a while to make here; the model is tried as often as time allows.
	if checks := flag.Lookup("rapid.checks"); checks != nil && checks.Value.String() == checks.DefValue {
		if err := checks.Value.Set("5"); err != nil {
			panic(err)
		}
	}
	testkit.Main(m)
}
