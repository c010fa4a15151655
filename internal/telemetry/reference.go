package telemetry

import (
	"fmt"
	"sort"
	"strings"

	dto "github.com/prometheus/client_model/go"
)

// Reference is docs/METRICS.md, made from a registry in which every metric has a value.
func Reference() (string, error) {
	m := New("version")
	m.RowChanges("table", "kind")
	m.RowChangesSuppressed("reason")
	m.Events("entity", "what")
	m.Lane("channel", "lane")
	m.Readiness(NewHealth())
	m.ClockAhead.WithLabelValues("of")
	m.Commands.show()
	families, err := m.registry.Gather()
	if err != nil {
		return "", fmt.Errorf("gather metrics: %w", err)
	}
	var b strings.Builder
	b.WriteString(referenceIntro)
	for _, f := range families {
		if !strings.HasPrefix(f.GetName(), namespace+"_") {
			continue
		}
		fmt.Fprintf(&b, "| `%s` | %s | %s | %s |\n", f.GetName(), strings.ToLower(f.GetType().String()), labelsOf(f), f.GetHelp())
	}
	return b.String(), nil
}

func labelsOf(f *dto.MetricFamily) string {
	var names []string
	for _, pair := range f.GetMetric()[0].GetLabel() {
		names = append(names, "`"+pair.GetName()+"`")
	}
	sort.Strings(names)
	return strings.Join(names, ", ")
}

const referenceIntro = `# Metrics

<!-- Generated from the registry in internal/telemetry. Do not edit: run go test ./internal/telemetry -update. -->

Served in the Prometheus text format at ` + "`/metrics`" + ` on ` + "`http.listen`" + ` (127.0.0.1:8640 by default), together with the
Go runtime's (` + "`go_*`" + `) and the process's (` + "`process_*`" + `). Units are bytes and seconds. No label holds personal data; the
number of series grows with channels, lanes, tables and kinds of events, never with rows.

Alert rules for them: [deploy/prometheus/rules.yml](../deploy/prometheus/rules.yml).

| metric | type | labels | meaning |
|---|---|---|---|
`
