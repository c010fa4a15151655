package odoo

// Call is one call of a public method: one transaction in Odoo.
type Call struct {
	Model, Method string
	IDs           []int64        // the records it is called on; nil for methods of the model itself
	Args          []any          // after the records, in the order of the method's signature
	Named         map[string]any // keyword arguments
	Context       map[string]any // on top of the client's own
}

// Context joins contexts: later ones win.
func Context(parts ...map[string]any) map[string]any {
	joined := map[string]any{}
	for _, part := range parts {
		for key, value := range part {
			joined[key] = value
		}
	}
	return joined
}

// Quiet is what every call carries: no chatter, no followers, no tracking values.
// Odoo writes about a third less with it.
func Quiet() map[string]any {
	return map[string]any{
		"tracking_disable": true, "mail_create_nosubscribe": true, "mail_notrack": true, "mail_auto_subscribe_no_notify": true,
	}
}

func (c *Call) name() string { return c.Model + "." + c.Method }
