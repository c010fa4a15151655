package config

import (
	"fmt"
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // time zones must not depend on what the machine has installed

	"github.com/robfig/cron/v3"
	"go.yaml.in/yaml/v3"
)

const paceRight = `write instant, {conflate: 2m} or {schedule: "*/30 * * * *"}`

var aPace = kind{
	name:  "a pace",
	read:  readPace,
	print: printPace,
	schema: map[string]any{"anyOf": []any{
		map[string]any{"const": "instant"},
		paceSchema("conflate", aDuration.schema),
		paceSchema("schedule", map[string]any{"type": "string"}),
	}},
}

func paceSchema(key string, value map[string]any) map[string]any {
	properties := map[string]any{key: value, "urgent": listSchema(map[string]any{"enum": eventTypes(entityNames())})}
	if key == "schedule" {
		properties["time_zone"] = map[string]any{"type": "string"}
	}
	return map[string]any{"type": "object", "required": []string{key}, "properties": properties, "additionalProperties": false}
}

func readPace(w *walker, node *yaml.Node, path string, target any) {
	pace := target.(*Pace)
	value := w.follow(node)
	if value == nil {
		return
	}
	if value.Kind != yaml.MappingNode {
		w.paceWord(value, path)
		return
	}
	given := map[string]*yaml.Node{}
	for _, p := range w.pairs(node, path, paceRight) {
		given[p.key.Value] = p.value
		w.paceKey(p, join(path, p.key.Value), pace)
	}
	switch {
	case given["conflate"] != nil && given["schedule"] != nil:
		w.problem(node, path, "has both conflate and schedule", "keep one of them")
	case given["conflate"] == nil && given["schedule"] == nil:
		w.problem(node, path, "has neither conflate nor schedule", paceRight)
	case given["time_zone"] != nil && given["schedule"] == nil:
		w.problem(given["time_zone"], join(path, "time_zone"), "means something with schedule only", "leave it out")
	}
}

func (w *walker) paceWord(value *yaml.Node, path string) {
	v, ok := w.scalar(value, path, kind{name: "a pace"})
	if ok && v.text != "instant" {
		w.problem(value, path, v.shown+" is not a pace", remedy(paceRight, didYouMean(v.text, []string{"instant"})))
	}
}

func (w *walker) paceKey(p pair, path string, pace *Pace) {
	switch p.key.Value {
	case "conflate":
		w.setting(p.value, setting{kind: durationOf(100*time.Millisecond, 7*day), at: func(any) any { return &pace.Conflate }}, path, nil)
	case "schedule":
		w.setting(p.value, setting{kind: aSchedule, at: func(any) any { return &pace.Schedule }}, path, nil)
		if pace.TimeZone == "" {
			pace.TimeZone = "UTC"
		}
	case "time_zone":
		w.setting(p.value, setting{kind: aTimeZone, at: func(any) any { return &pace.TimeZone }}, path, nil)
	case "urgent":
		for _, it := range w.list(p.value, path, "a list of events") {
			pace.Urgent = append(pace.Urgent, it.text)
			w.places[it.path] = it.node
		}
	default:
		keys := []string{"conflate", "schedule", "time_zone", "urgent"}
		w.problem(p.key, path, "is not a key here", remedy("known: "+strings.Join(keys, ", "), didYouMean(p.key.Value, keys)))
	}
}

var scheduleParser = cron.NewParser(cron.Minute | cron.Hour | cron.Dom | cron.Month | cron.Dow)

var aSchedule = kind{
	name: "a schedule",
	set: func(target any, s string) *flaw {
		right := `write five fields: minute, hour, day of month, month, day of week, as in "*/30 * * * *"`
		if strings.Contains(s, "TZ=") {
			return &flaw{"has a time zone in it", "write it beside: time_zone: Europe/Berlin"}
		}
		schedule, err := scheduleParser.Parse(s)
		if err != nil {
			return &flaw{"is not a schedule", right}
		}
		if schedule.Next(time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)).IsZero() {
			return &flaw{"never comes", right}
		}
		*target.(*string) = s
		return nil
	},
	print: printText,
}

var aTimeZone = kind{
	name: "a time zone",
	set: func(target any, s string) *flaw {
		if _, err := time.LoadLocation(s); err != nil || s == "Local" {
			return &flaw{"is not a time zone", "write its IANA name: UTC, Europe/Berlin, America/New_York"}
		}
		*target.(*string) = s
		return nil
	},
	print: printText,
}

func printPace(target any) *yaml.Node {
	pace := target.(*Pace)
	n := &yaml.Node{Kind: yaml.MappingNode, Style: yaml.FlowStyle}
	add := func(key string, value *yaml.Node) {
		n.Content = append(n.Content, scalar("!!str", key), value)
	}
	switch {
	case pace.Conflate > 0:
		add("conflate", scalar("!!str", printDuration(pace.Conflate)))
	case pace.Schedule != "":
		add("schedule", scalar("!!str", pace.Schedule))
		add("time_zone", scalar("!!str", pace.TimeZone))
	default:
		return scalar("!!str", "instant")
	}
	if len(pace.Urgent) > 0 {
		add("urgent", printList(pace.Urgent))
	}
	return n
}

// checkUrgent wants urgent events to be ones that the lane has at all.
func (w *walker) checkUrgent(lane *Lane, path string) {
	for i, name := range lane.Pace.Urgent {
		at := fmt.Sprintf("%s.pace.urgent[%d]", path, i)
		node := w.places[at]
		if types := eventTypes(lane.Entities); !slices.Contains(types, name) && node != nil {
			w.problem(node, at, fmt.Sprintf("%q is not an event of this lane", shorten(name)),
				remedy("its events: "+strings.Join(types, ", "), didYouMean(name, types)))
		}
	}
}
