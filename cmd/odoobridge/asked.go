package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// asked is what a verb's flags narrow its answer to.
type asked struct {
	limit         int
	channel, code string
}

// sound refuses what asks for nothing.
func (q asked) sound() error {
	if q.limit < 1 {
		return usage(fmt.Errorf("--limit %d: ask for one at least", q.limit))
	}
	return nil
}

// orMisspelt is for an answer that is empty: "none" is no answer about a channel that there is not. What the configuration names no
// more may have left something behind, so only an empty answer is looked at.
func (a *app) orMisspelt(found int, q asked) error {
	if found > 0 || q.channel == "" && q.code == "" {
		return nil
	}
	cfg, err := a.loadConfig()
	if err != nil {
		return err
	}
	var channels []string
	for _, c := range cfg.Channels {
		channels = append(channels, c.Name)
	}
	if q.channel != "" && !slices.Contains(channels, q.channel) {
		return usage(fmt.Errorf("there is no channel %q: there are %s", q.channel, strings.Join(channels, ", ")))
	}
	var codes []string
	for _, c := range schema.ProblemCodes() {
		codes = append(codes, c.Code)
	}
	if q.code != "" && !slices.Contains(codes, q.code) {
		return usage(fmt.Errorf("there is no reason %q: there are %s", q.code, strings.Join(codes, ", ")))
	}
	return nil
}
