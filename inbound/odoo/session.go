package odoo

import (
	"context"
	"encoding/json"
	"net/http"
	"strconv"
)

// Release is which Odoo answers.
type Release struct {
	Major int    // 17
	Text  string // "17.0"
}

// wire is how calls look on a release.
type wire interface {
	call(ctx context.Context, c *Client, key string, call *Call) (json.RawMessage, error)
}

// session is what a call needs to know besides itself.
type session struct {
	release Release
	wire    wire
	key     string
	uid     int64 // with JSON-RPC
}

type versionInfo struct {
	Text string `json:"server_serie"`
	Long string `json:"version"`
	Info []any  `json:"server_version_info"`
	Also []any  `json:"version_info"`
}

// release asks which Odoo this is. GET /web/version is there from 19 on, where the
// older way is going to be removed.
func (c *Client) askRelease(ctx context.Context) (Release, error) {
	resp, err := c.send(ctx, request{method: http.MethodGet, path: "/web/version"})
	if err != nil {
		return Release{}, before(err)
	}
	if resp.status == http.StatusOK {
		var v versionInfo
		if decode(resp.body, &v) == nil {
			if r, ok := v.release(); ok {
				return r, nil
			}
		}
	}
	raw, err := c.service(ctx, "common", "version")
	if err != nil {
		return Release{}, before(err)
	}
	var v versionInfo
	if decode(raw, &v) == nil {
		if r, ok := v.release(); ok {
			return r, nil
		}
	}
	return Release{}, &Error{Kind: NotSent, Name: "version"}
}

func (v versionInfo) release() (Release, bool) {
	info := v.Info
	if len(info) == 0 {
		info = v.Also
	}
	if len(info) < 2 {
		return Release{}, false
	}
	major, ok := wholeNumber(info[0])
	if !ok || major < 1 {
		return Release{}, false
	}
	minor, _ := wholeNumber(info[1])
	return Release{Major: major, Text: strconv.Itoa(major) + "." + strconv.Itoa(minor)}, true
}

// wholeNumber reads 17 and, of Odoo Online, "saas~17".
func wholeNumber(value any) (int, bool) {
	switch v := value.(type) {
	case json.Number:
		n, err := strconv.Atoi(v.String())
		return n, err == nil
	case string:
		if len(v) > 5 && v[:5] == "saas~" {
			n, err := strconv.Atoi(v[5:])
			return n, err == nil
		}
	}
	return 0, false
}

// before is an error of asking first: the call itself was not sent, so nothing is
// ambiguous about it.
func before(err error) error {
	if e, ok := err.(*Error); ok && e.Kind == Ambiguous {
		e.Kind = NotSent
	}
	return err
}

// open learns the release, reads the key and, with JSON-RPC, logs in. It is
// done once, and again after it was forgotten.
func (c *Client) open(ctx context.Context) (*session, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session != nil {
		return c.session, nil
	}
	release, err := c.askRelease(ctx)
	if err != nil {
		return nil, err
	}
	key, err := c.options.Key(ctx)
	if err != nil {
		return nil, &Error{Kind: Denied, Err: err}
	}
	s := &session{release: release, key: key, wire: json2{}}
	if release.Major < 19 {
		if s.uid, err = c.login(ctx, key); err != nil {
			return nil, before(err)
		}
		s.wire = &jsonrpc{uid: s.uid}
	}
	c.session = s
	return s, nil
}

// forget has the next call ask again: Odoo may be another one, or the key.
func (c *Client) forget(s *session) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.session == s {
		c.session = nil
	}
}
