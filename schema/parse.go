package schema

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// ParseEvent reads what AppendJSON wrote. The company is not part of the
// envelope: it is in the document, and in the message's header.
func ParseEvent(text []byte) (*Event, error) {
	var in struct {
		SpecVersion string    `json:"specversion"`
		ID          string    `json:"id"`
		Source      string    `json:"source"`
		Type        string    `json:"type"`
		Subject     string    `json:"subject"`
		Time        time.Time `json:"time"`
		Revision    int64     `json:"revision"`
		LSN         string    `json:"lsn"`
		XID         uint32    `json:"xid"`
		Origin      string    `json:"origin"`
		Conflated   int       `json:"conflated"`
		Resync      bool      `json:"resync"`
		Data        struct {
			Entity  json.RawMessage `json:"entity"`
			Changed []string        `json:"changed"`
			Before  json.RawMessage `json:"before"`
		} `json:"data"`
	}
	if err := json.Unmarshal(text, &in); err != nil {
		return nil, fmt.Errorf("parse event: %w", err)
	}
	if in.SpecVersion != "1.0" {
		return nil, fmt.Errorf("parse event: specversion %q, want 1.0", in.SpecVersion)
	}
	entity, what, ok := strings.Cut(in.Type, ".")
	if !ok {
		return nil, fmt.Errorf("parse event: type %q, want <entity>.<what>", in.Type)
	}
	key, ok := strings.CutPrefix(in.Subject, entity+"/")
	if !ok {
		return nil, fmt.Errorf("parse event: subject %q does not begin with the type's entity %q", in.Subject, entity)
	}
	return &Event{
		Source: in.Source, ID: in.ID, Entity: entity, What: what, Key: key, Time: in.Time,
		Revision: in.Revision, LSN: in.LSN, XID: in.XID, Origin: in.Origin, Conflated: in.Conflated, Resync: in.Resync,
		Body: in.Data.Entity, Changed: in.Data.Changed, Before: in.Data.Before,
	}, nil
}
