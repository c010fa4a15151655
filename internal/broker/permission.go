package broker

import (
	"fmt"
	"regexp"
	"strings"
)

// What the bridge's user must be permitted, as regular expressions on the names of exchanges and queues: to make what is missing
// and to write to it; to read commands, and the exchanges that queues are bound to. docs/RABBITMQ.md has them too.
const (
	MayConfigure = `^(odoo|channel|commands|results)\.`
	MayWrite     = MayConfigure + `|^amq\.default$`
	MayRead      = `^(odoo|commands)\.`
)

// Grant is the command that permits the bridge's user what it needs, and no more.
func (d *Dialer) Grant() string {
	return fmt.Sprintf(`rabbitmqctl set_permissions -p '%s' '%s' '%s' '%s' '%s'`, d.Vhost(), d.User(), MayConfigure, MayWrite, MayRead)
}

var refusedAccess = regexp.MustCompile(`access to (exchange|queue|topic) '([^']*)'`)

// Lacking says in words which permission the broker's refusal is about. asked is the one that was asked for ("configure",
// "read", "write"). Binding asks for two at once: of the queue, or of the exchange that is written to, to write, and of the exchange
// that is bound from to read. There asked is "bind to" and the name of the former.
func Lacking(reason, asked string) string {
	m := refusedAccess.FindStringSubmatch(reason)
	if m == nil {
		return reason
	}
	if to, bound := strings.CutPrefix(asked, bindTo); bound {
		asked = map[bool]string{true: "write", false: "read"}[to == m[2]]
	}
	return fmt.Sprintf("the permission to %s %s %s is missing", asked, m[1], m[2])
}

const bindTo = "bind to "

// Binding is what Lacking calls the permissions of a binding that leads to this queue or exchange.
func Binding(to string) string { return bindTo + to }
