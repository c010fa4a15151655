// Package piece is how the implementations of the store read much: piece by
// piece, so that a slow consumer keeps neither a connection nor an old state of the data.
package piece
