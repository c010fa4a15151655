package lane

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/odoobridge/odoobridge/internal/store"
	"github.com/odoobridge/odoobridge/schema"
)

// HeaderView is set where a subject came into a lane's view, or left it, by an
// event whose type does not say so: a customer who lost the category that the
// lane asks for. After it left, the lane has no more events of the subject.
const (
	HeaderView = "view"
	Entered    = "entered"
	Left       = "left"
)

// encoder makes messages of events.
type encoder struct {
	source   string
	fields   []string
	where    bool
	firehose bool
	buffer   []byte
}

// envelope is the event that a journal entry is.
func (c *encoder) envelope(e *store.Event) schema.Event {
	return schema.Event{
		Source:   c.source,
		ID:       eventID(e),
		Entity:   e.Entity,
		What:     e.What,
		Key:      strings.TrimPrefix(e.Subject, e.Entity+"/"),
		Time:     e.Time,
		Revision: e.Revision,
		LSN:      e.LSN.String(),
		XID:      e.XID,
		Origin:   e.Origin,
		Company:  e.Company,
		Body:     e.Body,
		Changed:  e.Changed,
		Before:   e.Before,
		Resync:   e.Resync,
	}
}

// eventID is timeline, commit end-LSN and ordinal: the same on every replay. Once the log has
// begun anew, the timeline has the epoch before it, so that no position can mean two things.
func eventID(e *store.Event) string {
	b := make([]byte, 0, 48)
	if e.Epoch > 0 {
		b = append(strconv.AppendInt(b, int64(e.Epoch), 10), '.')
	}
	b = strconv.AppendInt(b, int64(e.Timeline), 10)
	b = append(b, '-')
	b = e.LSN.Append(b)
	b = append(b, '-')
	return string(strconv.AppendInt(b, int64(e.Ordinal), 10))
}

// document is the snapshot event of a stored document. Its id follows from the document:
// it has changed when, and only when, the document has. The revision is in it because
// positions come again after a restore, and revisions do not.
func (c *encoder) document(d *store.Document, at time.Time) schema.Event {
	lsn := d.LSN.String()
	return schema.Event{
		Source:   c.source,
		ID:       lsn + "-" + whatSnapshot + "-" + d.Subject + "-r" + strconv.FormatInt(d.Revision, 10),
		Entity:   d.Entity,
		What:     whatSnapshot,
		Key:      strings.TrimPrefix(d.Subject, d.Entity+"/"),
		Time:     at,
		Revision: d.Revision,
		LSN:      lsn,
		Company:  d.Company,
		Body:     d.Body,
	}
}

// message encodes an event as the lane may see it.
func (c *encoder) message(e *schema.Event, s sight) *message.Message {
	c.buffer = e.AppendJSON(c.buffer[:0], c.fields)
	m := message.NewMessage(e.ID, bytes.Clone(c.buffer))
	h := m.Metadata
	h[schema.HeaderEntity] = e.Entity
	h[schema.HeaderKey] = e.Key
	h[schema.HeaderRevision] = strconv.FormatInt(e.Revision, 10)
	if e.Company != 0 {
		h[schema.HeaderCompany] = strconv.FormatInt(e.Company, 10)
	}
	if e.Origin != "" {
		h[schema.HeaderOrigin] = e.Origin
	}
	if e.Resync {
		h[schema.HeaderResync] = "true"
	}
	if e.Conflated > 1 {
		h[schema.HeaderConflated] = strconv.Itoa(e.Conflated)
	}
	if c.where && e.What != whatCreated && e.What != whatDeleted && e.What != whatSnapshot && s.known != s.now {
		h[HeaderView] = s.edge()
	}
	h[schema.MetadataType] = e.Type()
	h[schema.MetadataTime] = e.Time.UTC().Format(time.RFC3339Nano)
	if c.firehose {
		h[schema.MetadataExchange] = firehoseChannel
		h[schema.MetadataRoutingKey] = e.RoutingKey()
	}
	return m
}
