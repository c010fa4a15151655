package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

// released is set when a release is built (-ldflags "-X main.released=v1.2.3");
// else the build itself says what it can.
var released = ""

// version is what the bridge calls itself to servers and in metrics.
func version() string { return buildInfo().Version }

// build says what this binary is.
type build struct {
	Version  string `json:"version"`
	Revision string `json:"revision,omitempty"`
	Time     string `json:"time,omitempty"`
	Modified bool   `json:"modified,omitempty"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func buildInfo() build {
	b := build{Version: released, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return b
	}
	if b.Version == "" {
		b.Version = info.Main.Version
	}
	if b.Version == "" {
		b.Version = "(devel)"
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			b.Revision = s.Value
		case "vcs.time":
			b.Time = s.Value
		case "vcs.modified":
			b.Modified = s.Value == "true"
		}
	}
	return b
}

func newVersion(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "version",
		Short:   "Tell which build this is",
		Example: "  odoobridge version --json",
		RunE: func(*cobra.Command, []string) error {
			b := buildInfo()
			if a.json {
				return a.printJSON(b)
			}
			modified := ""
			if b.Modified {
				modified = " with changes"
			}
			_, err := fmt.Fprintf(a.stdout, "odoobridge %s\n", b.Version)
			if b.Revision != "" {
				_, err = fmt.Fprintf(a.stdout, "revision   %s%s of %s\n", b.Revision, modified, b.Time)
			}
			if err == nil {
				_, err = fmt.Fprintf(a.stdout, "built with %s for %s\n", b.Go, b.Platform)
			}
			return err
		},
	}
}
