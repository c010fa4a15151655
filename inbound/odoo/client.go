package odoo

import (
	"context"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// Options say where Odoo is and how it is treated.
type Options struct {
	URL, Database, Login string
	// Key reads the API key. It is read again whenever Odoo refuses the one in use.
	Key         func(context.Context) (string, error)
	TLS         TLS
	MaxInFlight int           // 2 when zero
	Rate        float64       // calls a second; no limit when zero
	Timeout     time.Duration // of one call; 150 s when zero. Odoo itself may try for over a minute
	Context     map[string]any

	Failures uint32        // calls in a row without an answer that open the circuit; 5 when zero
	Pause    time.Duration // how long it stays open; 15 s when zero

	// Allowed, if set, is asked when a request is about to leave, and again before each of its writes. While it returns an error none
	// does: the call fails as Paused.
	Allowed func() error

	// Observe, if set, hears of every call. result is "ok" or the error's Kind.
	Observe func(model, method, result string, took time.Duration)
	// Clock, if set, hears of every answer how far Odoo's clock is ahead of ours for certain; negative when it is behind.
	Clock func(ahead time.Duration)
	// Changed, if set, hears of the circuit's opening and closing.
	Changed func(State)
	Refused func(bool) // see Caller
	Now     func() time.Time
}

func (o *Options) fill() {
	if o.MaxInFlight == 0 {
		o.MaxInFlight = 2
	}
	if o.Timeout == 0 {
		o.Timeout = 150 * time.Second
	}
	if o.Failures == 0 {
		o.Failures = 5
	}
	if o.Pause == 0 {
		o.Pause = 15 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Allowed == nil {
		o.Allowed = func() error { return nil }
	}
	if o.Observe == nil {
		o.Observe = func(string, string, string, time.Duration) {}
	}
}

// Client makes calls as one user. It is safe for use by many goroutines, which share its
// limits; so do the clients of other users that [Client.As] makes.
type Client struct {
	*way
	options Options
	key     *circuit // open while Odoo refuses this user's key

	mu      sync.Mutex
	session *session // nil: to be opened
}

// way is the way to one Odoo, whoever goes it.
type way struct {
	base    string
	http    *http.Client
	now     func() time.Time
	places  *places
	rate    *rate.Limiter
	circuit *circuit // open while Odoo does not answer
	calls   atomic.Int64
}

// New makes a client. It asks Odoo nothing yet.
func New(o Options) (*Client, error) {
	o.fill()
	if o.URL == "" || o.Database == "" || o.Key == nil {
		return nil, errors.New("the client of Odoo needs a URL, a database and a key")
	}
	tlsConfig, err := o.TLS.config()
	if err != nil {
		return nil, err
	}
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.TLSClientConfig = tlsConfig
	transport.MaxIdleConnsPerHost = o.MaxInFlight
	transport.ResponseHeaderTimeout = 0
	transport.DialContext = guard(transport.DialContext, o.Allowed)
	limit, burst := rate.Inf, 1
	if o.Rate > 0 {
		limit, burst = rate.Limit(o.Rate), min(o.MaxInFlight, int(math.Ceil(o.Rate)))
	}
	w := &way{
		base: strings.TrimRight(o.URL, "/"), now: o.Now,
		http: &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error {
			// A POST that is redirected becomes a GET: nothing good can come of it.
			return http.ErrUseLastResponse
		}},
		places: newPlaces(&o), rate: rate.NewLimiter(limit, burst),
		circuit: newCircuit(&o, o.Changed, NotSent, Ambiguous),
	}
	return &Client{way: w, options: o, key: keyCircuit(&o)}, nil
}

// Close ends the idle connections.
func (c *Client) Close() { c.http.CloseIdleConnections() }

// Do makes one call and decodes its result, unless result is nil. A result
// of None leaves it as it is. The error is an *Error.
func (c *Client) Do(ctx context.Context, call Call, result any) error {
	began := time.Now()
	raw, err := c.do(ctx, &call)
	count(ctx, time.Since(began))
	if err != nil {
		return complete(err, &call)
	}
	if result == nil || len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	if err := decode(raw, result); err != nil {
		// It was carried out; what it answered is not what was expected.
		return complete(&Error{Kind: Ambiguous, Err: err}, &call)
	}
	return nil
}

// complete names the call in its error.
func complete(err error, call *Call) error {
	var e *Error
	if !errors.As(err, &e) {
		e = &Error{Kind: NotSent, Err: err}
	}
	e.Call = call.name()
	e.sent = textsIn(call.Args, call.Named)
	return e
}

func (c *Client) do(ctx context.Context, call *Call) (raw json.RawMessage, err error) {
	free, err := c.take(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { free(err) }()
	done, err := c.allow()
	if err != nil {
		return nil, err
	}
	if err := c.rate.Wait(ctx); err != nil {
		err = &Error{Kind: Stopped, Err: ctx.Err()}
		done(err)
		return nil, err
	}
	raw, err = c.attempt(ctx, call)
	if IsKind(err, Denied) {
		// The key may have been changed: it is read again, once. A refused call was not carried out.
		raw, err = c.attempt(ctx, call)
	}
	if err != nil {
		err = complete(err, call) // before others see it
	}
	done(err)
	return raw, err
}

// attempt is one call in a session. After a failure that says that Odoo may be
// another one afterwards, the session is forgotten.
func (c *Client) attempt(ctx context.Context, call *Call) (json.RawMessage, error) {
	s, err := c.open(ctx)
	if err != nil {
		return nil, err
	}
	sent := *call
	sent.Context = Context(Quiet(), c.options.Context, call.Context)
	began := c.now()
	raw, err := s.wire.call(ctx, c, s.key, &sent)
	c.options.Observe(call.Model, call.Method, resultOf(err), c.now().Sub(began))
	if IsKind(err, Denied, NotSent, Ambiguous) {
		c.forget(s)
	}
	return raw, err
}

func resultOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return string(e.Kind)
	}
	if err != nil {
		return string(NotSent)
	}
	return "ok"
}

// Release says which Odoo answers, asking it when that is not known yet.
func (c *Client) Release(ctx context.Context) (Release, error) {
	s, err := c.openCounted(ctx, &Call{Model: "common", Method: "version"})
	if err != nil {
		return Release{}, err
	}
	return s.release, nil
}

// UID is the bridge's user in Odoo.
func (c *Client) UID(ctx context.Context) (int64, error) {
	s, err := c.openCounted(ctx, &Call{Model: "common", Method: "authenticate"})
	if err != nil {
		return 0, err
	}
	if s.uid != 0 {
		return s.uid, nil
	}
	users, err := c.SearchRead(ctx, "res.users", Domain{{"login", "=", c.options.Login}}, []string{"id"}, Window{Limit: 1}, nil)
	if err != nil {
		return 0, err
	}
	if len(users) == 0 {
		return 0, complete(&Error{Kind: Missing}, &Call{Model: "res.users", Method: "search_read"})
	}
	return users[0].ID(), nil
}

// openCounted opens the session like a call would: within the limits, and
// counted by the circuit. Errors name the call.
func (c *Client) openCounted(ctx context.Context, call *Call) (s *session, err error) {
	c.mu.Lock()
	known := c.session
	c.mu.Unlock()
	if known != nil {
		return known, nil
	}
	free, err := c.take(ctx)
	if err != nil {
		return nil, complete(err, call)
	}
	defer func() { free(err) }()
	done, err := c.allow()
	if err != nil {
		return nil, complete(err, call)
	}
	s, err = c.open(ctx)
	if err != nil {
		err = complete(err, call)
	}
	done(err)
	return s, err
}
