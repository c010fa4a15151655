package control

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net"
	"net/http"
	"syscall"
)

// NoBridgeError reports that no bridge runs on a store.
type NoBridgeError struct {
	Folder string
	Cause  error
}

// Error says where it was looked for and what to do.
func (e *NoBridgeError) Error() string {
	return fmt.Sprintf("no bridge runs on %s: start it with `odoobridge run` (store.path of the configuration says where it is looked for)", e.Folder)
}

// Unwrap is why the socket did not answer.
func (e *NoBridgeError) Unwrap() error { return e.Cause }

// RefusedError is what the bridge said against a call.
type RefusedError struct {
	Text string
	Exit int
}

// Error is the bridge's text.
func (e *RefusedError) Error() string { return e.Text }

// ExitCode is how the verb ends.
func (e *RefusedError) ExitCode() int { return e.Exit }

// ErrCutShort reports that the bridge went away, or was stopped, before it had answered.
var ErrCutShort = errors.New("the bridge went away before it had answered")

// Client calls the bridge of one store. It keeps no connection between calls.
type Client struct {
	folder string
	http   http.Client
}

// NewClient is for the bridge that runs on the store in the folder.
func NewClient(folder string) *Client {
	c := &Client{folder: folder}
	c.http.Transport = &http.Transport{DisableKeepAlives: true, DialContext: c.dial}
	return c
}

func (c *Client) dial(ctx context.Context, _, _ string) (conn net.Conn, err error) {
	err = within(c.folder, socketName, func(address string) error {
		conn, err = new(net.Dialer).DialContext(ctx, "unix", address)
		return err
	})
	return conn, err
}

// Call asks for what is registered under the name and reads the result into out,
// which may be nil. progress, if there is one, gets what the bridge says meanwhile.
// A *NoBridgeError, *RefusedError or ErrCutShort tells what went wrong.
func (c *Client) Call(ctx context.Context, name string, in, out any, progress func(json.RawMessage)) error {
	body, err := json.Marshal(in)
	if err != nil {
		return fmt.Errorf("encode the call of %s: %w", name, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://bridge/v1/"+name, bytes.NewReader(body))
	if err != nil {
		return fmt.Errorf("call %s: %w", name, err)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return c.explain(ctx, err)
	}
	defer response.Body.Close() //nolint:errcheck // read to its end, or given up
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("what answers on %s is no bridge: %s", Path(c.folder), response.Status)
	}
	return read(ctx, response.Body, out, progress)
}

// explain tells a bridge that is not there from one that may not be asked.
func (c *Client) explain(ctx context.Context, err error) error {
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, syscall.ENOTSOCK):
		return &NoBridgeError{c.folder, err}
	case errors.Is(err, fs.ErrPermission):
		return fmt.Errorf("the bridge on %s takes orders only from the user that it runs as, and root: %w", c.folder, err)
	}
	return fmt.Errorf("ask the bridge on %s: %w", c.folder, err)
}

// read takes the lines of an answer.
func read(ctx context.Context, body io.Reader, out any, progress func(json.RawMessage)) error {
	r := bufio.NewReader(body)
	for {
		text, err := r.ReadBytes('\n')
		if err != nil {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return fmt.Errorf("%w: %w", ErrCutShort, err)
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return fmt.Errorf("what the bridge answers is not understood: %w", err)
		}
		switch {
		case l.Error != "":
			return &RefusedError{l.Error, l.Exit}
		case l.Progress != nil:
			if progress != nil {
				progress(l.Progress)
			}
		case out == nil:
			return nil
		default:
			if err := json.Unmarshal(l.Result, out); err != nil {
				return fmt.Errorf("what the bridge answers is not understood: %w", err)
			}
			return nil
		}
	}
}
