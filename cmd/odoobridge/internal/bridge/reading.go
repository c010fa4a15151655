package bridge

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/trace"
	"github.com/odoobridge/odoobridge/internal/change"
	"github.com/odoobridge/odoobridge/schema/odoo"
)

// metaBegun says why tables are being read, so that a reading which is begun again after a crash still says it.
const metaBegun = "reading_begun"

// asked is a reading that a person asked for; found is what was wrong, if anything.
func asked(o Options, found error) trace.Reading {
	r := trace.Reading{Kind: trace.ReadAnew, Why: "odoobridge resync", By: o.By}
	if o.OtherDatabase {
		r.Why += " --other-database"
	}
	if found != nil {
		r.Why += ": " + found.Error()
	}
	return r
}

// begun is the reading that did not come to its end.
func (b *bridge) begun(ctx context.Context) (r trace.Reading, err error) {
	text, found, err := b.store.Meta(ctx, metaBegun)
	if err == nil && found {
		err = json.Unmarshal([]byte(text), &r)
	}
	if err != nil {
		return r, fmt.Errorf("read why tables were being read: %w", err)
	}
	if r.Kind != trace.ReadAnew {
		r = trace.Reading{Kind: trace.ReadAnew, Why: "the tables had not been read to the end, or for another mapping"}
	}
	return r, nil
}

// readingMeta is what becomes durable of a reading with its documents.
func (b *bridge) readingMeta(ctx context.Context, r trace.Reading, at time.Time, lsn change.LSN) (name, value string, err error) {
	r.At, r.LSN, r.After = at.UTC().Truncate(time.Microsecond), lsn.String(), b.lastEvent()
	return r.Note(ctx, b.store)
}

// following are the entities whose documents show the tables.
func following(p *odoo.Profile, tables []string) (names []string) {
	for _, e := range p.Entities {
		for t := range e.Touches {
			if slices.Contains(tables, t.Name) && !slices.Contains(names, e.Name) {
				names = append(names, e.Name)
			}
		}
	}
	return names
}
