// Package schema is the public contract with channels: the entities, the
// events about them, their CloudEvents envelope, the JSON Schemas of it all,
// and the names of message headers. It imports nothing of ours.
//
// Compatibility: fields are added, never renamed or retyped, within a version.
package schema
