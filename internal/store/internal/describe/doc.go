// Package describe is what the implementations of the store say in the same
// words: lists of names, and for which columns the mirrored rows were written.
package describe
