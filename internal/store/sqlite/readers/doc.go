// Package readers keeps connections to a file of SQLite that see only what is
// committed, and lends each to one reader at a time.
package readers
