package testkit

import (
	"strings"
	"sync"
	"testing"
	"time"
)

// Alarm raises a memory alarm: the broker reads nothing more from connections that publish. It ends with what is
// returned, or with the test.
func (r *Rabbit) Alarm(t testing.TB) (lift func()) {
	t.Helper()
	r.mustOwn(t)
	r.Eval(t, "vm_memory_monitor:set_vm_memory_high_watermark(0.0000001).")
	lift = sync.OnceFunc(func() { r.Eval(t, "vm_memory_monitor:set_vm_memory_high_watermark(0.6).") })
	t.Cleanup(lift)
	Eventually(t, 2*time.Minute, func() bool { return strings.Contains(r.Eval(t, "rabbit_alarm:get_alarms()."), "memory") }, nil)
	return lift
}
