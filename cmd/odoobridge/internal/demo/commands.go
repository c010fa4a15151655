package demo

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// ErrNotAsPromised says that a command was not answered as it had to be.
var ErrNotAsPromised = errors.New("not as promised")

// desk is where channels' commands go out and their answers come in.
type desk struct {
	send *outboundtest.Sender

	mu      sync.Mutex
	answers map[string][]*answer // by channel and command
	broken  error
}

// sent is a command whose answer is awaited.
type sent struct {
	channel, name, id, subject string
	at                         time.Time
	seen                       int // answers that were taken already
}

// answer is a result as the channel receives it.
type answer struct {
	Command string `json:"subject"` // its id
	Data    struct {
		Outcome string `json:"outcome"`
		First   string `json:"first"`
		Odoo    struct {
			Model string `json:"model"`
			ID    int    `json:"id"`
			Name  string `json:"name"`
		} `json:"odoo"`
		Problems []struct {
			Code, Path, Message, Remedy string
		} `json:"problems"`
	} `json:"data"`

	latency time.Duration // sent → answered
	at      time.Time
}

// listen consumes a channel's results until ctx ends.
func (d *desk) listen(ctx context.Context, url, channel string) error {
	queue := "results." + channel
	err := outboundtest.Consumer{URL: url, Queue: queue}.Run(ctx, func(m outboundtest.Delivery) {
		a := &answer{at: m.Received}
		err := json.Unmarshal(m.Body, a)
		d.mu.Lock()
		defer d.mu.Unlock()
		if err != nil {
			d.broken = fmt.Errorf("a channel received what is no result: %w", err)
			return
		}
		key := channel + "/" + a.Command
		d.answers[key] = append(d.answers[key], a)
	})
	if err != nil {
		return fmt.Errorf("listen to %s: %w", queue, err)
	}
	return nil
}

// next is the nth answer to a command, nil while there is none.
func (d *desk) next(c *sent) (*answer, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if all := d.answers[c.channel+"/"+c.id]; len(all) > c.seen {
		return all[c.seen], d.broken
	}
	return nil, d.broken
}

// body is a command as it is published.
func (c *sent) body(data map[string]any) ([]byte, error) {
	body, err := json.MarshalIndent(map[string]any{
		"specversion": "1.0", "id": c.id, "source": "https://" + c.channel + ".example", "type": c.name, "subject": c.subject,
		"time": c.at.UTC().Format(time.RFC3339Nano), "data": data,
	}, "", "  ")
	if err != nil {
		return nil, fmt.Errorf("write %s: %w", c.id, err)
	}
	return body, nil
}

// send publishes a command of a channel; about says in a few words what is in it.
func (s *story) send(ctx context.Context, c sent, about string, data map[string]any) (*sent, error) {
	c.at = time.Now()
	c.seen = len(s.desk.all(&c))
	body, err := c.body(data)
	if err != nil {
		return nil, err
	}
	s.asked++
	if !s.quiet {
		s.say.sends(&c, about)
	}
	return &c, s.desk.send.Send(ctx, "odoo.commands", c.channel+"."+c.name, c.id, c.name, body)
}

func (d *desk) all(c *sent) []*answer {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.answers[c.channel+"/"+c.id]
}

// answered waits for the next answer to a command, which must be of this outcome.
func (s *story) answered(ctx context.Context, c *sent, outcome string) (*answer, error) {
	var a *answer
	var broken error
	err := every(ctx, 2*time.Millisecond, time.Minute, "the answer to "+c.id, func() bool {
		a, broken = s.desk.next(c)
		return a != nil || broken != nil
	})
	if err := errors.Join(err, broken); err != nil {
		return nil, err
	}
	c.seen++
	if a.Data.Outcome != "parked" { // another one follows
		s.replied++
	}
	a.latency = a.at.Sub(c.at)
	if !s.quiet {
		s.say.gets(c, a)
	}
	if a.Data.Outcome != outcome {
		return a, fmt.Errorf("%w: %s of %s was answered %q, and had to be %q", ErrNotAsPromised, c.id, c.channel, a.Data.Outcome, outcome)
	}
	return a, nil
}

// do sends a command and waits until it is applied.
func (s *story) do(ctx context.Context, c sent, about string, data map[string]any) (*answer, error) {
	p, err := s.send(ctx, c, about, data)
	if err != nil {
		return nil, err
	}
	return s.answered(ctx, p, "applied")
}

// text is an answer in a few words.
func (a *answer) text() string {
	words := a.Data.Outcome
	if a.Data.First != "" {
		words += ", " + a.Data.First + " before"
	}
	if a.Data.Odoo.Model != "" {
		words += ": " + a.Data.Odoo.Model + " " + cmp.Or(a.Data.Odoo.Name, fmt.Sprint(a.Data.Odoo.ID))
	}
	var why []string
	for _, p := range a.Data.Problems {
		why = append(why, strings.TrimSuffix(fmt.Sprintf("%s at %s: %s", p.Code, p.Path, p.Message), " "))
	}
	if len(why) > 0 {
		words += ": " + strings.Join(why, "; ")
	}
	return words
}
