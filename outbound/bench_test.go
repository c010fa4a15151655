package outbound

import (
	"bytes"
	"fmt"
	"log/slog"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill"
	wmamqp "github.com/ThreeDotsLabs/watermill-amqp/v3/pkg/amqp"
	"github.com/ThreeDotsLabs/watermill/message"
	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

const (
	benchWindow = DefaultWindow
	benchBody   = 500
)

// BenchmarkPublish compares, for one lane's queue of each type, this package, amqp091
// alone with the same window, and watermill-amqp's publisher. Each reports what
// its own process spends too: on a small machine that is taken from the broker.
//
//	go test ./outbound -run '^$' -bench Publish -benchtime 20000x -count 5
func BenchmarkPublish(b *testing.B) {
	for _, kind := range []string{Quorum, Classic} {
		for _, contestant := range []struct {
			name    string
			publish func(*testing.B, string)
		}{
			{"ours", benchOurs}, {"amqp091", benchRaw}, {"watermill", benchWatermill},
		} {
			b.Run(kind+"/"+contestant.name, func(b *testing.B) {
				url := testkit.RabbitMQ(b).NewVhost(b)
				broker := newTestBroker(b, testConfig(url, kind))
				if _, err := broker.Setup(b.Context()); err != nil {
					b.Fatal(err)
				}
				b.SetBytes(benchBody)
				contestant.publish(b, url)
			})
		}
	}
}

func benchMessage(i int) *message.Message {
	m := event(i)
	m.Payload = bytes.Repeat([]byte{'x'}, benchBody)
	return m
}

// measure runs the timed part.
func measure(b *testing.B, run func()) {
	b.Helper()
	b.ReportAllocs()
	cpu := processCPU(b)
	b.ResetTimer()
	run()
	b.StopTimer()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "msg/s")
	b.ReportMetric(float64((processCPU(b)-cpu).Nanoseconds())/float64(b.N), "cpu-ns/msg")
}

func processCPU(b *testing.B) time.Duration {
	b.Helper()
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		b.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func benchOurs(b *testing.B, url string) {
	cfg := testConfig(url, Quorum)
	cfg.RabbitMQ.Window = benchWindow
	p := newTestPublisher(b, newTestBroker(b, cfg))
	connected(b, p)
	messages := make([]*message.Message, b.N)
	for i := range messages {
		messages[i] = benchMessage(i)
	}
	measure(b, func() {
		if err := p.Publish(testQueue, messages...); err != nil {
			b.Fatal(err)
		}
		<-messages[b.N-1].Acked()
	})
}

func benchRaw(b *testing.B, url string) {
	ch := admin(b, url)
	if err := ch.Confirm(false); err != nil {
		b.Fatal(err)
	}
	publishings := make([]amqp.Publishing, b.N)
	for i := range publishings {
		o, err := encode(testQueue, benchMessage(i))
		if err != nil {
			b.Fatal(err)
		}
		publishings[i] = o.publishing
	}
	measure(b, func() {
		window := make(chan *amqp.DeferredConfirmation, benchWindow)
		var waiting sync.WaitGroup
		waiting.Go(func() {
			for c := range window {
				if !c.Wait() {
					b.Error("not confirmed")
				}
			}
		})
		for _, p := range publishings {
			c, err := ch.PublishWithDeferredConfirm("", testQueue, true, false, p)
			if err != nil {
				b.Error(err)
				break
			}
			window <- c
		}
		close(window)
		waiting.Wait()
	})
}

// watermillConfig publishes to an existing queue as safely as watermill-amqp
// can.
func watermillConfig(url, kind string) wmamqp.Config {
	c := wmamqp.NewDurableQueueConfig(url)
	c.Publish.Mandatory = true
	c.Publish.ConfirmDelivery = true
	c.Queue.Arguments = amqp.Table{"x-queue-type": kind}
	return c
}

func benchWatermill(b *testing.B, url string) {
	kind := Quorum
	if bytes.Contains([]byte(b.Name()), []byte(Classic)) {
		kind = Classic
	}
	p, err := wmamqp.NewPublisher(watermillConfig(url, kind), watermill.NewSlogLogger(slog.New(slog.DiscardHandler)))
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = p.Close() }()
	messages := make([]*message.Message, b.N)
	for i := range messages {
		messages[i] = benchMessage(i)
	}
	measure(b, func() {
		if err := p.Publish(testQueue, messages...); err != nil {
			b.Fatal(fmt.Errorf("publish: %w", err))
		}
	})
}
