// Package odoo maps Odoo's tables to entities, release by release: which
// tables and columns make which entity, which entities a row change touches,
// what an entity's document looks like, and what happened when it changed.
//
// Everything here is a pure function over mirrored rows. Nothing here queries
// a database, keeps state or starts a goroutine.
package odoo
