package outbound

import (
	"context"
	"fmt"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"
)

const objectAlarms = "alarms"

// publishing sends a message to a queue that does not exist: whether the
// broker lets it, whether it answers, and whether an alarm holds it up.
func (b *Broker) publishing(ctx context.Context, p prober) ([]Finding, error) {
	const object = "publishing to queues"
	ch, err := openChannel(ctx, p.conn, 1)
	if err != nil {
		return nil, err
	}
	defer ch.close()
	alarm := p.conn.NotifyBlocked(make(chan amqp.Blocking, 2))
	confirm, err := ch.publish(&outgoing{key: noKey})
	if err != nil {
		return nil, fmt.Errorf("publish: %w", channelErrorOf(err))
	}
	timer := time.NewTimer(closeTimeout)
	defer timer.Stop()
	select {
	case a, ok := <-alarm:
		if !ok {
			return b.publishRefused(object, ch)
		}
		return []Finding{{
			Severity: Error, Object: objectAlarms, Have: "the broker takes no messages: " + a.Reason, Want: "no alarm",
			Remedy: "rabbitmq-diagnostics alarms says which node and why: free memory or disk there, " +
				"or raise vm_memory_high_watermark or lower disk_free_limit.",
		}}, nil
	case <-confirm.Done():
	case <-timer.C:
		return nil, fmt.Errorf("%w within %s", ErrConfirmTimeout, closeTimeout)
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if !confirm.Acked() {
		return b.publishRefused(object, ch)
	}
	return []Finding{
		{Object: object, Have: "permitted and confirmed"},
		{Object: objectAlarms, Have: "none"},
	}, nil
}

func (b *Broker) publishRefused(object string, ch *channel) ([]Finding, error) {
	err := ch.failure()
	if err == nil {
		return nil, ErrNacked
	}
	if e := ch.complaint; e != nil && e.Code == amqp.AccessRefused {
		return []Finding{b.refused(object, "write", e)}, nil
	}
	return nil, err
}
