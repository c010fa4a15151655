package config

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// flaw says what is wrong with a value, without showing it, and what would be right.
type flaw struct {
	is     string // completes the sentence `"instnt" …`
	remedy string
}

// kind is a type of value: how it is read, printed and described. Exactly one
// of set and read is there.
type kind struct {
	name   string // as the reference calls it: "a duration"
	secret bool   // never quoted, never excerpted
	set    func(target any, text string) *flaw
	read   func(w *walker, node *yaml.Node, path string, target any)
	print  func(target any) *yaml.Node
	schema map[string]any
}

func scalar(tag, text string) *yaml.Node {
	return &yaml.Node{Kind: yaml.ScalarNode, Tag: tag, Value: text}
}

func printText(target any) *yaml.Node {
	return scalar("!!str", *target.(*string))
}

// text is any text that the check accepts.
func text(name, pattern, right string, valid func(string) bool) kind {
	schema := map[string]any{"type": "string"}
	if pattern != "" {
		schema["pattern"] = pattern
	}
	return kind{
		name: name,
		set: func(target any, s string) *flaw {
			if !valid(s) {
				return &flaw{"is not " + name, right}
			}
			*target.(*string) = s
			return nil
		},
		print:  printText,
		schema: schema,
	}
}

func oneOf(values ...string) kind {
	return kind{
		name: "one of " + strings.Join(values, ", "),
		set: func(target any, s string) *flaw {
			if !slices.Contains(values, s) {
				return &flaw{"is not known here", remedy("write "+orList(values), didYouMean(s, values))}
			}
			*target.(*string) = s
			return nil
		},
		print:  printText,
		schema: map[string]any{"enum": values},
	}
}

var aDuration = kind{
	name: "a duration",
	set: func(target any, s string) *flaw {
		d, err := parseDuration(s)
		if err != nil {
			return &flaw{"is not a duration", "write 30s, 5m, 12h or 7d"}
		}
		*target.(*time.Duration) = d
		return nil
	},
	print:  func(target any) *yaml.Node { return scalar("!!str", printDuration(*target.(*time.Duration))) },
	schema: map[string]any{"type": "string", "pattern": `^([0-9]+w)?([0-9]+d)?([0-9.]+(ns|us|µs|ms|s|m|h))*$`},
}

// durationOf is a duration within bounds.
func durationOf(lowest, highest time.Duration) kind {
	k := aDuration
	k.set = func(target any, s string) *flaw {
		if f := aDuration.set(target, s); f != nil {
			return f
		}
		if d := *target.(*time.Duration); d < lowest || d > highest {
			return &flaw{"is out of range", "write a duration from " + printDuration(lowest) + " to " + printDuration(highest)}
		}
		return nil
	}
	return k
}

func sizeOf(lowest int64) kind {
	return kind{
		name: "a size",
		set: func(target any, s string) *flaw {
			n, err := parseSize(s)
			if err != nil {
				return &flaw{"is not a size", "write a number with its unit: 512MiB or 20GiB"}
			}
			if n < lowest {
				return &flaw{"is too small", "write at least " + printSize(lowest)}
			}
			*target.(*int64) = n
			return nil
		},
		print:  func(target any) *yaml.Node { return scalar("!!str", printSize(*target.(*int64))) },
		schema: map[string]any{"type": "string", "pattern": `^[0-9]+ ?([KMGT]iB|[kMGT]?B)$`},
	}
}

var aRate = kind{
	name: "a rate",
	set: func(target any, s string) *flaw {
		r, err := parseRate(s)
		if err != nil {
			return &flaw{"is not a rate", "write 10/s, 600/m or 1000/h"}
		}
		*target.(*float64) = r
		return nil
	},
	print:  func(target any) *yaml.Node { return scalar("!!str", printRate(*target.(*float64))) },
	schema: map[string]any{"type": "string", "pattern": `^[0-9.]+ ?/ ?(s|m|min|h)$`},
}

func wholeNumber(lowest, highest int) kind {
	return kind{
		name: fmt.Sprintf("a whole number from %d to %d", lowest, highest),
		set: func(target any, s string) *flaw {
			n, err := strconv.Atoi(s)
			if err != nil || n < lowest || n > highest {
				return &flaw{fmt.Sprintf("is not a whole number from %d to %d", lowest, highest), ""}
			}
			*target.(*int) = n
			return nil
		},
		print:  func(target any) *yaml.Node { return scalar("!!int", strconv.Itoa(*target.(*int))) },
		schema: map[string]any{"type": "integer", "minimum": lowest, "maximum": highest},
	}
}

var aBool = kind{
	name: "true or false",
	set: func(target any, s string) *flaw {
		if s != "true" && s != "false" {
			return &flaw{"is neither true nor false", "write true or false"}
		}
		*target.(*bool) = s == "true"
		return nil
	},
	print:  func(target any) *yaml.Node { return scalar("!!bool", strconv.FormatBool(*target.(*bool))) },
	schema: map[string]any{"type": "boolean"},
}

var aSecret = kind{
	name:   "a secret",
	secret: true,
	set: func(target any, s string) *flaw {
		*target.(*Secret) = Secret(s)
		return nil
	},
	print:  func(target any) *yaml.Node { return scalar("!!str", target.(*Secret).String()) },
	schema: map[string]any{"type": "string"},
}

// secretURL is an address with a password in it: it prints without.
func secretURL(name string, valid func(string) *flaw) kind {
	k := aSecret
	k.name = name
	k.set = func(target any, s string) *flaw {
		if f := valid(s); f != nil {
			return f
		}
		*target.(*Secret) = Secret(s)
		return nil
	}
	k.print = func(target any) *yaml.Node { return scalar("!!str", RedactURL(*target.(*Secret))) }
	return k
}

// orList is "a, b or c".
func orList(values []string) string {
	if len(values) < 2 {
		return strings.Join(values, "")
	}
	return strings.Join(values[:len(values)-1], ", ") + " or " + values[len(values)-1]
}
