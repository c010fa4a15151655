// Package storetest holds every implementation of store.Store to the same
// promises: Run is its conformance suite, and Kill proves that a process killed
// at any moment leaves a store whose parts agree.
package storetest
