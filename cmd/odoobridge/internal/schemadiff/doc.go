// Package schemadiff compares two versions of the JSON Schemas of events and commands, and says of each
// difference whether it breaks who was built against the older one.
//
// Documents and events are written by the bridge and read by channels: a field that is gone, may be absent or null
// where it was not, or is written otherwise breaks a reader; a new field, or a new type of event, does not.
// Commands are written by channels: a field that is no longer taken, is needed now, or is bounded more tightly
// breaks a writer; a new optional field, or a wider bound, does not. A change of which nobody can tell by the schema alone (another
// pattern) counts as breaking.
package schemadiff
