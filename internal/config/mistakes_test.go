package config

import (
	"strings"
	"testing"
)

// lane puts a lane's text into a file that is right otherwise.
func lane(text string) string {
	return base + "channels: {shop: {lanes: {l: {" + text + "}}}}\n"
}

func TestEachMistakeIsNamedWithItsRemedy(t *testing.T) {
	for name, tc := range map[string]struct {
		text string
		want []string // parts of the one problem
	}{
		"syntax":                  {"postgres: [", []string{"odoobridge.yaml:", "is not YAML"}},
		"tab":                     {"postgres:\n\tdsn: x\n", []string{":2:", "is not YAML"}},
		"two documents":           {base + "---\nx: 1\n", []string{"more than one document"}},
		"root list":               {"- a\n", []string{"a list is not a mapping"}},
		"missing":                 {"rabbitmq: {url: \"amqp://mq\"}\n", []string{"postgres.dsn: is missing", "ODOOBRIDGE_POSTGRES_DSN"}},
		"duplicate key":           {base + "log: {level: info, level: warn}\n", []string{"log.level: is here twice", "first is on line 3"}},
		"duplicate channel":       {base + "channels:\n  a: {lanes: {l: {entities: [order]}}}\n  a: {lanes: {l: {entities: [order]}}}\n", []string{":5:3: channels.a: is here twice"}},
		"unknown key":             {base + "postgres_: 1\n", []string{"is not a key here", "did you mean postgres?"}},
		"nested key":              {base + "http: {lisen: x}\n", []string{"http.lisen: is not a key here", "did you mean listen?"}},
		"wrong type":              {base + "http: true\n", []string{"http: a single value is not a mapping"}},
		"list for a value":        {base + "http: {listen: [a]}\n", []string{"a list is not an address"}},
		"no value":                {base + "http: {listen: }\n", []string{"has no value"}},
		"empty":                   {base + "http: {listen: \"\"}\n", []string{"is empty"}},
		"duration":                {base + "postgres_: 1\n", []string{"postgres_"}},
		"bad duration":            {base + "store: {retention: 7 days}\n", []string{`"7 days" is not a duration`, "write 30s, 5m, 12h or 7d"}},
		"duration out of range":   {base + "store: {retention: 1m}\n", []string{"is out of range", "from 1h to 3650d"}},
		"bad size":                {base + "store: {max_size: 20 gigs}\n", []string{`"20 gigs" is not a size`, "20GiB"}},
		"small size":              {base + "store: {max_size: 1MiB}\n", []string{"is too small", "64MiB"}},
		"bad rate":                {base + "odoo: {rate: fast}\n", []string{`"fast" is not a rate`, "10/s"}},
		"zero rate":               {base + "odoo: {rate: 0/s}\n", []string{"is not a rate"}},
		"bad number":              {base + "rabbitmq_: x\n", []string{"rabbitmq_"}},
		"number out of range":     {base + "odoo: {max_in_flight: 0}\n", []string{`"0" is not a whole number from 1 to 64`}},
		"Odoo without a limit":    {base + "odoo: {limit_time_real: 0s}\n", []string{"is out of range", "from 30s to 1h"}},
		"bad bool":                {"postgres: {dsn: \"postgres://b@db/x\"}\nrabbitmq: {url: \"amqp://mq\", events: yes please}\n", []string{"is neither true nor false"}},
		"bad choice":              {base + "log: {level: inf}\n", []string{`"inf" is not known here`, "did you mean info?"}},
		"bad listen":              {base + "http: {listen: localhost}\n", []string{"is not an address"}},
		"bad http URL":            {base + "odoo: {url: erp.example.com}\n", []string{"is not an http or https URL"}},
		"DSN scheme":              {"postgres: {dsn: \"mysql://db/x\"}\nrabbitmq: {url: \"amqp://mq\"}\n", []string{"postgres.dsn: the value does not begin with postgres://"}},
		"DSN database":            {"postgres: {dsn: \"postgres://db\"}\nrabbitmq: {url: \"amqp://mq\"}\n", []string{"names no database"}},
		"DSN keywords":            {"postgres: {dsn: \"host=db user=x\"}\nrabbitmq: {url: \"amqp://mq\"}\n", []string{"names no database", "dbname"}},
		"AMQP scheme":             {"postgres: {dsn: \"postgres://b@db/x\"}\nrabbitmq: {url: \"http://mq\"}\n", []string{"does not begin with amqp"}},
		"AMQP vhost":              {"postgres: {dsn: \"postgres://b@db/x\"}\nrabbitmq: {url: \"amqp://mq/a/b\"}\n", []string{"slash in its virtual host"}},
		"slot":                    {"postgres: {dsn: \"postgres://b@db/x\", slot: My-Slot}\nrabbitmq: {url: \"amqp://mq\"}\n", []string{`"My-Slot" is not a slot name`}},
		"missing variable":        {base + "http: {listen: \"${NOPE}\"}\n", []string{"the environment has no NOPE"}},
		"broken placeholder":      {base + "http: {listen: \"${NOPE\"}\n", []string{"a ${ without"}},
		"missing file":            {base + "odoo: {api_key: {file: /no/such/file}}\n", []string{"odoo.api_key: file /no/such/file: no such file"}},
		"tls pair":                {"postgres: {dsn: \"postgres://b@db/x\"}\nrabbitmq: {url: \"amqp://mq\", tls: {cert: a}}\n", []string{"has one of cert and key"}},
		"Odoo's tls pair":         {base + "odoo: {tls: {cert: a}}\n", []string{"odoo.tls: has one of cert and key"}},
		"channel name":            {base + "channels: {Shop: {lanes: {l: {entities: [order]}}}}\n", []string{`"Shop" is not a name`}},
		"empty channel":           {base + "channels: {shop: {initial: skip}}\n", []string{"has neither lanes nor commands"}},
		"lane name":               {base + "channels: {shop: {lanes: {a-b: {entities: [order]}}}}\n", []string{`"a-b" is not a name`}},
		"no entities":             {lane("pace: instant"), []string{"entities: is missing"}},
		"entities not a list":     {lane("entities: order"), []string{"is not a list of entities", "[order]"}},
		"entity twice":            {lane("entities: [order, order]"), []string{"is here twice"}},
		"no entity":               {lane("entities: []"), []string{"is an empty list"}},
		"promise":                 {lane("entities: [stock_level], promise: all"), []string{`"all" is not known here`, "free, safe or forecast"}},
		"promise of nothing":      {lane("entities: [order], promise: safe"), []string{"l.promise", "the lane has no stock_level"}},
		"buffer of no promise":    {lane("entities: [stock_level], buffer: 2"), []string{"buffer: means something with promise only"}},
		"floor of no promise":     {lane("entities: [stock_level], floor: 2"), []string{"floor: means something with promise only"}},
		"buffer below zero":       {lane("entities: [stock_level], promise: free, buffer: -1"), []string{`"-1" is not a quantity`}},
		"floor of letters":        {lane("entities: [stock_level], promise: free, floor: x"), []string{`"x" is not a quantity`}},
		"promise without a field": {lane("entities: [stock_level], promise: free, fields: [sku, on_hand]"), []string{"the lane's fields do not have available"}},
		"in flight of nothing":    {lane("entities: [order], inflight: all"), []string{"l.inflight", "the lane has no stock_level"}},
		"in flight, not shown":    {lane("entities: [stock_level], inflight: own, fields: [sku]"), []string{"the lane's fields do not have available"}},
		"in flight of no orders":  {lane("entities: [stock_level], inflight: own"), []string{"the channel may not send order.place"}},
		"in flight of nobody":     {lane("entities: [stock_level], inflight: all"), []string{"no channel may send order.place"}},
		"in flight as a field":    {lane("entities: [stock_level], fields: [in_flight]"), []string{`"in_flight" is not a field`}},
		"command":                 {base + "channels: {shop: {commands: [order.plase]}}\n", []string{`"order.plase" is not a command`, "did you mean order.place?"}},
		"commands without Odoo":   {base + "channels:\n  a: {commands: [order.place]}\n  b: {commands: [stock.count]}\n", []string{"channels.a.commands: needs odoo.url, odoo.database, odoo.login, odoo.api_key"}},
		"mapped to nothing":       {base + "channels: {shop: {lanes: {l: {entities: [order]}}, mapping: {taxes: {VAT: \"a b\"}}}}\n", []string{"mapping.taxes.VAT", `"a b" is not a record of Odoo`}},
		"pricelist of no money":   {base + "channels: {shop: {lanes: {l: {entities: [order]}}, mapping: {pricelists: {eur: 1}}}}\n", []string{`"eur" is not a currency`}},
		"shared guest":            {base + "channels: {shop: {lanes: {l: {entities: [order]}}, order: {guest: shared}}}\n", []string{"order.guest: is shared, and there is no guest_customer"}},
		"company":                 {base + "channels: {shop: {lanes: {l: {entities: [order]}}, company: ACME}}\n", []string{`"ACME" is not an id of a company`}},
		"tolerance":               {base + "channels: {shop: {lanes: {l: {entities: [order]}}, order: {tolerance: 1%}}}\n", []string{`"1%" is not an amount`}},
		"customer matched by":     {base + "channels: {shop: {lanes: {l: {entities: [order]}}, customer: {match: [mail]}}}\n", []string{`"mail" is not known here`, "did you mean email?"}},
		"conflict of nothing":     {base + "conflicts: {custommer: park}\n", []string{`"custommer" is not an entity`}},
		"conflict rule":           {base + "conflicts: {customer: newest}\n", []string{`"newest" is not known here`}},
		"pace list":               {lane("entities: [order], pace: [a]"), []string{"a list is not a pace"}},
		"pace of both":            {lane("entities: [order], pace: {conflate: 2m, schedule: \"* * * * *\"}"), []string{"has both conflate and schedule"}},
		"pace of neither":         {lane("entities: [order], pace: {urgent: [order.created]}"), []string{"has neither"}},
		"pace key":                {lane("entities: [order], pace: {conflate: 2m, urgend: [order.created]}"), []string{"did you mean urgent?"}},
		"cron":                    {lane("entities: [order], pace: {schedule: hourly}"), []string{`"hourly" is not a schedule`}},
		"cron that never comes":   {lane("entities: [order], pace: {schedule: \"0 0 31 2 *\"}"), []string{"never comes"}},
		"cron with zone":          {lane("entities: [order], pace: {schedule: \"TZ=UTC * * * * *\"}"), []string{"has a time zone in it"}},
		"time zone":               {lane("entities: [order], pace: {schedule: \"0 6 * * *\", time_zone: Berlin}"), []string{`"Berlin" is not a time zone`}},
		"time zone without cron":  {lane("entities: [order], pace: {conflate: 2m, time_zone: UTC}"), []string{"means something with schedule only"}},
		"urgent of another lane":  {lane("entities: [order], pace: {conflate: 2m, urgent: [stock_level.out]}"), []string{`"stock_level.out" is not an event of this lane`}},
		"same login twice":        {base + "channels:\n  a: {odoo_login: x, lanes: {l: {entities: [order]}}}\n  b: {odoo_login: x, lanes: {l: {entities: [order]}}}\n", []string{"is the login of channel a too"}},
		"key of nobody":           {base + "channels: {a: {odoo_api_key: k, lanes: {l: {entities: [order]}}}}\n", []string{"channels.a.odoo_api_key: is the key of a user that is not named", "add odoo_login"}},
		"login of all": {base + "odoo: {url: \"http://erp\", database: d, login: bridge, api_key: k}\nchannels:\n  a: {odoo_login: bridge, commands: [order.place]}\n  b: {commands: [order.place]}\n  c: {odoo_login: c, odoo_api_key: k, commands: [order.place]}\n",
			[]string{"channels.a.odoo_login: is odoo.login, as which commands of b are carried out too", "an Odoo user of its own"}},
		"own users without Odoo":  {base + "channels: {a: {odoo_login: a, odoo_api_key: k, commands: [order.place]}}\n", []string{"channels.a.commands: needs odoo.url, odoo.database, which"}},
		"owner misspelt":          {base + "channels: {shopify: {lanes: {l: {entities: [order]}}}}\nownership: {customer: shopfy}\n", []string{`there is no channel "shopfy"`, "did you mean shopify?"}},
		"ownership of nothing":    {base + "ownership: {custommer.email: odoo}\n", []string{`"custommer" is not an entity`, "did you mean customer?"}},
		"column name":             {base + "extra_columns: {sale_order: [\"x; drop\"]}\n", []string{"is not a name of a table or a column"}},
		"where without list":      {lane("entities: [stock_level], where: {warehouse: WH}"), []string{"is not a list of values", "[WH]"}},
		"invalid UTF-8":           {base + "x-: \"\xff\"\n", []string{"UTF-8"}},
		"unknown key with a list": {base + "lanes: [a, b]\n", []string{"lanes: is not a key here"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := parse(t, tc.text, nil)
			if len(problems) != 1 {
				t.Fatalf("%d problems, want 1:\n%v", len(problems), problems)
			}
			for _, part := range tc.want {
				if !strings.Contains(problems.Error(), part) {
					t.Errorf("no %q in:\n%v", part, problems)
				}
			}
		})
	}
}

func TestRecursiveAndExplodingAliasesEnd(t *testing.T) {
	bomb := "x-a: &a {k: v}\n"
	for _, pair := range []string{"ab", "bc", "cd", "de", "ef", "fg"} {
		from, to := pair[:1], pair[1:]
		bomb += "x-" + to + ": &" + to + " {<<: [" + strings.TrimSuffix(strings.Repeat("*"+from+", ", 20), ", ") + "]}\n"
	}
	if _, problems := parse(t, base+bomb+"http: *g\n", nil); problems == nil {
		t.Error("an explosion of aliases loads")
	}
	if _, problems := parse(t, base+"http: &h {<<: *h}\n", nil); problems == nil {
		t.Log("a recursive merge loads as nothing")
	}
}

func TestFieldsMustBeOnesThatTheDocumentsHave(t *testing.T) {
	for text, want := range map[string]string{
		"entities: [stock_level], fields: [skew]":                 `"skew" is not a field of this lane's documents; fields: available, `,
		"entities: [stock_level], where: {warehose: [WH]}":        "did you mean warehouse?",
		"entities: [stock_level, order], fields: [sku, state, x]": `"x" is not a field`,
		"entities: [stock_level, customer], fields: [sku, email]": "",
	} {
		_, problems := parse(t, lane(text), nil)
		if want == "" && problems != nil || want != "" && !strings.Contains(problems.Error(), want) {
			t.Errorf("%s: %v", text, problems)
		}
	}
}
