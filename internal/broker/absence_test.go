package broker

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/config"
)

func TestWhyThereIsNoConnectionIsToldOnceForAllOfThem(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	var log bytes.Buffer
	absence := NewAbsence(slog.New(slog.NewTextHandler(&log, nil)))
	cfg := &config.RabbitMQ{URL: config.Secret("amqp://shop:secret@" + address + "/v")}
	for range 3 {
		for _, name := range []string{"a lane", "commands", "results"} {
			d, err := NewDialer(cfg, Options{Absence: absence})
			if err != nil {
				t.Fatal(err)
			}
			if _, err := d.Dial(t.Context(), name); !WasTold(err) || !strings.Contains(err.Error(), address) {
				t.Errorf("%s: %v", name, err)
			}
		}
	}
	if text := log.String(); strings.Count(text, "no connection to the broker") != 1 || !strings.Contains(text, "look whether RabbitMQ runs") || strings.Contains(text, "secret") {
		t.Errorf("told:\n%s", text)
	}
	if err := absence.after(t.Context(), time.Now(), nil); err != nil || !strings.Contains(log.String(), "there again") {
		t.Errorf("%v, told:\n%s", err, log.String())
	}
	if err := absence.after(t.Context(), time.Now().Add(-time.Hour), errors.New("past")); !WasTold(err) || strings.Contains(log.String(), "past") {
		t.Errorf("what an attempt met that began before there was a connection is told: %v", err)
	}
	stopped, stop := context.WithCancel(t.Context())
	stop()
	if err := absence.after(stopped, time.Now(), errors.New("stopped")); WasTold(err) || strings.Contains(log.String(), "stopped") {
		t.Errorf("the end of the bridge is told as trouble: %v", err)
	}
}
