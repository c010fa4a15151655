package demo

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// wrongSKU places an order with a SKU that Odoo has not got, and has a person mend it.
func (s *story) wrongSKU(ctx context.Context) error {
	c, err := s.send(ctx, placed("WEB-1002"), "1 GRINDER-1 at 129.00, with tax 139.32", orderOf("WEB-1002", "139.32", line{"GRINDER-1", "1", "129.00"}))
	if err != nil {
		return err
	}
	parked, err := s.answered(ctx, c, "parked")
	if err != nil {
		return err
	}
	if len(parked.Data.Problems) != 1 || parked.Data.Problems[0].Code != "unknown_sku" || parked.Data.Problems[0].Path != "data.lines[0].sku" {
		return fmt.Errorf("%w: the order with a wrong SKU is parked for %v", ErrNotAsPromised, parked.Data.Problems)
	}
	s.say.remark(parked.Data.Problems[0].Remedy + "\nOr a person looks at it, and mends the command:")
	list, err := s.verb(ctx, "exceptions", "list")
	if err != nil {
		return err
	}
	if !strings.Contains(list, c.id) {
		return fmt.Errorf("%w: exceptions list does not name %s", ErrNotAsPromised, c.id)
	}
	mended, err := c.body(orderOf("WEB-1002", "139.32", line{"GRIND-1", "1", "129.00"}))
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(s.dir, "mended.json"), mended, 0o600); err != nil {
		return fmt.Errorf("write the mended command: %w", err)
	}
	if _, err := s.verb(ctx, "exceptions", "edit", "webshop", c.id, "--file", "mended.json", "--reason", "the SKU is GRIND-1"); err != nil {
		return err
	}
	a, err := s.answered(ctx, c, "applied")
	if err != nil {
		return err
	}
	s.expectLevel("4/1", "changed")
	return s.expectOrder(ctx, "WEB-1002", "webshop", a)
}

// verb runs one of odoobridge's verbs against the demo's bridge, as a person would.
func (s *story) verb(ctx context.Context, args ...string) (string, error) {
	var shown []string
	for _, arg := range args {
		if strings.Contains(arg, " ") {
			arg = `"` + arg + `"`
		}
		shown = append(shown, arg)
	}
	s.say.shell("odoobridge " + strings.Join(shown, " "))
	for i, arg := range args {
		if i > 0 && args[i-1] == "--file" {
			args[i] = filepath.Join(s.dir, arg)
		}
	}
	out, err := s.Verb(ctx, s.config, args...)
	if err != nil {
		return "", fmt.Errorf("odoobridge %s: %w", strings.Join(args, " "), err)
	}
	for _, line := range strings.Split(strings.TrimRight(out, "\n"), "\n") {
		s.say.said(line)
	}
	return out, nil
}
