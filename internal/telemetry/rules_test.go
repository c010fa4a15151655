package telemetry

import (
	"os"
	"os/exec"
	"regexp"
	"testing"
)

const rules = "../../deploy/prometheus/rules.yml"

// An alert on a metric that does not exist never fires.
func TestAlertsAreAboutMetricsThatExist(t *testing.T) {
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	reference, err := Reference()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, m := range regexp.MustCompile("`(odoobridge_[a-z_]+)`").FindAllStringSubmatch(reference, -1) {
		known[m[1]] = true
	}
	used := regexp.MustCompile(`odoobridge_[a-z_]+`).FindAllString(string(text), -1)
	if len(used) < 8 {
		t.Fatalf("only %d metrics in the rules", len(used))
	}
	for _, name := range used {
		if !known[name] {
			t.Errorf("the rules use %s, which is not in the registry", name)
		}
	}
}

// TestEveryAlertIsInTheHandbook: whoever is paged finds the alert's name, and what to do, in docs/OPERATIONS.md; and no name there is of an alert that is gone.
func TestEveryAlertIsInTheHandbook(t *testing.T) {
	text, err := os.ReadFile(rules)
	if err != nil {
		t.Fatal(err)
	}
	handbook, err := os.ReadFile("../../docs/OPERATIONS.md")
	if err != nil {
		t.Fatal(err)
	}
	alerts := map[string]bool{}
	for _, m := range regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(string(text), -1) {
		alerts[m[1]] = true
	}
	named := map[string]bool{}
	for _, name := range regexp.MustCompile(`Odoobridge[A-Z]\w+`).FindAllString(string(handbook), -1) {
		named[name] = true
	}
	if len(alerts) < 15 {
		t.Fatalf("only %d alerts", len(alerts))
	}
	for name := range alerts {
		if !named[name] {
			t.Errorf("docs/OPERATIONS.md does not say what to do at %s", name)
		}
	}
	for name := range named {
		if !alerts[name] {
			t.Errorf("docs/OPERATIONS.md has %s, which is no alert", name)
		}
	}
}

func TestAlertsFireWhenTheyShould(t *testing.T) {
	promtool, err := exec.LookPath("promtool")
	if err != nil {
		t.Skip("promtool is not installed (apt install prometheus)")
	}
	for _, args := range [][]string{{"check", "rules", rules}, {"test", "rules", "../../deploy/prometheus/rules_test.yml"}} {
		if out, err := exec.Command(promtool, args...).CombinedOutput(); err != nil {
			t.Errorf("promtool %v: %v\n%s", args, err, out)
		}
	}
}
