package config

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// required reports the keys that are missing and have no default.
func (w *walker) required(root *yaml.Node) {
	if root == nil {
		root = &yaml.Node{Line: 1, Column: 1}
	}
	for _, s := range settings {
		if !s.required || strings.Contains(s.path, "*") || w.places[s.path] != nil {
			continue
		}
		if printed := s.kind.print(s.at(w.config)); printed.Value == "" {
			section, key, _ := strings.Cut(s.path, ".")
			node := w.places[section]
			if node == nil {
				node = root
			}
			w.problem(node, s.path, "is missing", fmt.Sprintf("write %s: {%s: …}, or set %s", section, key, s.envName()))
		}
	}
}

// checkPair wants a certificate and its key, or neither.
func (w *walker) checkPair(path, cert, key string) {
	if node := w.places[path]; node != nil && (cert == "") != (key == "") {
		w.problem(node, path, "has one of cert and key", "give both, or neither")
	}
}

// crossChecks looks at what no single value tells.
func (w *walker) crossChecks() {
	w.checkPair("rabbitmq.tls", w.config.RabbitMQ.CertFile, w.config.RabbitMQ.KeyFile)
	w.checkPair("odoo.tls", w.config.Odoo.CertFile, w.config.Odoo.KeyFile)
	logins := map[string]string{}
	for i := range w.config.Channels {
		channel := &w.config.Channels[i]
		path := "channels." + channel.Name
		w.checkLogin(channel, path, logins)
		w.checkUser(channel, path)
		if w.places[path+".lanes"] == nil && w.places[path+".commands"] == nil {
			w.problem(w.places[path], path, "has neither lanes nor commands", "write lanes: {all: {entities: [order]}}, or leave the channel out")
		}
		w.checkCommands(channel, path)
		for j := range channel.Lanes {
			w.checkLane(channel, &channel.Lanes[j], path+".lanes."+channel.Lanes[j].Name)
		}
	}
	w.checkOwners()
}

// checkLogin wants a login to mean one channel: origin could not tell them apart.
func (w *walker) checkLogin(channel *Channel, path string, logins map[string]string) {
	login := channel.OdooLogin
	if login == "" {
		return
	}
	if other, taken := logins[login]; taken {
		w.problem(w.places[path+".odoo_login"], path+".odoo_login", fmt.Sprintf("%q is the login of channel %s too", shorten(login), other),
			"give each channel an Odoo user of its own")
		return
	}
	logins[login] = channel.Name
}

// checkCommands wants what commands need: Odoo's API, and what rules refer to.
func (w *walker) checkCommands(channel *Channel, path string) {
	if channel.Order.Guest == "shared" && channel.Order.GuestCustomer == "" {
		w.problem(w.places[path+".order.guest"], path+".order.guest", "is shared, and there is no guest_customer", "write guest_customer: the id of the customer that stands for all guests")
	}
	for code := range channel.Mapping.Pricelists {
		if !currencyPattern.MatchString(code) {
			w.problem(w.places[path+".mapping.pricelists"], path+".mapping.pricelists", fmt.Sprintf("%q is not a currency", shorten(code)), "write ISO 4217 codes: {EUR: 1}")
		}
	}
	if len(channel.Commands) == 0 {
		return
	}
	odoo, ownUser := w.config.Odoo, channel.OdooAPIKey != ""
	var missing []string
	for _, need := range []struct {
		key     string
		missing bool
	}{{"url", odoo.URL == ""}, {"database", odoo.Database == ""}, {"login", odoo.Login == "" && !ownUser}, {"api_key", odoo.APIKey == "" && !ownUser}} {
		if need.missing {
			missing = append(missing, "odoo."+need.key)
		}
	}
	if len(missing) > 0 && !w.lacksOdoo {
		w.lacksOdoo = true // once, however many channels have commands
		w.problem(w.places[path+".commands"], path+".commands", "needs "+strings.Join(missing, ", ")+", which is missing", "write odoo: {url: …, database: …, login: …, api_key: {file: …}}")
	}
}

var currencyPattern = regexp.MustCompile(`^[A-Z]{3}$`)

func (w *walker) checkLane(channel *Channel, lane *Lane, path string) {
	node := w.places[path]
	if w.places[path+".entities"] == nil {
		w.problem(node, path+".entities", "is missing", "write entities: ["+supported()+"], or some of them")
		return
	}
	if queue := channel.Queue(lane.Name); len(queue) > 200 {
		w.problem(node, path, "makes a queue name longer than 200 characters", "shorten the names")
	}
	w.checkUrgent(lane, path)
	w.checkPromise(channel, lane, path)
	w.checkFields(lane, path)
}
