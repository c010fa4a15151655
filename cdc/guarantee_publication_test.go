package cdc

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

const zoo = `CREATE TABLE item (id bigint PRIMARY KEY, v text);
	CREATE TABLE rel (a int, b int, PRIMARY KEY (a, b));
	CREATE TABLE nokey (id int, v text);
	CREATE TABLE nothing (id int PRIMARY KEY); ALTER TABLE nothing REPLICA IDENTITY NOTHING;
	CREATE TABLE whole (id int); ALTER TABLE whole REPLICA IDENTITY FULL;
	CREATE UNLOGGED TABLE unlogged (id int PRIMARY KEY);
	CREATE VIEW looks AS SELECT * FROM item`

func codes(findings []Finding) []string {
	var out []string
	for _, f := range findings {
		out = append(out, f.Code+" "+f.Table)
	}
	return out
}

func TestPublicationIsCreatedAndVerified(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), zoo, "item")
	s := r.newSource(func(c *Config, _ *timing) { c.Publication = `odd "name"` })
	tables := []string{"item", "public.rel", "whole"}
	var wrong *PublicationError
	if err := s.EnsurePublication(t.Context(), tables, false); !errors.As(err, &wrong) || wrong.Findings[0].Code != FindingPublicationMissing {
		t.Fatalf("before: %v", err)
	}
	if err := s.EnsurePublication(t.Context(), tables, true); err != nil {
		t.Fatalf("create: %v", err)
	}
	if err := s.EnsurePublication(t.Context(), tables, true); err != nil {
		t.Errorf("verify: %v", err)
	}
	if err := s.EnsurePublication(t.Context(), []string{"item", "rel"}, true); !errors.As(err, &wrong) || !NeedsPerson(err) {
		t.Errorf("one table too many: %v", err)
	}
}

// A table without primary key would make Odoo's own UPDATE fail: nothing is made.
func TestTableWithoutReplicaIdentityIsRefused(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), zoo, "item")
	s := r.newSource(func(c *Config, _ *timing) { c.Publication = "other" })
	err := s.EnsurePublication(t.Context(), []string{"item", "nokey", "nothing", "unlogged", "looks", "absent"}, true)
	var wrong *PublicationError
	if !errors.As(err, &wrong) {
		t.Fatalf("EnsurePublication: %v", err)
	}
	if diff := cmp.Diff([]string{"nokey", "nothing"}, wrong.Tables(FindingNoReplicaIdentity)); diff != "" {
		t.Errorf("tables without replica identity (-want +got):\n%s", diff)
	}
	want := []string{"no_replica_identity nokey", "no_replica_identity nothing", "table_kind unlogged", "table_kind looks",
		"table_missing absent", "publication_missing "}
	if diff := cmp.Diff(want, codes(wrong.Findings)); diff != "" {
		t.Errorf("findings (-want +got):\n%s", diff)
	}
	var n int
	r.scan(`SELECT count(*) FROM pg_publication WHERE pubname = 'other'`, &n)
	if n != 0 {
		t.Error("the publication was made all the same")
	}
}

// Each thing that can be wrong is found, and its remedy mends it.
func TestPublicationFindingsNameARemedyThatWorks(t *testing.T) {
	tables := []string{"item", "rel"}
	for name, c := range map[string]struct {
		make string
		want []string
	}{
		"column list":    {`CREATE PUBLICATION p FOR TABLE item (id), rel`, []string{"column_list item"}},
		"row filter":     {`CREATE PUBLICATION p FOR TABLE item WHERE (id > 5), rel`, []string{"row_filter item"}},
		"too few":        {`CREATE PUBLICATION p FOR TABLE rel`, []string{"table_not_published item"}},
		"too many":       {`CREATE PUBLICATION p FOR TABLE item, rel, whole`, []string{"extra_table public.whole"}},
		"operations":     {`CREATE PUBLICATION p FOR TABLE item, rel WITH (publish = 'insert, update')`, []string{"operations_missing "}},
		"all tables":     {`CREATE PUBLICATION p FOR ALL TABLES`, []string{"all_tables "}},
		"all of public":  {`CREATE PUBLICATION p FOR TABLES IN SCHEMA public`, []string{"all_tables "}},
		"several things": {`CREATE PUBLICATION p FOR TABLE item (id), whole WITH (publish = 'insert')`, []string{"operations_missing ", "column_list item", "table_not_published rel", "extra_table public.whole"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t, testkit.Postgres(t), zoo, "item")
			r.exec(c.make)
			s := r.newSource(func(c *Config, _ *timing) { c.Publication = "p" })
			findings, err := s.CheckPublication(t.Context(), tables)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(c.want, codes(findings)); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			for _, f := range findings {
				for sql := range strings.SplitSeq(f.Remedy, "; ") {
					r.exec(sql)
				}
			}
			if err := s.EnsurePublication(t.Context(), tables, false); err != nil {
				t.Errorf("after the remedies: %v", err)
			}
		})
	}
}

// What Odoo runs when a column goes, on a table published with a column list:
// the table leaves without a word.
func TestTableThatSilentlyLeavesIsNoticed(t *testing.T) {
	r := newRig(t, testkit.Postgres(t), zoo, "item")
	r.exec(`CREATE PUBLICATION p FOR TABLE item, rel`)
	s := r.newSource(func(c *Config, _ *timing) { c.Publication = "p" })
	watched := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() { watched <- s.WatchPublication(ctx, []string{"item", "rel"}, 10*time.Millisecond) }()
	r.exec(`ALTER PUBLICATION p SET TABLE item (id, v), rel; ALTER TABLE item DROP COLUMN v CASCADE`)
	select {
	case err := <-watched:
		var wrong *PublicationError
		if !errors.As(err, &wrong) {
			t.Errorf("WatchPublication: %v", err)
		}
	case <-time.After(patience):
		t.Fatal("nobody noticed")
	}
	if findings, err := s.CheckPublication(t.Context(), []string{"item", "rel"}); err != nil || codes(findings)[0] != "table_not_published item" {
		t.Errorf("findings %v, %v", codes(findings), err)
	}
}
