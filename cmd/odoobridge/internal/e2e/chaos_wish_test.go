package e2e

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	amqp "github.com/rabbitmq/amqp091-go"

	"github.com/odoobridge/odoobridge/outbound/outboundtest"
)

// wish is a command that a channel sent, once or more often.
type wish struct {
	of      *vendor
	kind    string
	id      string
	subject string
	data    map[string]any
	body    []byte
	again   bool          // its subject was sent before by another id
	late    bool          // was said an hour ago
	wrong   string        // the outcome or code that a wish which makes no sense has: "rejected", "unknown_sku"
	ships   map[int64]int // product → how many, of a shipment in part
	sent    int           // under the market's mu
}

// answer is what a channel hears of a command.
type answer struct {
	Outcome  string `json:"outcome"`
	First    string `json:"first"`
	Odoo     *ref   `json:"odoo"`
	Also     []ref  `json:"also"`
	Problems []struct {
		Code, Path, Message string
	} `json:"problems"`
	attempt int // after which it was given
}

type ref struct {
	Model string `json:"model"`
	ID    int64  `json:"id"`
	Name  string `json:"name"`
}

func (a answer) code() string {
	if len(a.Problems) == 0 {
		return ""
	}
	return a.Problems[0].Code
}

func (a answer) String() string {
	said := a.Outcome
	for _, p := range a.Problems {
		said += fmt.Sprintf(" (%s %s: %s)", p.Code, p.Path, p.Message)
	}
	return said
}

// answers are a channel's, by the command's id and the answer's own.
type answers struct {
	t  testing.TB
	mu sync.Mutex
	of map[string]map[string]answer
}

func hearAnswers(t testing.TB, url, channel string) *answers {
	t.Helper()
	a := &answers{t: t, of: map[string]map[string]answer{}}
	consumeForEver(t, url, "results."+channel, a.take)
	return a
}

func (a *answers) take(d outboundtest.Delivery) {
	var result struct {
		ID, Subject string
		Data        answer
	}
	if err := json.Unmarshal(d.Body, &result); err != nil {
		a.t.Errorf("a result is not JSON: %v", err)
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.of[result.Subject] == nil {
		a.of[result.Subject] = map[string]answer{}
	}
	if was, heard := a.of[result.Subject][result.ID]; heard && was.String() != result.Data.String() {
		a.t.Errorf("answer %s came again and says %s instead of %s", result.ID, result.Data, was)
	}
	a.of[result.Subject][result.ID] = result.Data
}

// to are the answers to a command: its own, and those to its being sent again.
func (a *answers) to(id string) (own, again []answer) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for name, one := range a.of[id] {
		one.attempt, _ = strconv.Atoi(name[strings.LastIndexByte(name, '/')+1:])
		if strings.Contains(name[strings.LastIndexByte(name, '/')+1:], "again-") {
			again = append(again, one)
		} else {
			own = append(own, one)
		}
	}
	return own, again
}

// final is the last word about a wish; its outcome is "" while there is none. What was parked may be parked again, or come to an end.
func (w *wish) final() (last answer) {
	own, _ := w.of.answers.to(w.id)
	for _, one := range own {
		if last.Outcome == "" || last.Outcome == "parked" && (one.Outcome != "parked" || one.attempt > last.attempt) {
			last = one
		}
	}
	return last
}

// post puts messages into the broker's hands, whatever becomes of the broker.
type post struct {
	url  string
	conn *amqp.Connection
	ch   *amqp.Channel
	// How often the broker did not say whether it took a message, which was then sent again.
	unsure int
	// Has what is sent next be sent twice at once.
	twice bool
}

func (p *post) send(key string, m amqp.Publishing) {
	for !p.try(key, m) {
		p.unsure++
		p.close()
		time.Sleep(50 * time.Millisecond)
	}
}

func (p *post) try(key string, m amqp.Publishing) bool {
	if p.conn == nil {
		conn, err := amqp.Dial(p.url)
		if err != nil {
			return false
		}
		p.conn = conn
		if p.ch, err = conn.Channel(); err != nil || p.ch.Confirm(false) != nil {
			return false
		}
	}
	var confirms []*amqp.DeferredConfirmation
	for range map[bool]int{true: 2, false: 1}[p.twice] {
		confirm, err := p.ch.PublishWithDeferredConfirm("odoo.commands", key, true, false, m)
		if err != nil {
			return false
		}
		confirms = append(confirms, confirm)
	}
	late := time.After(10 * time.Second)
	for _, confirm := range confirms {
		select {
		case <-confirm.Done():
			if !confirm.Acked() {
				return false
			}
		case <-late:
			return false
		}
	}
	p.twice = false
	return true
}

func (p *post) close() {
	if p.conn != nil {
		_ = p.conn.CloseDeadline(time.Now().Add(time.Second))
		p.conn = nil
	}
}

// body is a command as it is sent.
func (s *vendor) body(kind, id, subject string, data map[string]any, at string) []byte {
	body, err := json.Marshal(map[string]any{
		"specversion": "1.0", "id": id, "source": "https://shop.example.com", "type": kind, "subject": subject,
		"time": at, "data": data,
	})
	if err != nil {
		panic(err) // plain values have a JSON form
	}
	return body
}

// wish sends a command that was said at a time, and returns when the broker has it.
func (s *vendor) wish(kind, id, subject string, data map[string]any, at string) *wish {
	w := &wish{of: s, kind: kind, id: id, subject: subject, data: data, body: s.body(kind, id, subject, data, at)}
	s.mu.Lock()
	s.wishes = append(s.wishes, w)
	s.mu.Unlock()
	s.send(w)
	return w
}

// send sends a command, for the first time or again.
func (s *vendor) send(w *wish) {
	s.mu.Lock()
	if w.sent++; s.post.twice {
		w.sent++
	}
	s.mu.Unlock()
	s.post.send(s.name+"."+w.kind, amqp.Publishing{
		ContentType: "application/cloudevents+json", DeliveryMode: amqp.Persistent, MessageId: w.id, Type: w.kind, Body: w.body, UserId: s.user,
	})
}

// unanswered is how many wishes have no answer.
func (m *market) unanswered() (n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, w := range m.wishes {
		if w.final().Outcome == "" {
			n++
		}
	}
	return n
}

// answered is how many have one.
func (m *market) answered() int {
	m.mu.Lock()
	n := len(m.wishes)
	m.mu.Unlock()
	return n - m.unanswered()
}
