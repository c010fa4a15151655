// Package sqlite keeps the store in one SQLite database, in a folder of its own.
//
// # What it promises
//
//   - Commit returns when everything written since the last one is on disk. A failed
//     Write or Commit leaves nothing of its transaction behind, and so does a killed process.
//   - One process has the store at a time; another one gets store.ErrInUse, with
//     the holder's process id.
//   - A store of a newer program is refused with store.ErrNewer, one whose rows
//     were written for other columns with store.ErrLayout, before anything is changed.
//   - Running out of room is store.ErrFull, before the disk is full: a reserve is
//     left in which cursors are saved and the journal is trimmed. What trimming leaves vacant
//     in the file is room, though the disk gets nothing back.
//   - A load that did not finish leaves its table empty.
//
// # How it works
//
// The schema, for people to read, is schema.sql. One connection writes. It also
// answers the mirror's reads, which therefore see what is not committed yet. Who
// wants a transaction on it waits for the turn: Write keeps it until Commit,
// cursors, trims and loads take it for one short transaction each. Journal,
// documents and cursors are read on other connections and see what is committed,
// a piece at a time: a reader may be as slow as it likes.
//
// The database is in write-ahead-log mode. Commit syncs the log once. When the log has
// become long it is copied to the database by a connection of its own, beside the
// writer, who pauses only for the last pages; so no commit waits for all of it.
//
// Writes are sorted by key within a batch, so that neighbours find their page in the
// cache. docs/adr/0001-store-sqlite.md has the measurements.
//
// # Looking into it, copying it
//
// sqlite3 -readonly odoobridge.db works while the bridge runs. Never copy the
// file of a running bridge: its newest part is in odoobridge.db-wal. These are safe:
//
//	sqlite3 odoobridge.db ".backup copy.db"
//	sqlite3 odoobridge.db "VACUUM INTO 'copy.db'"
//
// A copy is put back, as odoobridge.db and without any -wal or -shm file beside it,
// while the bridge is stopped. It is older than the replication slot then, and the bridge asks for a resync.
package sqlite
