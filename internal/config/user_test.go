package config

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const withOdoo = base + "odoo: {url: \"http://erp\", database: d, login: bridge, api_key: k}\n"

func TestAChannelWithAKeyActsAsItsOwnUser(t *testing.T) {
	c := mustParse(t, withOdoo+`channels:
  own:    {odoo_login: own, odoo_api_key: k2, commands: [order.place]}
  reader: {odoo_login: reader, commands: [order.place]}
  nobody: {commands: [order.place]}
`, nil)
	for _, want := range []struct {
		channel, as string
		knows       bool
	}{{"own", "own", true}, {"reader", "bridge", false}, {"nobody", "bridge", false}} {
		channel := c.Channel(want.channel)
		if as, knows := c.ActsAs(channel), c.KnowsOwn(channel); as != want.as || knows != want.knows {
			t.Errorf("%s acts as %s, its own known: %v; want %+v", want.channel, as, knows, want)
		}
	}
	// The only one that acts as the bridge's user may call that user its own.
	alone := mustParse(t, withOdoo+"channels: {shop: {odoo_login: bridge, commands: [order.place]}}\n", nil)
	if !alone.KnowsOwn(alone.Channel("shop")) {
		t.Error("a channel that alone acts as odoo.login does not know its own")
	}
}

func TestDroppingWhatIsNotKnownAsOwnIsWarnedOf(t *testing.T) {
	const lane = "lanes: {l: {entities: [order], own: drop}}"
	for name, tc := range map[string]struct{ text, want string }{
		"no user":         {base + "channels: {a: {" + lane + "}}\n", "without odoo_login nothing is known"},
		"no key":          {withOdoo + "channels: {a: {odoo_login: a, commands: [order.place], " + lane + "}}\n", `carried out as "bridge", which means no channel`},
		"no commands":     {base + "channels: {a: {odoo_login: a, " + lane + "}}\n", ""},
		"a key":           {withOdoo + "channels: {a: {odoo_login: a, odoo_api_key: k, commands: [order.place], " + lane + "}}\n", ""},
		"the same user":   {withOdoo + "channels: {a: {odoo_login: bridge, commands: [order.place], " + lane + "}}\n", ""},
		"not asked to":    {withOdoo + "channels: {a: {odoo_login: a, commands: [order.place], lanes: {l: {entities: [order], own: deliver}}}}\n", ""},
		"user of another": {withOdoo + "channels: {a: {odoo_login: a, " + lane + "}, b: {commands: [order.place]}}\n", ""},
	} {
		warnings := mustParse(t, tc.text, nil).Warnings
		if (len(warnings) > 0) != (tc.want != "") || tc.want != "" && !strings.Contains(warnings.Error(), tc.want) {
			t.Errorf("%s: warned of %q, want %q", name, warnings, tc.want)
		}
	}
}

func TestWhereASecretCameFromIsKept(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, "key")
	if err := os.WriteFile(file, []byte("one\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	text := base + "odoo: {url: \"http://erp\", database: d, login: bridge, api_key: {file: key}}\nchannels: {a: {odoo_login: a, odoo_api_key: {file: key}, commands: [order.place]}}\n"
	c, err := Parse(filepath.Join(dir, "odoobridge.yaml"), []byte(text), noEnv)
	if err != nil {
		t.Fatal(err)
	}
	if c.SecretFiles["odoo.api_key"] != file || c.SecretFiles["channels.a.odoo_api_key"] != file || len(c.SecretFiles) != 2 {
		t.Errorf("read from %v", c.SecretFiles)
	}
	if err := os.WriteFile(file, []byte("two"), 0o600); err != nil {
		t.Fatal(err)
	}
	if s, err := ReadSecret(file); err != nil || s.Reveal() != "two" {
		t.Errorf("%v", err)
	}
	over, err := Parse(filepath.Join(dir, "odoobridge.yaml"), []byte(text), envOf(map[string]string{"ODOOBRIDGE_ODOO_API_KEY": "three"}))
	if err != nil {
		t.Fatal(err)
	}
	if over.Odoo.APIKey.Reveal() != "three" || over.SecretFiles["odoo.api_key"] != "" {
		t.Error("the environment's key would be replaced by the file's")
	}
}
