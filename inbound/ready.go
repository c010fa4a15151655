package inbound

import (
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/odoobridge/odoobridge/internal/broker"
)

func (i *Inbound) changed(queue string, err error) {
	i.telling.Lock()
	defer i.telling.Unlock()
	i.mu.Lock()
	i.queues[queue] = err
	i.mu.Unlock()
	i.meter.Connected(i.Ready() == nil)
}

// Ready says why commands of some channel cannot be received and what to do, or nil. Queues with the same reason are named together.
func (i *Inbound) Ready() error {
	i.mu.Lock()
	defer i.mu.Unlock()
	var reasons []error
	names := map[string][]string{}
	for _, name := range slices.Sorted(maps.Keys(i.queues)) {
		if err := i.queues[name]; err != nil {
			if names[err.Error()] == nil {
				reasons = append(reasons, err)
			}
			names[err.Error()] = append(names[err.Error()], name)
		}
	}
	for n, err := range reasons {
		text := err.Error()
		if !errors.Is(err, errNotConnected) {
			text += ". Remedy: " + broker.Remedy(err)
		}
		reasons[n] = &notReceivedError{"commands cannot be received from " + strings.Join(names[err.Error()], ", ") + ": " + text, err}
	}
	return errors.Join(reasons...)
}

// notReceivedError says for a person what err keeps from being received.
type notReceivedError struct {
	text string
	err  error
}

func (e *notReceivedError) Error() string { return e.text }
func (e *notReceivedError) Unwrap() error { return e.err }
