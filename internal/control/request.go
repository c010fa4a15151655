package control

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
)

// Request is what a verb asked for.
type Request struct {
	body io.Reader

	mu  sync.Mutex
	out http.ResponseWriter
}

// Into reads the request's body. Fields that the receiver does not know are an
// error: a verb of another version would not get what it asked for.
func (r *Request) Into(value any) error {
	d := json.NewDecoder(r.body)
	d.DisallowUnknownFields()
	if err := d.Decode(value); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("what the verb asks for is not understood (is it of the running bridge's version?): %w", err)
	}
	return nil
}

// Say tells the verb how far things are. It fails when the verb is gone.
func (r *Request) Say(progress any) error {
	return r.write(func(l *line) (err error) { l.Progress, err = json.Marshal(progress); return err })
}

func (r *Request) write(fill func(*line) error) error {
	var l line
	if err := fill(&l); err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	text, err := json.Marshal(l)
	if err != nil {
		return fmt.Errorf("encode the answer: %w", err)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if _, err := r.out.Write(append(text, '\n')); err != nil {
		return fmt.Errorf("answer: %w", err)
	}
	return http.NewResponseController(r.out).Flush()
}
