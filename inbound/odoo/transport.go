package odoo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"strconv"
	"time"

	"github.com/odoobridge/odoobridge/internal/clock"
)

// maxAnswer is more than any answer needs.
const maxAnswer = 64 << 20

// request is one HTTP request of a wire.
type request struct {
	method, path string
	header       map[string]string
	body         any
}

// response is an answer that was read whole.
type response struct {
	status int
	after  time.Duration // Retry-After
	date   time.Time     // Date; zero when there is none
	body   []byte
	began  time.Time // when the request left
}

// errUnwritable is a request that cannot be made into JSON.
var errUnwritable = errors.New("the call cannot be written as JSON")

// send does one request. An error is *Error without a Call: NotSent when nothing
// of it can have reached Odoo, Paused when it may not leave, Ambiguous otherwise.
func (c *Client) send(ctx context.Context, r request) (response, error) {
	body := new(bytes.Buffer)
	if r.body != nil {
		enc := json.NewEncoder(body)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(r.body); err != nil {
			return response{}, &Error{Kind: Unsendable, Err: errUnwritable}
		}
	}
	timed, cancel := context.WithTimeout(ctx, c.options.Timeout)
	defer cancel()
	var gone progress
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(timed, gone.trace()), r.method, c.base+r.path, bytes.NewReader(body.Bytes()))
	if err != nil {
		return response{}, &Error{Kind: Unsendable, Err: fmt.Errorf("make the request: %w", err)}
	}
	req.Header.Set("Content-Type", "application/json")
	for key, value := range r.header {
		req.Header.Set(key, value)
	}
	if err := c.options.Allowed(); err != nil {
		return response{}, &Error{Kind: Paused, After: time.Second, Err: err}
	}
	began := c.now()
	resp, err := c.http.Do(req)
	if err != nil {
		return response{}, undelivered(ctx, timed, &gone, began, err)
	}
	defer func() { _ = resp.Body.Close() }()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil || len(answer) > maxAnswer {
		if err == nil {
			err = fmt.Errorf("the answer is larger than %d bytes", maxAnswer)
		}
		return response{}, &Error{Kind: Ambiguous, Status: resp.StatusCode, Err: fmt.Errorf("read the answer: %w", err), began: leftAt(timed, began)}
	}
	date, err := http.ParseTime(resp.Header.Get("Date")) // without one it says nothing
	if err == nil && c.options.Clock != nil {
		c.options.Clock(clock.Ahead(began, c.now(), date, time.Second))
	}
	return response{resp.StatusCode, retryAfter(resp.Header.Get("Retry-After"), c.now()), date, answer, began}, nil
}

// undelivered is a request without an answer. Headers that were written may have
// brought all of the call to Odoo.
func undelivered(ctx, timed context.Context, gone *progress, began time.Time, err error) error {
	var notAllowed *notAllowedError
	switch {
	case errors.As(err, &notAllowed) && gone.untouched():
		return &Error{Kind: Paused, After: time.Second, Err: notAllowed.reason}
	case gone.headers.Load():
		return &Error{Kind: Ambiguous, Err: withoutURL(err), began: leftAt(timed, began)}
	}
	if ctx.Err() != nil {
		return &Error{Kind: Stopped, Err: ctx.Err()}
	}
	return &Error{Kind: NotSent, Err: withoutURL(err)}
}

// leftAt is when a call began that nobody waits for any more, zero when Odoo ended it.
func leftAt(timed context.Context, began time.Time) time.Time {
	if timed.Err() == nil {
		return time.Time{}
	}
	return began
}

// withoutURL drops the address, which the configuration has, and which says nothing.
func withoutURL(err error) error {
	if wrapped := new(interface{ Unwrap() error }); errors.As(err, wrapped) {
		if inner := (*wrapped).Unwrap(); inner != nil {
			return inner
		}
	}
	return err
}

// retryAfter reads seconds or a date.
func retryAfter(text string, now time.Time) time.Duration {
	if seconds, err := strconv.Atoi(text); err == nil && seconds >= 0 {
		return min(time.Duration(seconds)*time.Second, longestPause)
	}
	if at, err := http.ParseTime(text); err == nil {
		return min(max(at.Sub(now), 0), longestPause)
	}
	return 0
}

// longestPause bounds what a server may ask for.
const longestPause = 15 * time.Minute

// statusTimeout is what Cloudflare says instead of 504.
const statusTimeout = 524

// statusError reads an HTTP status that is not the API's own answer; nil for
// those that are.
func statusError(r response) *Error {
	switch r.status {
	case http.StatusTooManyRequests:
		return &Error{Kind: Limited, Status: r.status, After: max(r.after, time.Second)}
	case http.StatusGatewayTimeout, statusTimeout:
		return &Error{Kind: Ambiguous, Status: r.status, After: r.after, began: r.began}
	case http.StatusBadGateway, http.StatusServiceUnavailable:
		return &Error{Kind: Ambiguous, Status: r.status, After: r.after}
	}
	return nil
}

// decode reads JSON with numbers as text.
func decode(text []byte, target any) error {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(target); err != nil {
		return errors.New("the answer is not the JSON that was expected")
	}
	return nil
}
