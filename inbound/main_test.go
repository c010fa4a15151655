package inbound

import (
	"os"
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childFolder); dir != "" {
		if os.Getenv(childOdoo) != "" {
			os.Exit(payingChild(dir))
		}
		os.Exit(child(dir))
	}
	testkit.Main(m)
}
