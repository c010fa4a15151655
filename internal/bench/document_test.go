package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUpdatingASectionKeepsWhatPeopleWrote(t *testing.T) {
	before := "# Performance\n\nHand-written.\n\n" + opening("a") + "\nold\n\n" + closing("a") + "\nBetween.\n\n" + opening("b") + "\nkept\n\n" + closing("b") + "After.\n"
	after := replaceSection(before, "a", "new\n")
	want := strings.Replace(before, "old", "new", 1)
	if diff := cmp.Diff(want, after); diff != "" {
		t.Error(diff)
	}
	if again := replaceSection(after, "a", "new"); again != after {
		t.Errorf("updating twice is not updating once:\n%s", cmp.Diff(after, again))
	}
}

func TestANewSectionIsAddedAtTheEnd(t *testing.T) {
	got := replaceSection("# Performance\n", "a", "text")
	want := "# Performance\n\n" + opening("a") + "\ntext\n\n" + closing("a")
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestSectionsAreMarkdown(t *testing.T) {
	s := section{title: "Latency", intro: "At a steady rate.", notes: []string{"fsync on"}}
	rates := table{head: []string{"", "events/s"}}
	rates.add("bridge", spread(series{900, 12_340, 123_456}, thousands))
	rates.add("nothing", spread(nil, thousands))
	s.tables = append(s.tables, rates)
	want := `## Latency

At a steady rate.

|  | events/s |
| --- | --- |
| bridge | 900 / **12.3 k** / 123 k |
| nothing | – |

- fsync on
`
	if diff := cmp.Diff(want, s.markdown()); diff != "" {
		t.Error(diff)
	}
}
