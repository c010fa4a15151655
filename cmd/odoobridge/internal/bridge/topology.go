package bridge

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/cenkalti/backoff/v5"

	"github.com/odoobridge/odoobridge/internal/broker"
	"github.com/odoobridge/odoobridge/internal/telemetry"
	"github.com/odoobridge/odoobridge/outbound"
)

// setUpBroker brings exchanges and queues about, for as long as it takes:
// reading and journalling do not wait for it.
func (b *bridge) setUpBroker(ctx context.Context) error {
	var told telemetry.Told
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		findings, err := b.broker.Setup(ctx)
		remedy := broker.Remedy(err)
		if err == nil {
			remedy = "`odoobridge check` says how to mend each; the bridge goes on by itself then"
			err = problems(findings)
		}
		b.mu.Lock()
		b.topology = err
		b.mu.Unlock()
		if err != nil && ctx.Err() == nil && !broker.WasTold(err) && told.First(err) {
			b.log.Error("the queues are not as they must be; trying again", telemetry.KeyError, err.Error(), telemetry.KeyRemedy, remedy)
		}
		return struct{}{}, err
	}, backoff.WithMaxElapsedTime(0), backoff.WithBackOff(reconnecting()))
	if ctx.Err() != nil {
		return nil
	}
	return err
}

// errNotSetUp is why the broker is not ready before Setup was done once.
var errNotSetUp = errors.New("exchanges and queues are being looked after")

// brokerReady is nil when the queues are there and every lane can publish; else it says in one line why not, and what to do.
func (b *bridge) brokerReady() error {
	b.mu.Lock()
	topology := b.topology
	b.mu.Unlock()
	lanes := b.broker.Ready()
	var reasons []string
	for _, err := range []error{topology, lanes} {
		if err != nil && (len(reasons) == 0 || reasons[0] != err.Error()) {
			reasons = append(reasons, strings.ReplaceAll(err.Error(), "\n", "; "))
		}
	}
	if len(reasons) == 0 {
		return nil
	}
	text := strings.Join(reasons, "; ")
	if err := errors.Join(topology, lanes); broker.WasTold(err) {
		text += ". Remedy: " + broker.Remedy(err)
	}
	return errors.New(text)
}

func problems(findings []outbound.Finding) error {
	var errs []error
	for _, f := range findings {
		if f.Severity == outbound.Error {
			errs = append(errs, fmt.Errorf("%s", f))
		}
	}
	return errors.Join(errs...)
}
