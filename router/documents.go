package router

import (
	"bytes"
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/router/internal/cache"
	"github.com/odoobridge/odoobridge/schema"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// documents reads and writes entity documents, collecting writes until flush.
type documents struct {
	store  store.Mirror
	names  []string
	cached *cache.Cache[docID, store.Document] // the zero Document stands for none
	dirty  map[docID]store.Document
}

type docID struct {
	entity int
	key    odoo.Key
}

func newDocuments(p *odoo.Profile, s store.Mirror, cacheBytes int) *documents {
	d := &documents{store: s, dirty: map[docID]store.Document{}}
	d.cached = cache.New[docID](cacheBytes, func(doc store.Document) int { return len(doc.Body) + len(doc.Subject) + documentOverhead })
	for _, e := range p.Entities {
		d.names = append(d.names, e.Name)
	}
	return d
}

// documentOverhead is what a document occupies beside its texts, in bytes.
const documentOverhead = 112

// get returns the stored document; its Body is nil when there is none.
func (d *documents) get(entity int, key odoo.Key) (store.Document, error) {
	id := docID{entity, key}
	if doc, found := d.cached.Get(id); found {
		return doc, nil
	}
	if doc, found := d.dirty[id]; found {
		return doc, nil
	}
	doc, _, err := d.store.Document(d.names[entity], key)
	if err != nil {
		return doc, fmt.Errorf("read document %s %v: %w", d.names[entity], key, err)
	}
	d.cached.Put(id, doc)
	return doc, nil
}

// tombstone is the body of a document whose entity is gone: null, or the key of the one that it was merged into. The
// document keeps the revision, so that an entity that returns under the same subject goes on counting.
func tombstone(lastWords []byte) []byte {
	if heir := schema.Field(lastWords, odoo.MergedInto); heir != nil {
		return bytes.Clone(heir)
	}
	return []byte("null")
}

func isTombstone(body []byte) bool { return len(body) > 0 && body[0] != '{' }

// put stores the document in place of what is there; one without Body is forgotten.
func (d *documents) put(entity int, doc store.Document) {
	id := docID{entity, doc.Key}
	d.dirty[id] = doc
	d.cached.Put(id, doc)
}

func (d *documents) flush(b *store.Batch) {
	for _, doc := range d.dirty {
		if doc.Body == nil {
			b.Forgotten = append(b.Forgotten, doc)
		} else {
			b.Documents = append(b.Documents, doc)
		}
	}
	clear(d.dirty)
}

func (d *documents) reset() {
	clear(d.dirty)
	d.cached.Clear()
}
