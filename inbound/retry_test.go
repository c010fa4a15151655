package inbound

import (
	"errors"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/store"
)

// TestWhatIsOdoosIsTriedAgainWithinAMinuteOrSo has commands fail that have been tried often, as after an hour of Odoo's being away.
func TestWhatIsOdoosIsTriedAgainWithinAMinuteOrSo(t *testing.T) {
	cfg := &config.Config{}
	cfg.RabbitMQ.URL = "amqp://localhost"
	in, err := New(Options{Config: cfg, Meter: silent{}})
	if err != nil {
		t.Fatal(err)
	}
	now := time.Now()
	often := &store.Taken{Command: store.Command{Attempts: 40}}
	broken := errors.New("broken")
	for _, c := range []struct {
		err         error
		least, most time.Duration
	}{
		{&command.RetryError{Err: broken}, 45 * time.Second, 75 * time.Second},
		{&command.RetryError{After: 3 * time.Minute, Err: broken}, 3 * time.Minute, 3 * time.Minute},
		{broken, 4 * time.Minute, 6 * time.Minute},
	} {
		if pause := in.again(often, c.err, now).Due.Sub(now); pause < c.least || pause > c.most {
			t.Errorf("%#v: tried again after %s, want %s to %s", c.err, pause, c.least, c.most)
		}
	}
}
