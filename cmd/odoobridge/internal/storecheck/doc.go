// Package storecheck looks at the place where the bridge keeps its store,
// without opening the store: a bridge may be running on it. Of a shared store it asks the
// database; nothing is written there.
package storecheck
