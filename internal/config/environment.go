package config

import (
	"fmt"
	"slices"
	"strings"
)

// envPrefix begins the name of every variable of ours.
const envPrefix = "ODOOBRIDGE_"

// EnvConfig names the file when --config does not.
const EnvConfig = envPrefix + "CONFIG"

// EnvAdminDSN is the administrator's connection for setup, kept out of the
// process list.
const EnvAdminDSN = envPrefix + "ADMIN_DSN"

// reservedEnv are variables with our prefix that are not keys of the file.
var reservedEnv = []string{EnvConfig, EnvAdminDSN}

// EnvName is the variable that overrides a setting, "" for one that has a
// place in a list or under a name of the user's choice.
func (s setting) envName() string {
	if s.kind.set == nil || strings.Contains(s.path, "*") {
		return ""
	}
	return envPrefix + strings.ToUpper(strings.ReplaceAll(s.path, ".", "_"))
}

// environment lets variables override the file.
func (w *walker) environment() {
	for _, s := range settings {
		name := s.envName()
		if name == "" {
			continue
		}
		value, set := w.env(name)
		if !set || value == "" {
			continue
		}
		shown := fmt.Sprintf("%q", shorten(value))
		if s.kind.secret {
			shown = "the value"
		}
		delete(w.config.SecretFiles, s.path)
		if f := s.kind.set(s.at(w.config), value); f != nil {
			w.problems = append(w.problems, Problem{File: "environment", Path: name, What: shown + " " + f.is, Remedy: f.remedy})
		}
	}
}

// CheckEnvironment finds variables with our prefix that mean nothing: a
// misspelt override must not be ignored. Variables of tests are let pass.
func CheckEnvironment(environ []string) error {
	var known []string
	for _, s := range settings {
		if name := s.envName(); name != "" {
			known = append(known, name)
		}
	}
	known = append(known, reservedEnv...)
	var problems Errors
	for _, entry := range environ {
		name, _, _ := strings.Cut(entry, "=")
		if !strings.HasPrefix(name, envPrefix) || strings.HasPrefix(name, envPrefix+"TEST") || slices.Contains(known, name) {
			continue
		}
		problems = append(problems, Problem{File: "environment", Path: name, What: "is not a variable of odoobridge",
			Remedy: remedy("unset it; `odoobridge config --help` lists the known ones", didYouMean(name, known))})
	}
	if len(problems) > 0 {
		return problems
	}
	return nil
}

// EnvHelp lists the variables that override settings, a line each.
func EnvHelp() string {
	var b strings.Builder
	for _, s := range settings {
		if name := s.envName(); name != "" {
			fmt.Fprintf(&b, "  %s\n", name)
		}
	}
	return b.String()
}
