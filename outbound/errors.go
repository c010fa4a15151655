package outbound

import (
	"errors"
	"fmt"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/broker"
)

// Why a message could not be published, or why its outcome is unknown.
var (
	ErrReturned       = errors.New("no queue takes the message")
	ErrNacked         = errors.New("the broker refused the message")
	ErrConnectionLost = broker.ErrLost
	ErrChannelClosed  = errors.New("the broker closed the channel")
	ErrRefused        = broker.ErrRefused
	ErrConfirmTimeout = errors.New("the broker does not confirm")
	ErrBlocked        = errors.New("the broker takes no messages for now")
	ErrTooLarge       = errors.New("the message is larger than the broker takes")
	ErrInvalid        = errors.New("the message cannot be sent as it is")
	ErrClosed         = errors.New("the publisher is closed")
)

// ReturnedError says which address leads to no queue.
type ReturnedError struct {
	Exchange, Key string
	ID            string // of the message; empty when none was sent
	Text          string // the broker's
}

// Error names the queue or the exchange.
func (e *ReturnedError) Error() string {
	where := fmt.Sprintf("queue %q", e.Key)
	if e.Exchange != "" {
		where = fmt.Sprintf("exchange %q with routing key %q", e.Exchange, e.Key)
	}
	if e.ID == "" {
		return fmt.Sprintf("%s takes no messages: %s", where, e.Text)
	}
	return fmt.Sprintf("%s did not take message %s: %s", where, e.ID, e.Text)
}

// Is makes it an ErrReturned.
func (e *ReturnedError) Is(target error) bool { return target == ErrReturned }

// TooLargeError says by how much. Sending the message again is no use.
type TooLargeError struct {
	ID          string // empty when the broker did not say which message it means
	Size, Limit int64
}

// Error says where the limit is set.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("message %s has %d bytes, the broker takes %d (max_message_size in rabbitmq.conf)", e.ID, e.Size, e.Limit)
}

// Is makes it an ErrTooLarge.
func (e *TooLargeError) Is(target error) bool { return target == ErrTooLarge }

// Permanent reports that the message will never pass. The one that
// the broker complained of is not known by name until it is sent again.
func (e *TooLargeError) Permanent() bool { return e.ID != "" }

// MessageID is the message that will never pass.
func (e *TooLargeError) MessageID() string { return e.ID }

// Code names what is wrong, for programs.
func (e *TooLargeError) Code() string { return "message_too_large" }

// InvalidError says what is wrong with a message. Sending it again is no use.
type InvalidError struct{ ID, Property, Problem string }

// Error names the property.
func (e *InvalidError) Error() string {
	id := e.ID
	if len(id) > maxShort {
		id = id[:maxShort] + "…"
	}
	return fmt.Sprintf("message %s: %s %s", id, e.Property, e.Problem)
}

// Is makes it an ErrInvalid.
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// Permanent reports that the message will never pass.
func (e *InvalidError) Permanent() bool { return true }

// MessageID is the message that will never pass.
func (e *InvalidError) MessageID() string { return e.ID }

// Code names what is wrong, for programs.
func (e *InvalidError) Code() string { return "message_invalid" }

// channelError makes the broker's complaint one of ours.
func channelError(e *amqp.Error) error {
	if e == nil {
		return ErrConnectionLost
	}
	if size, limit, ok := parseTooLarge(e.Reason); ok {
		return &TooLargeError{Size: size, Limit: limit}
	}
	switch {
	case e.Code == amqp.AccessRefused:
		return fmt.Errorf("%w: %s", ErrRefused, e.Reason)
	case e.Code == amqp.NotFound:
		return fmt.Errorf("%w: %s", ErrReturned, e.Reason)
	case e.Server && e.Recover:
		return fmt.Errorf("%w: %s (%d)", ErrChannelClosed, e.Reason, e.Code)
	}
	return fmt.Errorf("%w: %s (%d)", ErrConnectionLost, e.Reason, e.Code)
}

// parseTooLarge reads both wordings: a limit from the configuration, and the
// largest there can be.
func parseTooLarge(text string) (size, limit int64, ok bool) {
	const prefix = "PRECONDITION_FAILED - message size %d is larger than "
	for _, rest := range []string{"configured max size %d", "max size %d"} {
		if n, _ := fmt.Sscanf(text, prefix+rest, &size, &limit); n == 2 {
			return size, limit, true
		}
	}
	return 0, 0, false
}
