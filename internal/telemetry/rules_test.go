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
