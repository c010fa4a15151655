package sqlite

import (
	"errors"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

var partner = store.Table{Name: "res_partner", Columns: []string{"id", "name", "parent_id"}, Keys: []string{"id"}, Indexes: []string{"parent_id"}}

func put(t *testing.T, s *Store, b *store.Batch) {
	t.Helper()
	if err := errors.Join(s.Write(t.Context(), b), s.Commit(t.Context())); err != nil {
		t.Fatal(err)
	}
}

func TestAnotherLayoutIsRefusedByNameAndReplacedOnRequest(t *testing.T) {
	dir := t.TempDir()
	product := store.Table{Name: "product_product", Columns: []string{"id"}, Keys: []string{"id"}}
	s := open(t, Options{Path: dir, Tables: []store.Table{partner, product}})
	put(t, s, &store.Batch{
		Puts:      []store.RowPut{{Table: 0, Row: store.Row{Key: store.Key{1}, Text: "1\tAda\t\\N", Indexed: []int64{store.NoIndex}}}},
		Documents: []store.Document{{Entity: "customer", Key: store.Key{1}, Body: []byte(`{}`)}},
		Meta:      map[string]string{"loaded": "0/1"},
	})
	closeStore(t, s)

	more, keys, indexes := partner, partner, partner
	more.Columns = append(partner.Columns[:len(partner.Columns):len(partner.Columns)], "email")
	keys.Keys = []string{"id", "name"}
	indexes.Indexes = nil
	for _, c := range []struct {
		tables []store.Table
		words  []string
	}{
		{[]store.Table{more, product}, []string{"res_partner", `["id","name","parent_id"]`, `"email"`}},
		{[]store.Table{keys, product}, []string{"res_partner", "keys", `["id","name"]`}},
		{[]store.Table{indexes, product}, []string{"res_partner", "indexes", `["parent_id"]`}},
		{[]store.Table{partner}, []string{"product_product", "no longer wanted"}},
		{[]store.Table{partner, product, {Name: "uom_uom", Columns: []string{"id"}, Keys: []string{"id"}}}, []string{"uom_uom", "not in it"}},
	} {
		refused(t, Options{Path: dir, Tables: c.tables}, store.ErrLayout, c.words...)
	}

	s = open(t, Options{Path: dir, Tables: []store.Table{product, partner}}) // the order on disk does not matter
	if text, _, err := s.Row(1, store.Key{1}); err != nil || text != "1\tAda\t\\N" {
		t.Errorf("the row is %q, %v", text, err)
	}
	closeStore(t, s)

	s = open(t, Options{Path: dir, Tables: []store.Table{more}, ReplaceLayout: true})
	if _, found, err := s.Row(0, store.Key{1}); err != nil || found {
		t.Errorf("a row for other columns is still there (%v)", err)
	}
	if _, found, err := s.Document("customer", store.Key{1}); err != nil || !found {
		t.Errorf("the document is gone (%v)", err)
	}
	put(t, s, &store.Batch{Puts: []store.RowPut{{Table: 0, Row: store.Row{Key: store.Key{2}, Text: "2", Indexed: []int64{1}}}}})
	closeStore(t, s)

	s = open(t, Options{Path: dir, Tables: []store.Table{more}, ReplaceLayout: true})
	defer closeStore(t, s)
	if _, found, err := s.Row(0, store.Key{2}); err != nil || !found {
		t.Errorf("a row for these columns was dropped (%v)", err)
	}
}

func TestTablesThatCannotBeKeptAreRefused(t *testing.T) {
	for word, table := range map[string]store.Table{
		"0 key columns":     {Name: "a"},
		"3 key columns":     {Name: "a", Keys: []string{"x", "y", "z"}},
		"of the same name":  {Name: "a", Keys: []string{"id"}, Indexes: []string{"b", "b"}},
		"or one named row":  {Name: "a", Keys: []string{"row"}},
		"open the store in": {Name: "a", Keys: []string{"id", "id"}},
	} {
		refused(t, Options{Path: t.TempDir(), Tables: []store.Table{table}}, nil, word)
	}
}

func TestRowsThatDoNotFitTheirTableAreRefused(t *testing.T) {
	s := open(t, Options{Temporary: true, Tables: []store.Table{partner}})
	defer closeStore(t, s)
	for name, row := range map[string]store.Row{
		"no indexed value": {Key: store.Key{1}},
		"a second key":     {Key: store.Key{1, 2}, Indexed: []int64{1}},
	} {
		if s.Write(t.Context(), &store.Batch{Puts: []store.RowPut{{Row: row}}}) == nil {
			t.Errorf("%s: written", name)
		}
		if err := s.Rollback(); err != nil {
			t.Fatal(err)
		}
		l, err := s.Load(t.Context(), 0)
		if err != nil {
			t.Fatal(err)
		}
		if l.Add(t.Context(), []store.Row{row}) == nil {
			t.Errorf("%s: loaded", name)
		}
		if err := l.Abort(); err != nil {
			t.Fatal(err)
		}
	}
}
