package schema

import "time"

// Headers of a published message. Consumers may route on them without opening the body.
const (
	HeaderEntity    = "entity"
	HeaderKey       = "key"
	HeaderRevision  = "revision"
	HeaderCompany   = "company"
	HeaderOrigin    = "origin"    // absent when no channel caused the event
	HeaderReplay    = "replay"    // the job that sent the event again, or the document; absent in the live flow
	HeaderConflated = "conflated" // how many events this one stands for, when more than one
	// HeaderResync is "true" where the bridge did not read in the log what happened but found it
	// by comparing: what lies between before and after it cannot tell. Else it is absent.
	HeaderResync = "resync"

	// MetadataType, MetadataTime, MetadataExchange and MetadataRoutingKey are
	// not headers: they travel in a watermill message's metadata and become the AMQP properties type
	// and timestamp, and the address. Without an exchange the message goes straight to the queue that
	// Publish names as its topic.
	MetadataType       = "amqp.type"
	MetadataTime       = "amqp.timestamp" // RFC 3339
	MetadataExchange   = "amqp.exchange"
	MetadataRoutingKey = "amqp.routing_key"
)

// Event is one happening to one entity, before it is cut to what a lane may see.
type Event struct {
	Source    string // "odoo/<database uuid>"
	ID        string // unique within Source, the same on every replay
	Entity    string
	What      string // "confirmed"; the type is Entity + "." + What
	Key       string // what follows the entity in the subject: "S00042"
	Time      time.Time
	Revision  int64
	LSN       string
	XID       uint32
	Origin    string
	Company   int64  // 0: none
	Body      []byte // the whole document: a JSON object
	Changed   []string
	Before    []byte // JSON object of previous values; nil when there are none
	Conflated int
	Resync    bool
}

// Type is the CloudEvents type, "order.confirmed".
func (e *Event) Type() string { return e.Entity + "." + e.What }

// Subject is the CloudEvents subject, "order/S00042".
func (e *Event) Subject() string { return e.Entity + "/" + e.Key }
