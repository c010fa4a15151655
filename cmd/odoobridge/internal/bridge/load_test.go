package bridge

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// A disk that is full while the tables are read for the first time is told in one line, with what to do.
func TestThatTheTablesDoNotFitIsToldOnce(t *testing.T) {
	b := &bridge{host: &host{cfg: &config.Config{Store: config.Store{Path: "/var/lib/odoobridge"}}}}
	full := errors.Join(fmt.Errorf("finish loading res_partner: %w", store.ErrFull), fmt.Errorf("empty table res_partner: %w", store.ErrFull))
	err := b.noRoomToLoad(full)
	if text := err.Error(); !errors.Is(err, store.ErrFull) || strings.Contains(text, "\n") || strings.Contains(text, "empty table") ||
		!strings.Contains(text, "/var/lib/odoobridge") || !strings.Contains(text, "make room") {
		t.Errorf("%v", err)
	}
	if other := errors.New("other"); b.noRoomToLoad(other) != other {
		t.Error("another error is changed")
	}
}
