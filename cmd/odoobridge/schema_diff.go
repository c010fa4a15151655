package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/schemadiff"
)

func newSchemaDiff(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "diff OLDER [NEWER]",
		Short: "Compare schemas with this program's: what is new, and what breaks an adapter",
		Long: `Compare older JSON Schemas of events and commands - one file of ` + "`schema show --json`" + `, or a folder like a
release's schema/json - with this program's, or with NEWER. Says of each difference whether it breaks an adapter that was built
against the older ones. Exit code 1 when one does. What Odoo's database lacks for the mapping is told by ` + "`check`" + `.`,
		Example: `  odoobridge schema diff order.v1.json
  odoobridge schema diff schemas-of-last-year/ --json`,
		Args: cobra.RangeArgs(1, 2),
		RunE: func(_ *cobra.Command, args []string) error { return a.schemaDiff(args) },
	}
}

func (a *app) schemaDiff(args []string) error {
	older, err := schemadiff.Load(args[0])
	if err != nil {
		return usage(err)
	}
	var newer schemadiff.Set
	if len(args) > 1 {
		newer, err = schemadiff.Load(args[1])
	} else {
		newer, err = schemadiff.Own()
	}
	if err != nil {
		return usage(err)
	}
	info, err := os.Stat(args[0])
	if err != nil {
		return err
	}
	list, breaking := schemadiff.Compare(older, newer, info.IsDir()), 0
	var b strings.Builder
	for _, d := range list {
		mark := "       "
		if d.Breaking {
			mark = "BREAKS "
			breaking++
		}
		fmt.Fprintf(&b, "%s%s: %s\n", mark, strings.TrimSuffix(d.Schema+" "+d.Path, " "), d.What)
	}
	fmt.Fprintf(&b, "%d schemas compared, %d differences, %d of them breaking\n", len(older), len(list), breaking)
	if list == nil {
		list = []schemadiff.Difference{}
	}
	if err := a.say(list, b.String()); err != nil {
		return err
	}
	if breaking > 0 {
		return quietly(exitFailed)
	}
	return nil
}
