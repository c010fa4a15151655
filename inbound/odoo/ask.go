package odoo

import (
	"context"
	"net/http"
	"time"
)

// IsUnknownModel says whether an error of HasAccess means that Odoo has not got the model: an app is not installed.
func IsUnknownModel(err error) bool { return IsKind(err, User, Faulty, Missing) }

// KeyOwner is the user whose key it is. Only with JSON-2 it may be another than the one whose login is configured, since a
// key alone says who calls. 0: it is not told.
func (c *Client) KeyOwner(ctx context.Context) (int64, error) {
	release, err := c.Release(ctx)
	if err != nil {
		return 0, err
	}
	if release.Major < 19 {
		return c.UID(ctx)
	}
	var found struct {
		UID int64 `json:"uid"`
	}
	err = c.Do(ctx, Call{Model: "res.users", Method: "context_get"}, &found)
	if IsKind(err, Faulty, Access) {
		return 0, nil
	}
	return found.UID, err
}

// Clock is how far the clock of what answers for Odoo is ahead, to within uncertain; ok is false when it does not tell. A proxy
// may answer with its own.
func (c *Client) Clock(ctx context.Context) (ahead, uncertain time.Duration, ok bool, err error) {
	began := c.now()
	resp, err := c.send(ctx, request{method: http.MethodGet, path: "/web/version"})
	if err != nil {
		return 0, 0, false, complete(err, &Call{Model: "common", Method: "version"})
	}
	took := c.now().Sub(began)
	if resp.date.IsZero() {
		return 0, 0, false, nil
	}
	// The header has whole seconds: half a second more is the best guess.
	return resp.date.Add(time.Second / 2).Sub(began.Add(took / 2)), time.Second/2 + took/2, true, nil
}
