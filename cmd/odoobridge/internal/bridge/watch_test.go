package bridge

import (
	"errors"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/cdc"
)

// TestASlotThatIsNotHealthySaysWhatToDo: readiness and `status` show these words.
func TestASlotThatIsNotHealthySaysWhatToDo(t *testing.T) {
	for name, tc := range map[string]struct {
		state cdc.SlotState
		err   error
		says  []string
	}{
		"healthy":  {cdc.SlotState{Exists: true, WALStatus: "reserved"}, nil, nil},
		"extended": {cdc.SlotState{Exists: true, WALStatus: "extended"}, nil, nil},
		"dropped":  {cdc.SlotState{}, nil, []string{"does not exist any more", "`odoobridge resync`"}},
		"lost":     {cdc.SlotState{Exists: true, WALStatus: "lost"}, nil, []string{"wal_status is lost", "max_slot_wal_keep_size", "`odoobridge resync`"}},
		"idle":     {cdc.SlotState{Exists: true, Invalidation: "idle_timeout"}, nil, []string{"idle_timeout", "`odoobridge resync`"}},
		"nearly":   {cdc.SlotState{Exists: true, WALStatus: "unreserved"}, nil, []string{"about to remove log", "raise max_slot_wal_keep_size now"}},
		"unknown":  {cdc.SlotState{}, errors.New("connection refused"), []string{"cannot be read: connection refused"}},
	} {
		got := slotTrouble(tc.state, tc.err)
		if (got == "") != (tc.says == nil) {
			t.Errorf("%s: %q", name, got)
		}
		for _, part := range tc.says {
			if !strings.Contains(got, part) {
				t.Errorf("%s: %q does not say %q", name, got, part)
			}
		}
	}
}
