package odoo

import "context"

// Caller is a user of Odoo as whom calls are made.
type Caller struct {
	Login string
	// Key reads the API key, again whenever Odoo refuses the one in use.
	Key func(context.Context) (string, error)
	// Refused, if set, hears when this user's calls begin to be held back because Odoo
	// refuses the login or the key (true), and when they are made again.
	Refused func(bool)
}

// As is a client that calls the same Odoo as another user. It shares the limits, the
// circuit and the connections of c: Odoo sees no more calls, however many users there
// are. A key that Odoo refuses holds back the calls of its own user alone.
func (c *Client) As(caller Caller) *Client {
	o := c.options
	o.Login, o.Key, o.Refused = caller.Login, caller.Key, caller.Refused
	return &Client{way: c.way, options: o, key: keyCircuit(&o)}
}

// keyCircuit is open while a user's key is refused.
func keyCircuit(o *Options) *circuit {
	refused := o.Refused
	return newCircuit(o, func(s State) {
		if refused != nil {
			refused(s.Open)
		}
	}, Denied)
}

// allow lets a call through, or says when to come again.
func (c *Client) allow() (done func(error), err error) {
	told, err := c.circuit.allow()
	if err != nil {
		return nil, err
	}
	keyTold, err := c.key.allow()
	if err != nil {
		told(err)
		return nil, err
	}
	return func(err error) {
		keyTold(err)
		told(err)
	}, nil
}
