// Package change is the vocabulary that the room reading the write-ahead log
// and the room applying it share: positions, relations, row changes and the
// committed transactions that carry them.
//
// It promises nothing of its own and holds no behaviour beyond parsing and
// printing a position, so that cdc and router need not import one another.
package change
