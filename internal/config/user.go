package config

import (
	"fmt"
	"strings"
)

// ActsAs is the login of the Odoo user as whom a channel's commands are carried out.
func (c *Config) ActsAs(channel *Channel) string {
	if channel.OdooAPIKey != "" {
		return channel.OdooLogin
	}
	return c.Odoo.Login
}

// KnowsOwn says whether what the channel's commands change in Odoo can be told from what
// others do: whether they are carried out as a user that means this channel.
func (c *Config) KnowsOwn(channel *Channel) bool {
	return channel.OdooLogin != "" && c.ActsAs(channel) == channel.OdooLogin
}

// checkUser wants a channel's user to mean this channel, and warns where nothing does.
func (w *walker) checkUser(channel *Channel, path string) {
	at := path + ".odoo_login"
	if channel.OdooAPIKey != "" && channel.OdooLogin == "" {
		key := path + ".odoo_api_key"
		w.problem(w.places[key], key, "is the key of a user that is not named", "add odoo_login: the user's login")
	}
	if others := w.actingAs(channel); len(others) > 0 {
		w.problem(w.places[at], at, fmt.Sprintf("is odoo.login, as which commands of %s are carried out too: their doing would be told as this channel's", strings.Join(others, ", ")),
			"give each channel an Odoo user of its own, with odoo_login and odoo_api_key")
	}
	for _, lane := range channel.Lanes {
		if own := path + ".lanes." + lane.Name + ".own"; lane.Own == "drop" && w.places[own] != nil {
			w.checkDrop(channel, own)
		}
	}
}

// actingAs are the other channels whose commands are carried out as this channel's user.
func (w *walker) actingAs(channel *Channel) []string {
	var others []string
	for i := range w.config.Channels {
		other := &w.config.Channels[i]
		if other.Name != channel.Name && len(other.Commands) > 0 && other.OdooAPIKey == "" && channel.OdooLogin != "" && channel.OdooLogin == w.config.Odoo.Login {
			others = append(others, other.Name)
		}
	}
	return others
}

// checkDrop warns of own: drop where nothing, or not all, is known as the channel's own.
func (w *walker) checkDrop(channel *Channel, path string) {
	switch {
	case channel.OdooLogin == "":
		w.warn(w.places[path], path, "holds nothing back: without odoo_login nothing is known as the channel's own doing", "give the channel an Odoo user of its own, with odoo_login")
	case len(channel.Commands) > 0 && !w.config.KnowsOwn(channel):
		w.warn(w.places[path], path, fmt.Sprintf("does not hold back what the channel's commands change: they are carried out as %q, which means no channel", shorten(w.config.Odoo.Login)),
			"add odoo_api_key, so that they are carried out as the channel's own user")
	}
}
