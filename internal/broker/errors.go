package broker

import "errors"

// Why there is no connection, or no answer on it.
var (
	ErrLost    = errors.New("the connection to the broker is lost")
	ErrRefused = errors.New("the broker does not permit it")
)
