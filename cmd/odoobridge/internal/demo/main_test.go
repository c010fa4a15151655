package demo

import (
	"testing"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

func TestMain(m *testing.M) { testkit.Main(m) }
