package testkit

import (
	"context"
	"slices"
	"testing"

	amqp "github.com/rabbitmq/amqp091-go"
)

func TestEachTestHasAVirtualHostOfItsOwn(t *testing.T) {
	r := RabbitMQ(t)
	one, two := r.NewVhost(t), r.NewVhost(t)
	declare(t, one, "q")
	if got := r.Queues(t, one); !slices.Equal(got, []string{"q"}) {
		t.Errorf("queues of the first: %q", got)
	}
	if got := r.Queues(t, two); len(got) > 0 {
		t.Errorf("queues of the second: %q", got)
	}
}

func TestADurableMessageSurvivesKill9(t *testing.T) {
	r := StartRabbitMQ(t)
	url := r.NewVhost(t)
	declare(t, url, "kept")
	conn, ch := open(t, url)
	if err := ch.Confirm(false); err != nil {
		t.Fatal(err)
	}
	confirm, err := ch.PublishWithDeferredConfirmWithContext(context.Background(), "", "kept", true, false,
		amqp.Publishing{DeliveryMode: amqp.Persistent, Body: []byte("hello")})
	if err != nil {
		t.Fatal(err)
	}
	if !confirm.Wait() {
		t.Fatal("the broker refused the message")
	}
	r.Kill9(t)
	_ = conn.Close()
	r.Start(t)
	conn, ch = open(t, url)
	defer func() { _ = conn.Close() }()
	msg, ok, err := ch.Get("kept", true)
	if err != nil || !ok || string(msg.Body) != "hello" {
		t.Errorf("got %q, %v, %v", msg.Body, ok, err)
	}
}

func declare(t *testing.T, url, queue string) {
	t.Helper()
	conn, ch := open(t, url)
	defer func() { _ = conn.Close() }()
	if _, err := ch.QueueDeclare(queue, true, false, false, false, nil); err != nil {
		t.Fatal(err)
	}
}

func open(t *testing.T, url string) (*amqp.Connection, *amqp.Channel) {
	t.Helper()
	conn, err := amqp.Dial(url)
	if err != nil {
		t.Fatal(err)
	}
	ch, err := conn.Channel()
	if err != nil {
		t.Fatal(err)
	}
	return conn, ch
}
