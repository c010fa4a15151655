package router

import (
	"fmt"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// documents reads and writes entity documents, collecting writes until flush.
type documents struct {
	store  store.Mirror
	names  []string
	cached []map[odoo.Key]store.Document // by entity; the zero Document stands for none
	older  []map[odoo.Key]store.Document
	bytes  int
	half   int
	dirty  map[docID]store.Document
}

type docID struct {
	entity int
	key    odoo.Key
}

func newDocuments(p *odoo.Profile, s store.Mirror, cacheBytes int) *documents {
	d := &documents{store: s, half: max(cacheBytes/2, 1), dirty: map[docID]store.Document{}}
	for _, e := range p.Entities {
		d.names = append(d.names, e.Name)
		d.cached = append(d.cached, map[odoo.Key]store.Document{})
		d.older = append(d.older, map[odoo.Key]store.Document{})
	}
	return d
}

// get returns the stored document; its Body is nil when there is none.
func (d *documents) get(entity int, key odoo.Key) (store.Document, error) {
	if doc, found := d.cached[entity][key]; found {
		return doc, nil
	}
	if doc, found := d.older[entity][key]; found {
		d.remember(entity, key, doc)
		return doc, nil
	}
	if doc, found := d.dirty[docID{entity, key}]; found {
		return doc, nil
	}
	doc, _, err := d.store.Document(d.names[entity], key)
	if err != nil {
		return doc, fmt.Errorf("read document %s %v: %w", d.names[entity], key, err)
	}
	d.remember(entity, key, doc)
	return doc, nil
}

// tombstone is the body of a document whose entity is gone. It keeps the revision, so that
// an entity that returns under the same subject goes on counting.
const tombstone = "null"

// put stores the document in place of what is there; one without Body is forgotten.
func (d *documents) put(entity int, doc store.Document) {
	d.dirty[docID{entity, doc.Key}] = doc
	d.remember(entity, doc.Key, doc)
}

func (d *documents) remember(entity int, key odoo.Key, doc store.Document) {
	d.cached[entity][key] = doc
	d.bytes += len(doc.Body) + len(doc.Subject) + 160
	if d.bytes > d.half {
		d.cached, d.older, d.bytes = d.older, d.cached, 0
		for _, m := range d.cached {
			clear(m)
		}
	}
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
	for i := range d.cached {
		clear(d.cached[i])
		clear(d.older[i])
	}
	d.bytes = 0
}
