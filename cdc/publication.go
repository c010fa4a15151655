package cdc

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// Codes of findings about a publication.
const (
	FindingPublicationMissing = "publication_missing"
	FindingTableMissing       = "table_missing"       // the database has no such table
	FindingTableKind          = "table_kind"          // a view, an unlogged table …
	FindingNoReplicaIdentity  = "no_replica_identity" // publishing it would make UPDATE fail
	FindingNotPublished       = "table_not_published" // the publication lacks it
	FindingExtraTable         = "extra_table"         // the publication has more than asked for
	FindingAllTables          = "all_tables"          // FOR ALL TABLES, or of a schema
	FindingColumnList         = "column_list"         // DROP COLUMN would fail, or silently end the publishing
	FindingRowFilter          = "row_filter"          // rows would be missing
	FindingOperationsMissing  = "operations_missing"  // not all of insert, update, delete, truncate
)

// Finding is something about the publication that keeps it from being read, and
// what to do about it.
type Finding struct {
	Code    string
	Table   string // "" when it is about the publication as a whole
	Message string
	Remedy  string // SQL, or "" when a person has to think first
}

// PublicationError reports what is wrong with the publication.
type PublicationError struct {
	needsPerson
	Publication string
	Findings    []Finding
}

func (e *PublicationError) Error() string {
	lines := make([]string, 0, len(e.Findings)+1)
	lines = append(lines, fmt.Sprintf("publication %s cannot be used as it is:", e.Publication))
	for _, f := range e.Findings {
		line := "- " + f.Message
		if f.Remedy != "" {
			line += "; remedy: " + f.Remedy
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// Tables are those that a finding of the given code names.
func (e *PublicationError) Tables(code string) []string {
	var tables []string
	for _, f := range e.Findings {
		if f.Code == code && f.Table != "" {
			tables = append(tables, f.Table)
		}
	}
	return tables
}

// CreatePublicationSQL is the statement that makes the publication: no column
// lists, because with one DROP COLUMN fails, and DROP COLUMN … CASCADE, which
// Odoo runs, takes the whole table out of the publication without a word.
func CreatePublicationSQL(publication string, tables []string) string {
	lines := make([]string, len(tables))
	for i, t := range tables {
		lines[i] = "    " + quoteTable(t)
	}
	return "CREATE PUBLICATION " + quoteIdent(publication) + " FOR TABLE ONLY\n" + strings.Join(lines, ",\n")
}

// EnsurePublication verifies that the publication holds exactly the given
// tables, each whole; with create, it is made first if there is none. Nothing
// is made while a table of it would break Odoo's own writes. What it returns
// is a *PublicationError, or the reason why the question could not be asked.
func (s *Source) EnsurePublication(ctx context.Context, tables []string, create bool) error {
	findings, err := s.CheckPublication(ctx, tables)
	if err != nil {
		return err
	}
	if create && len(findings) == 1 && findings[0].Code == FindingPublicationMissing {
		if _, err := s.control.query(ctx, findings[0].Remedy); err != nil {
			return fmt.Errorf("create publication %s: %w", s.cfg.Publication, err)
		}
		if findings, err = s.CheckPublication(ctx, tables); err != nil {
			return err
		}
	}
	if len(findings) > 0 {
		return &PublicationError{Publication: s.cfg.Publication, Findings: findings}
	}
	return nil
}

// Publish adds tables to the publication where the role may, which takes the owner of both; done
// is false where there is nothing to do. A table that would break Odoo's own writes is refused.
func (s *Source) Publish(ctx context.Context, tables []string) (done bool, err error) {
	findings, err := s.CheckPublication(ctx, tables)
	if err != nil {
		return false, err
	}
	for _, f := range findings {
		if f.Code != FindingNotPublished && f.Code != FindingExtraTable {
			return false, &PublicationError{Publication: s.cfg.Publication, Findings: findings}
		}
	}
	for _, f := range findings {
		if f.Code != FindingNotPublished {
			continue
		}
		if _, err := s.control.query(ctx, f.Remedy); err != nil {
			return done, fmt.Errorf("publish table %s: %w", f.Table, err)
		}
		done = true
	}
	return done, nil
}

// CheckPublication returns everything that is wrong with the publication or
// the tables, all at once.
func (s *Source) CheckPublication(ctx context.Context, tables []string) ([]Finding, error) {
	version, err := s.control.version(ctx)
	if err != nil {
		return nil, err
	}
	findings, err := s.checkTables(ctx, tables)
	if err != nil {
		return nil, err
	}
	pub, err := s.readPublication(ctx, version)
	if err != nil {
		return nil, err
	}
	return append(findings, pub.check(s.cfg.Publication, tables)...), nil
}

// publication is what the catalog says.
type publication struct {
	exists    bool
	all       bool
	lacks     []string // operations it does not publish
	tables    []string // "schema.table"
	columns   map[string]bool
	filtered  map[string]bool
	bySchemas bool
}

func (s *Source) readPublication(ctx context.Context, version int) (publication, error) {
	p := publication{columns: map[string]bool{}, filtered: map[string]bool{}}
	rows, err := s.control.query(ctx, `SELECT puballtables, pubinsert, pubupdate, pubdelete, pubtruncate
		FROM pg_publication WHERE pubname = $1`, s.cfg.Publication)
	if err != nil {
		return p, fmt.Errorf("read publication %s: %w", s.cfg.Publication, err)
	}
	if len(rows) == 0 {
		return p, nil
	}
	f := fields{row: rows[0]}
	p.exists, p.all = true, f.yes()
	for _, op := range []string{"insert", "update", "delete", "truncate"} {
		if !f.yes() {
			p.lacks = append(p.lacks, op)
		}
	}
	return p, s.readPublished(ctx, version, &p)
}

// readPublished reads the tables, with column lists and row filters where the
// release has them.
func (s *Source) readPublished(ctx context.Context, version int, p *publication) error {
	sql := `SELECT t.schemaname || '.' || t.tablename, false, false, false FROM pg_publication_tables t WHERE t.pubname = $1 ORDER BY 1`
	if version >= 150000 {
		// The view lists all columns also where no list was given; the catalog tells.
		sql = `SELECT t.schemaname || '.' || t.tablename, coalesce(r.prattrs IS NOT NULL, false), coalesce(r.prqual IS NOT NULL, false),
				EXISTS (SELECT 1 FROM pg_publication_namespace n WHERE n.pnpubid = p.oid)
			FROM pg_publication_tables t JOIN pg_publication p ON p.pubname = t.pubname
			LEFT JOIN pg_publication_rel r ON r.prpubid = p.oid
				AND r.prrelid = (quote_ident(t.schemaname) || '.' || quote_ident(t.tablename))::regclass
			WHERE t.pubname = $1 ORDER BY 1`
	}
	rows, err := s.control.query(ctx, sql, s.cfg.Publication)
	if err != nil {
		return fmt.Errorf("read the tables of publication %s: %w", s.cfg.Publication, err)
	}
	for _, row := range rows {
		f := fields{row: row}
		name := f.text()
		p.tables = append(p.tables, name)
		p.columns[name], p.filtered[name] = f.yes(), f.yes()
		p.bySchemas = p.bySchemas || f.yes()
	}
	return nil
}

// check compares the publication with the tables wanted.
func (p publication) check(name string, tables []string) []Finding {
	pub := quoteIdent(name)
	if !p.exists {
		return []Finding{{Code: FindingPublicationMissing, Message: fmt.Sprintf("publication %s does not exist", name),
			Remedy: CreatePublicationSQL(name, tables)}}
	}
	var out []Finding
	if p.all || p.bySchemas {
		out = append(out, Finding{Code: FindingAllTables, Message: "the publication is for all tables of the database or of a schema, " +
			"which makes Odoo's UPDATE and DELETE fail on those without a primary key",
			Remedy: "DROP PUBLICATION " + pub + "; " + CreatePublicationSQL(name, tables)})
	}
	if len(p.lacks) > 0 {
		out = append(out, Finding{Code: FindingOperationsMissing, Message: "the publication leaves out " + strings.Join(p.lacks, ", "),
			Remedy: "ALTER PUBLICATION " + pub + " SET (publish = 'insert, update, delete, truncate')"})
	}
	wanted := map[string]bool{}
	for _, t := range tables {
		schema, table := splitTable(t)
		full := schema + "." + table
		wanted[full] = true
		out = append(out, p.checkTable(pub, t, full)...)
	}
	if !p.all && !p.bySchemas {
		for _, t := range p.tables {
			if !wanted[t] {
				out = append(out, Finding{Code: FindingExtraTable, Table: t, Message: fmt.Sprintf("table %s is published but not read", t),
					Remedy: "ALTER PUBLICATION " + pub + " DROP TABLE " + quoteTable(t)})
			}
		}
	}
	return out
}

func (p publication) checkTable(pub, table, full string) []Finding {
	sql := quoteTable(table)
	switch {
	case !slices.Contains(p.tables, full):
		return []Finding{{Code: FindingNotPublished, Table: table, Message: fmt.Sprintf("table %s is not in the publication", table),
			Remedy: "ALTER PUBLICATION " + pub + " ADD TABLE ONLY " + sql}}
	case p.columns[full]:
		return []Finding{{Code: FindingColumnList, Table: table,
			Message: fmt.Sprintf("table %s is published with a column list: when Odoo drops one of the columns, the whole table "+
				"silently leaves the publication", table),
			Remedy: "ALTER PUBLICATION " + pub + " DROP TABLE " + sql + "; ALTER PUBLICATION " + pub + " ADD TABLE ONLY " + sql}}
	case p.filtered[full]:
		return []Finding{{Code: FindingRowFilter, Table: table, Message: fmt.Sprintf("table %s is published with a row filter", table),
			Remedy: "ALTER PUBLICATION " + pub + " DROP TABLE " + sql + "; ALTER PUBLICATION " + pub + " ADD TABLE ONLY " + sql}}
	}
	return nil
}
