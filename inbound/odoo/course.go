package odoo

import "context"

// State says whether calls are made at present.
func (c *Client) State() State {
	if s := c.Way(); s.Open {
		return s
	}
	return c.Login()
}

// Way says how Odoo answers, whoever calls it.
func (c *Client) Way() State { return c.circuit.state() }

// Login says whether Odoo lets this user in.
func (c *Client) Login() State { return c.key.state() }

// InFlight is how many calls are being made, of all users; never more than the limit.
func (c *Client) InFlight() int { return int(c.calls.Load()) }

// Try makes a call that changes nothing, to learn whether calls go through.
func (c *Client) Try(ctx context.Context) error {
	_, err := c.SearchRead(ctx, "res.users", Domain{{"login", "=", c.options.Login}}, []string{"id"}, Window{Limit: 1}, nil)
	return err
}

// take waits for one of the places of calls, which free gives back when Odoo is done with what became of the call.
func (c *Client) take(ctx context.Context) (free func(error), err error) {
	if err := c.places.take(ctx); err != nil {
		return nil, err
	}
	c.calls.Add(1)
	return func(err error) {
		c.places.leave(err, func() { c.calls.Add(-1) })
	}, nil
}
