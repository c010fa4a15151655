package telemetry

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"
	"go.uber.org/goleak"
)

var update = flag.Bool("update", false, "write generated files anew")

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMetricsFollowThePrometheusConventions(t *testing.T) {
	m := New("v")
	m.RowChanges("t", "insert")
	m.RowChangesSuppressed("unchanged")
	m.Events("order", "confirmed")
	m.Lane("shop", "orders")
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	problems, err := promlint.NewWithMetricFamilies(families).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// The names are public: see contract.md. None may go missing.
func TestTheContractsMetricsAreThere(t *testing.T) {
	text, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{
		"replication_lag_bytes", "replication_lag_seconds", "slot_retained_wal_bytes", "slot_safe_wal_bytes", "slot_active",
		"transactions_total", "row_changes_total", "row_changes_suppressed_total", "events_total",
		"publish_seconds", "publish_unconfirmed", "publish_returned_total", "lane_backlog_events", "lane_backlog_seconds",
		"rabbitmq_connected", "rabbitmq_blocked", "store_bytes",
	} {
		if !strings.Contains(text, "| `odoobridge_"+name+"` |") {
			t.Errorf("no odoobridge_%s", name)
		}
	}
	for _, labels := range []string{"| `kind`, `table` |", "| `reason` |", "| `entity`, `what` |", "| `channel`, `lane` |"} {
		if !strings.Contains(text, labels) {
			t.Errorf("no labels %s", labels)
		}
	}
}

func TestTheReferenceIsCurrent(t *testing.T) {
	const path = "../../docs/METRICS.md"
	want, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil || string(got) != want {
		t.Errorf("%s is not current: run go test ./internal/telemetry -update (%v)", path, err)
	}
}

func TestALaneCountsUnderItsOwnNames(t *testing.T) {
	m := New("v")
	lane := m.Lane("shop", "orders")
	lane.Returned.Add(3)
	lane.BacklogEvents.Set(7)
	SetFlag(m.RabbitMQConnected, true)
	families, err := m.Gatherer().Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range families {
		got[f.GetName()] = fmt.Sprint(f.GetMetric()[0])
	}
	for name, want := range map[string]string{
		"odoobridge_lane_backlog_events":    "gauge:{value:7}",
		"odoobridge_publish_returned_total": "counter:{value:3",
		"odoobridge_rabbitmq_connected":     "gauge:{value:1}",
	} {
		plain := strings.ReplaceAll(got[name], " ", "")
		if !strings.Contains(plain, want) {
			t.Errorf("%s = %s, want %s", name, plain, want)
		}
		if strings.Contains(name, "lane") && !strings.Contains(plain, `label:{name:"channel"value:"shop"}label:{name:"lane"value:"orders"}`) {
			t.Errorf("%s is not the lane's: %s", name, plain)
		}
	}
}
