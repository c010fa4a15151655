// Package tail shows the events of a live database: on a temporary slot,
// without broker, and with nothing kept afterwards.
//
// It copies the mapped tables into a temporary store, so that events can say
// what changed, and then prints every event from the moment on at which its
// slot was made. Where no publication of the configured name exists it makes one of its own and
// drops it at the end; one that a killed tail left behind is dropped by the next.
package tail
