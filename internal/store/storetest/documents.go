package storetest

import (
	"fmt"
	"testing"

	"github.com/odoobridge/odoobridge/internal/store"
)

func documentPages(t *testing.T, s store.Store) {
	b := &store.Batch{}
	var want []store.Key
	for k := int64(1500); k > 0; k-- {
		b.Documents = append(b.Documents, store.Document{Entity: "stock_level", Key: store.Key{k / 3, k % 3}, Subject: fmt.Sprint(k), Body: []byte(`{}`)})
	}
	for k := int64(1); k <= 1500; k++ {
		want = append(want, store.Key{k / 3, k % 3})
	}
	b.Documents = append(b.Documents, store.Document{Entity: "order", Key: store.Key{1}, Subject: "another entity", Body: []byte(`{}`)})
	commit(t, s, b)
	for _, page := range []int{1, 7, 512, 600, 1500, 9999} {
		var got []store.Key
		after := store.Key{}
		for n := page; n == page; {
			list := documents(t, s, "stock_level", after, page)
			for _, d := range list {
				got = append(got, d.Key)
			}
			if n = len(list); n > 0 {
				after = list[n-1].Key
			}
			if page == 1 && len(got) == 10 {
				break
			}
		}
		if page == 1 {
			equal(t, "first ten one by one", got, want[:10])
			continue
		}
		equal(t, fmt.Sprintf("in pages of %d", page), got, want)
	}
	equal(t, "of an unknown entity", documents(t, s, "nothing", store.Key{}, 10), []store.Document(nil))
	equal(t, "without a limit left", documents(t, s, "order", store.Key{}, 0), []store.Document(nil))
}

func exactDocuments(t *testing.T, s store.Store) {
	want := store.Document{
		Entity: "stock_level", Key: store.Key{7, 3}, Subject: "stock_level/7/3", Revision: 1 << 40, LSN: 0xFFFFFFFF_FFFFFFFE, Company: 12, Last: 1 << 42,
		Body: []byte(`{"name":"Größe \u0000 'x'","n":null}`),
	}
	commit(t, s, &store.Batch{Documents: []store.Document{want}})
	read := func(where string) {
		t.Helper()
		got, found, err := s.Document(want.Entity, want.Key)
		ok(t, err)
		equal(t, where+" there", found, true)
		equal(t, where, got, want)
		equal(t, where+" in a page", documents(t, s, want.Entity, store.Key{}, 10), []store.Document{want})
	}
	read("document")
	want.Body, want.Revision, want.Company, want.Last = []byte(`{}`), 0, 0, store.Unlinked
	commit(t, s, &store.Batch{Documents: []store.Document{want}})
	read("document after it was changed")
	commit(t, s, &store.Batch{Forgotten: []store.Document{{Entity: want.Entity, Key: want.Key}, {Entity: "unknown", Key: want.Key}}})
	_, found, err := s.Document(want.Entity, want.Key)
	ok(t, err)
	equal(t, "forgotten document there", found, false)
	equal(t, "documents left", documents(t, s, want.Entity, store.Key{}, 10), []store.Document(nil))
}
