package testkit

import (
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"
)

// vhostBatch is how many virtual hosts one call makes: where it is rabbitmqctl that
// evaluates it takes a second or more, a virtual host some milliseconds.
const vhostBatch = 8

// NewVhost returns the URL of an empty virtual host of this test's own. On a
// private node it goes with the node, else with the test.
func (r *Rabbit) NewVhost(t testing.TB) string {
	t.Helper()
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.vhosts) == 0 {
		r.makeVhosts(t)
	}
	name := r.vhosts[0]
	r.vhosts = r.vhosts[1:]
	if r.node == nil {
		t.Cleanup(func() { r.Eval(t, fmt.Sprintf(`rabbit_vhost:delete(<<%q>>, <<"testkit">>).`, name)) })
	}
	u, err := url.Parse(r.url)
	if err != nil {
		t.Fatalf("parse the broker's URL: %v", err)
	}
	u.Path = "/" + name
	return u.String()
}

// Vhost is the virtual host's name in a URL of NewVhost, for rabbitmqctl -p.
func Vhost(amqpURL string) string {
	u, err := url.Parse(amqpURL)
	if err != nil || strings.Trim(u.Path, "/") == "" {
		return "/"
	}
	return strings.TrimPrefix(u.Path, "/")
}

// Queues are the names of the queues in the virtual host of a URL, in no order.
func (r *Rabbit) Queues(t testing.TB, amqpURL string) []string {
	t.Helper()
	said := r.Eval(t, fmt.Sprintf(`string:join([binary_to_list(element(4, amqqueue:get_name(Q))) || Q <- rabbit_amqqueue:list(<<%q>>)], " ").`, Vhost(amqpURL)))
	return strings.Fields(strings.Trim(strings.TrimSpace(said), `"[]`))
}

// Allow gives a user the rights to configure, write and read what these regular
// expressions match in a virtual host, and makes the user with that password for the time
// of the test if it is not there.
func (r *Rabbit) Allow(t testing.TB, amqpURL, user, password, configure, write, read string) {
	t.Helper()
	made := r.Eval(t, fmt.Sprintf(`case rabbit_auth_backend_internal:exists(<<%q>>) of
		true -> false;
		false -> ok = rabbit_auth_backend_internal:add_user(<<%q>>, <<%q>>, <<"testkit">>), true
	end.`, user, user, password))
	if strings.TrimSpace(made) == "true" {
		t.Cleanup(func() {
			r.Eval(t, fmt.Sprintf(`rabbit_auth_backend_internal:delete_user(<<%q>>, <<"testkit">>).`, user))
		})
	}
	r.Eval(t, fmt.Sprintf(`ok = rabbit_auth_backend_internal:set_permissions(<<%q>>, <<%q>>, <<%q>>, <<%q>>, <<%q>>, <<"testkit">>).`,
		user, Vhost(amqpURL), configure, write, read))
}

func (r *Rabbit) makeVhosts(t testing.TB) {
	t.Helper()
	user := "guest"
	if u, err := url.Parse(r.url); err == nil && u.User != nil {
		user = u.User.Username()
	}
	batch := vhostBatch
	if r.node == nil {
		batch = 1 // what is not given out would stay
	}
	names := make([]string, batch)
	quoted := make([]string, batch)
	for i := range names {
		r.made++
		names[i] = fmt.Sprintf("t%d-%d", os.Getpid(), r.made)
		quoted[i] = fmt.Sprintf("<<%q>>", names[i])
	}
	r.Eval(t, fmt.Sprintf(`lists:foreach(fun(V) ->
		ok = rabbit_vhost:add(V, <<"testkit">>),
		ok = rabbit_auth_backend_internal:set_permissions(<<%q>>, V, <<".*">>, <<".*">>, <<".*">>, <<"testkit">>)
	end, [%s]).`, user, strings.Join(quoted, ", ")))
	r.vhosts = names
}
