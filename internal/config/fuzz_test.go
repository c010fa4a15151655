package config

import (
	"os"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// Whatever the file holds, loading ends, says where a problem is, and what it
// accepts prints as something that loads.
func FuzzParse(f *testing.F) {
	example, err := os.ReadFile("testdata/contract.yaml")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(strings.ReplaceAll(string(example), "{file: secret.txt}", "x"))
	f.Add(base)
	f.Add(lane("entities: [order], pace: {schedule: \"*/5 * * * *\", time_zone: Europe/Berlin}"))
	f.Add(base + "x-a: &a {<<: *a}\nhttp: *a\n")
	f.Add("a: ${X:-y}\n? [b]\n: c\n")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.Contains(text, "file") {
			t.Skip("reads files")
		}
		c, err := Parse("f.yaml", []byte(text), noEnv)
		if err != nil {
			for _, p := range err.(Errors) {
				if p.What == "" || p.File == "" {
					t.Errorf("empty problem: %#v", p)
				}
				_ = p.String()
			}
			return
		}
		printed, err := c.YAML()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := Parse("printed.yaml", printed, noEnv); err != nil && !strings.Contains(text, "@") && !strings.Contains(text, "?") && !strings.Contains(text, "=") {
			t.Errorf("prints what does not load: %v\n%s", err, printed)
		}
	})
}

func TestUnitsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		size := rapid.Int64Range(1, 1<<50).Draw(t, "size")
		if got, err := parseSize(printSize(size)); err != nil || got != size {
			t.Fatalf("size %d → %q → %d, %v", size, printSize(size), got, err)
		}
		d := time.Duration(rapid.Int64Range(0, int64(1000*day)).Draw(t, "duration"))
		if got, err := parseDuration(printDuration(d)); err != nil || got != d {
			t.Fatalf("duration %d → %q → %d, %v", d, printDuration(d), got, err)
		}
	})
}
