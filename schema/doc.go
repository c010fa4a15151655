// Package schema is the public contract with channels: the entities, the
// events about them, their CloudEvents envelope, the JSON Schemas of it all,
// and the names of message headers. It imports nothing of ours.
//
// Entities describes every document and event; the JSON Schemas in json/ and
// docs/EVENTS.md are made from it by go generate. Event is one happening: AppendJSON
// writes it as a channel sees it, ParseEvent reads it again. Scan, Field and Diff work on
// documents as they are written, byte by byte and without allocating, because every event
// passes through them: a document has one way only to be written.
//
// Commands describes every command likewise: its JSON Schema, docs/COMMANDS.md and
// the codes of problems (ProblemCodes) come from there, and the Go types of a
// command's data (OrderPlace and its like) are held to it by a test. What is not described is refused.
//
// Compatibility: fields and events are added, never renamed or retyped, within a version.
package schema
