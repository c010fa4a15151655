package config

import "time"

// setting is one key that odoobridge.yaml may have. A star in Path stands for
// a name of the user's choice.
type setting struct {
	path     string
	def      string // as it would be written; "" for none
	doc      string
	required bool
	kind     kind
	at       func(target any) any // where it is kept, in a *Config, *Channel or *Lane
}

func inConfig(f func(*Config) any) func(any) any {
	return func(t any) any { return f(t.(*Config)) }
}

func inChannel(f func(*Channel) any) func(any) any {
	return func(t any) any { return f(t.(*Channel)) }
}

func inLane(f func(*Lane) any) func(any) any {
	return func(t any) any { return f(t.(*Lane)) }
}

// settings is the one table of every key: the loader, the defaults, the
// environment's names, the printed configuration, the reference and the JSON Schema all come from it.
// It is filled in init because kinds that read lanes refer back to the table.
var settings []setting

func init() {
	settings = []setting{
		{path: "postgres.dsn", required: true, kind: secretURL("a PostgreSQL URL", validDSN), at: inConfig(func(c *Config) any { return &c.Postgres.DSN }),
			doc: "Odoo's database, reached directly: replication does not go through PgBouncer. A URL or keywords."},
		{path: "postgres.slot", def: "odoobridge", kind: text("a slot name", slotPattern.String(), "write small letters, digits and _, at most 63", slotPattern.MatchString), at: inConfig(func(c *Config) any { return &c.Postgres.Slot }),
			doc: "Name of the replication slot. The bridge makes it at its first start."},
		{path: "postgres.publication", def: "odoobridge", kind: text("a publication name", publicationPattern.String(), "write small letters, digits and _, at most 63", publicationPattern.MatchString), at: inConfig(func(c *Config) any { return &c.Postgres.Publication }),
			doc: "Name of the publication. `odoobridge setup` prints the SQL that makes it."},
		{path: "postgres.heartbeat", def: "10s", kind: durationOf(0, time.Hour), at: inConfig(func(c *Config) any { return &c.Postgres.Heartbeat }),
			doc: "How often the bridge writes a message of its own to the write-ahead log and waits for it to come back, so that a stream that died in silence is noticed. `0s` never."},
		{path: "postgres.status_interval", def: "10s", kind: durationOf(100*time.Millisecond, time.Minute), at: inConfig(func(c *Config) any { return &c.Postgres.StatusInterval }),
			doc: "How often the durable position is reported to the server, besides when it asks. Well below the server's `wal_sender_timeout`."},
		{path: "postgres.snapshot_workers", def: "4", kind: wholeNumber(1, 32), at: inConfig(func(c *Config) any { return &c.Postgres.SnapshotWorkers }),
			doc: "Connections that copy tables at the first start."},

		{path: "postgres.resync", def: "manual", kind: oneOf("manual", "auto"), at: inConfig(func(c *Config) any { return &c.Postgres.Resync }),
			doc: "What happens when the slot is lost, or the mapping has changed since the store was written: `manual` ends with exit code 3, and a person runs `odoobridge resync`; `auto` does so by itself, loudly, for the same database only, and for a lost slot not twice within ten minutes."},
		{path: "postgres.watch_interval", def: "30s", kind: durationOf(100*time.Millisecond, time.Hour), at: inConfig(func(c *Config) any { return &c.Postgres.WatchInterval }),
			doc: "How often the publication and the mapped tables are looked at: a table that left the publication, or a module that came or went, says nothing in the log."},

		{path: "odoo.url", kind: text("an http or https URL", "", "write https://erp.example.com, without user and password", validHTTPURL), at: inConfig(func(c *Config) any { return &c.Odoo.URL }),
			doc: "Odoo itself, for commands. Not needed while no channel has commands."},
		{path: "odoo.database", kind: text("a database name", "", "write the database's name", notEmpty), at: inConfig(func(c *Config) any { return &c.Odoo.Database }),
			doc: "Odoo's database by name. Where given, it must be the one that `postgres.dsn` leads to."},
		{path: "odoo.login", kind: text("a login", "", "write the login of the bridge's Odoo user", notEmpty), at: inConfig(func(c *Config) any { return &c.Odoo.Login }),
			doc: "Login of the bridge's own user in Odoo."},
		{path: "odoo.api_key", kind: aSecret, at: inConfig(func(c *Config) any { return &c.Odoo.APIKey }),
			doc: "API key of that user. As `{file: …}` it is read again from there when Odoo refuses it, so that a new key needs no restart; one written here counts from the next SIGHUP on."},
		{path: "odoo.max_in_flight", def: "2", kind: wholeNumber(1, 64), at: inConfig(func(c *Config) any { return &c.Odoo.MaxInFlight }),
			doc: "Calls to Odoo at a time."},
		{path: "odoo.rate", def: "10/s", kind: aRate, at: inConfig(func(c *Config) any { return &c.Odoo.Rate }),
			doc: "Calls to Odoo at most."},
		{path: "odoo.limit_time_real", def: "120s", kind: durationOf(30*time.Second, time.Hour), at: inConfig(func(c *Config) any { return &c.Odoo.LimitTimeReal }),
			doc: "`limit_time_real` of your Odoo, after which it ends a call. A call is waited for 30 seconds longer; and a command whose call never got its answer, or whose bridge ended during a call, is looked at again after that long: earlier, Odoo may still commit what it was told, and the command would be carried out twice. Too low a value is dangerous, too high a one only makes such commands wait."},
		{path: "odoo.tls.ca", kind: aFile, at: inConfig(func(c *Config) any { return &c.Odoo.CAFile }),
			doc: "File of the certificate authority that signed the certificate of Odoo, or of the proxy in front of it. Without it the system's are used."},
		{path: "odoo.tls.cert", kind: aFile, at: inConfig(func(c *Config) any { return &c.Odoo.CertFile }),
			doc: "File of the bridge's own certificate, where a proxy asks for one."},
		{path: "odoo.tls.key", kind: aFile, at: inConfig(func(c *Config) any { return &c.Odoo.KeyFile }),
			doc: "File of that certificate's key."},

		{path: "rabbitmq.url", required: true, kind: secretURL("an AMQP URL", validAMQP), at: inConfig(func(c *Config) any { return &c.RabbitMQ.URL }),
			doc: "The broker and its virtual host."},
		{path: "rabbitmq.events", def: "true", kind: aBool, at: inConfig(func(c *Config) any { return &c.RabbitMQ.Firehose }),
			doc: "Whether every event also goes to the exchange `odoo.events`, for whoever binds a queue to it."},
		{path: "rabbitmq.topology", def: "declare", kind: oneOf("declare", "verify", "none"), at: inConfig(func(c *Config) any { return &c.RabbitMQ.Topology }),
			doc: "`declare` makes the exchanges and queues that are missing, `verify` only compares them, `none` does neither."},
		{path: "rabbitmq.queue_type", def: "quorum", kind: oneOf("quorum", "classic"), at: inConfig(func(c *Config) any { return &c.RabbitMQ.QueueType }),
			doc: "Type of the queues that are made."},
		{path: "rabbitmq.window", def: "1024", kind: wholeNumber(1, 65535), at: inConfig(func(c *Config) any { return &c.RabbitMQ.Window }),
			doc: "Messages of a lane that may be on their way to the broker unconfirmed."},
		{path: "rabbitmq.tls.ca", kind: aFile, at: inConfig(func(c *Config) any { return &c.RabbitMQ.CAFile }),
			doc: "File of the certificate authority that signed the broker's certificate. Without it the system's are used."},
		{path: "rabbitmq.tls.cert", kind: aFile, at: inConfig(func(c *Config) any { return &c.RabbitMQ.CertFile }),
			doc: "File of the bridge's own certificate."},
		{path: "rabbitmq.tls.key", kind: aFile, at: inConfig(func(c *Config) any { return &c.RabbitMQ.KeyFile }),
			doc: "File of that certificate's key."},

		{path: "store.path", def: "/var/lib/odoobridge", kind: text("a directory", "", "write a directory", notEmpty), at: inConfig(func(c *Config) any { return &c.Store.Path }),
			doc: "Directory of everything that the bridge remembers. With `store.dsn`, of what concerns this machine alone."},
		{path: "store.dsn", kind: secretURL("a PostgreSQL URL", validDSN), at: inConfig(func(c *Config) any { return &c.Store.DSN }),
			doc: "A PostgreSQL database in which the bridge remembers instead, so that a second bridge with the same configuration can stand by. Not Odoo's own, and not through PgBouncer."},
		{path: "store.schema", def: "odoobridge", kind: text("a schema name", publicationPattern.String(), "write small letters, digits and _, at most 63", publicationPattern.MatchString), at: inConfig(func(c *Config) any { return &c.Store.Schema }),
			doc: "Schema of the bridge's own in that database. The bridge makes it if its role may."},
		{path: "store.in_odoo_database", def: "false", kind: aBool, at: inConfig(func(c *Config) any { return &c.Store.InOdooDatabase }),
			doc: "Allows `store.dsn` to be Odoo's own database. What the bridge remembers then makes write-ahead log on Odoo's server, which the bridge has to read past, and is lost with it."},
		{path: "store.retention", def: "7d", kind: durationOf(time.Hour, 3650*day), at: inConfig(func(c *Config) any { return &c.Store.Retention }),
			doc: "How long delivered events stay in the journal, for replays. What a lane still needs is kept longer."},
		{path: "store.max_size", def: "20GiB", kind: sizeOf(64 << 20), at: inConfig(func(c *Config) any { return &c.Store.MaxSize }),
			doc: "What the store may occupy. From 80 % on, what every lane has delivered goes before `store.retention`. At the limit, and on a disk with less than 256 MiB left, the bridge stops reading and says so until there is room; it does not drop events."},
		{path: "store.cache", def: "64MiB", kind: sizeOf(1 << 20), at: inConfig(func(c *Config) any { return &c.Store.Cache }),
			doc: "Memory for hot rows and documents."},

		{path: "http.listen", def: "127.0.0.1:8640", kind: text("an address", "", `write "127.0.0.1:8640", or ":8640" for all addresses`, validListen), at: inConfig(func(c *Config) any { return &c.HTTP.Listen }),
			doc: "Where /healthz, /readyz, /metrics and /status are served. There is no password: keep it on loopback or behind a firewall."},
		{path: "log.level", def: "info", kind: oneOf("debug", "info", "warn", "error"), at: inConfig(func(c *Config) any { return &c.Log.Level }),
			doc: "The least that is logged."},
		{path: "log.format", def: "auto", kind: oneOf("auto", "text", "json"), at: inConfig(func(c *Config) any { return &c.Log.Format }),
			doc: "`auto` is text on a terminal and JSON elsewhere."},
		{path: "shutdown_grace", def: "25s", kind: durationOf(0, time.Hour), at: inConfig(func(c *Config) any { return &c.ShutdownGrace }),
			doc: "How long a stop may take to deliver what is under way. Nothing is lost if it is cut short."},

		{path: "commands.workers", def: "4", kind: wholeNumber(1, 64), at: inConfig(func(c *Config) any { return &c.Commands.Workers }),
			doc: "Commands of a workload (orders, stock, customers, finance) that are carried out at a time. Calls to Odoo are limited by `odoo.max_in_flight`, whatever this says."},
		{path: "commands.prefetch", def: "200", kind: wholeNumber(1, 5000), at: inConfig(func(c *Config) any { return &c.Commands.Prefetch }),
			doc: "Messages of a queue that may be on their way into the ledger at a time. It bounds memory, and how many become durable with one write to the disk."},
		{path: "commands.retention", def: "90d", kind: durationOf(day, 3650*day), at: inConfig(func(c *Config) any { return &c.Commands.Retention }),
			doc: "How long done commands are kept. A command that is repeated later than this is not known as a duplicate by the ledger any more."},
		{path: "commands.patience", def: "1d", kind: durationOf(time.Minute, 365*day), at: inConfig(func(c *Config) any { return &c.Commands.Patience }),
			doc: "How long a command is tried again after failures, or waits for what is not there yet, before it is parked for a person. Time in which Odoo cannot be reached does not count."},
		{path: "commands.inflight.parked", def: "count", kind: oneOf("count", "release"), at: inConfig(func(c *Config) any { return &c.Commands.InFlight.Parked }),
			doc: "Whether an order that is parked for a person goes on counting as in flight (lane key `inflight`), until it is decided."},
		{path: "commands.inflight.quotations", def: "3d", kind: durationOf(time.Minute, 365*day), at: inConfig(func(c *Config) any { return &c.Commands.InFlight.Quotations }),
			doc: "How long an order that was applied and stays a quotation goes on counting as in flight. A quotation reserves nothing in Odoo; it counts until it is confirmed, cancelled or deleted there, or this long."},
		{path: "audit.retention", def: "730d", kind: durationOf(day, 36500*day), at: inConfig(func(c *Config) any { return &c.Audit.Retention }),
			doc: "How long the audit trail of commands is kept: who, what, when, outcome, Odoo's ids."},

		{path: "channels.*.odoo_login", kind: text("a login", "", "write the login of the channel's Odoo user", notEmpty), at: inChannel(func(c *Channel) any { return &c.OdooLogin }),
			doc: "Login of the channel's own user in Odoo. A transaction in which that user wrote a row is the channel's own doing: its events carry the channel as `origin`."},
		{path: "channels.*.odoo_api_key", kind: aSecret, at: inChannel(func(c *Channel) any { return &c.OdooAPIKey }),
			doc: "API key of the user `odoo_login`, as whom the channel's commands are then carried out, so that what they change carries the channel as `origin`. Without it they are carried out as `odoo.login`, and what they change has no origin, unless `odoo_login` is that same user. All users share the limits of `odoo`. Read again like `odoo.api_key`."},
		{path: "channels.*.initial", def: "skip", kind: oneOf("publish", "skip"), at: inChannel(func(c *Channel) any { return &c.Initial }),
			doc: "Whether the channel's lanes receive every document once, as `*.snapshot`, when the lane first starts."},
		{path: "channels.*.commands", kind: commandList, at: inChannel(func(c *Channel) any { return &c.Commands }),
			doc: "Commands that the channel may send; docs/COMMANDS.md describes them. They arrive on the queues `commands.<channel>.<workload>`."},
		{path: "channels.*.rabbitmq_user", kind: text("a RabbitMQ user", "", "write the name of the channel's RabbitMQ user", notEmpty), at: inChannel(func(c *Channel) any { return &c.RabbitMQUser }),
			doc: "RabbitMQ user that the channel publishes as. Commands whose `user_id`, for which the broker vouches, is not this one are rejected. Without it, whoever may publish to the channel's routing keys is believed."},
		{path: "channels.*.company", kind: aCompany, at: inChannel(func(c *Channel) any { return &c.Company }),
			doc: "Odoo's id of the company that the channel sells for; all that its commands make is in it. Without it, the company of the bridge's Odoo user."},
		{path: "channels.*.warehouses", kind: warehouseList, at: inChannel(func(c *Channel) any { return &c.Warehouses }),
			doc: "Short names of the warehouses that the channel's commands may name; the first is the one for orders that name none. Without it, all of the company."},
		{path: "channels.*.mapping.taxes", kind: recordMap, at: inChannel(func(c *Channel) any { return &c.Mapping.Taxes }),
			doc: "The channel's code of a tax → Odoo's tax, by id or external id: `{VAT19: account.1_tax_19}`."},
		{path: "channels.*.mapping.carriers", kind: recordMap, at: inChannel(func(c *Channel) any { return &c.Mapping.Carriers }),
			doc: "Code of a carrier → Odoo's delivery method."},
		{path: "channels.*.mapping.payment_methods", kind: recordMap, at: inChannel(func(c *Channel) any { return &c.Mapping.PaymentMethods }),
			doc: "Code of a payment method → Odoo's journal, by id, external id or its short code: `{card: BNK1}`."},
		{path: "channels.*.mapping.payment_terms", kind: recordMap, at: inChannel(func(c *Channel) any { return &c.Mapping.PaymentTerms }),
			doc: "Code of payment terms → Odoo's payment terms."},
		{path: "channels.*.mapping.pricelists", kind: recordMap, at: inChannel(func(c *Channel) any { return &c.Mapping.Pricelists }),
			doc: "Currency → Odoo's pricelist for the channel's orders in it: `{EUR: 1}`. Needed for currencies other than the company's."},
		{path: "channels.*.order.confirm", def: "channel", kind: oneOf("always", "never", "channel"), at: inChannel(func(c *Channel) any { return &c.Order.Confirm }),
			doc: "Whether the channel's orders are confirmed: `always`; `never`, they stay quotations; `channel`, as the command's `confirm` says, which is not when it is absent."},
		{path: "channels.*.order.guest", def: "match", kind: oneOf("match", "new", "shared", "refuse"), at: inChannel(func(c *Channel) any { return &c.Order.Guest }),
			doc: "What becomes of guests: `match` finds a customer by `customer.match` or makes one, `new` makes one for each order, `shared` puts all orders on `order.guest_customer` with the guest as its address, `refuse` rejects the order."},
		{path: "channels.*.order.guest_customer", kind: aRecord, at: inChannel(func(c *Channel) any { return &c.Order.GuestCustomer }),
			doc: "The customer in Odoo that stands for all guests, with `guest: shared`."},
		{path: "channels.*.order.tolerance", def: "0.01", kind: text("an amount", tolerancePattern.String(), `write a decimal: "0.05"`, tolerancePattern.MatchString), at: inChannel(func(c *Channel) any { return &c.Order.Tolerance }),
			doc: "By how much Odoo's total may differ from the channel's, in the order's currency. More leaves a quotation and parks the command as `total_mismatch`. A payment or a refund may exceed what is open by as much."},
		{path: "channels.*.order.team", kind: aRecord, at: inChannel(func(c *Channel) any { return &c.Order.Team }),
			doc: "Odoo's sales team for the channel's orders."},
		{path: "channels.*.customer.match", kind: wordList("a list of fields", matchFields), at: inChannel(func(c *Channel) any { return &c.Customer.Match }),
			doc: "What a customer that the bridge has not seen yet is looked for by, in this order: `email`, `phone`, `vat`. Without it, all three in this order."},
		{path: "channels.*.payment.without_invoice", def: "prepay", kind: oneOf("prepay", "invoice"), at: inChannel(func(c *Channel) any { return &c.PaymentInvoices }),
			doc: "What a payment for an order that has no invoice yet does: `prepay` registers it for the customer, to be reconciled later; `invoice` makes and posts the invoice first, or does the same as `prepay` while Odoo has nothing of the order to invoice: a quotation, goods that are invoiced on delivery."},
		{path: "channels.*.stock.negative", def: "park", kind: oneOf("park", "allow"), at: inChannel(func(c *Channel) any { return &c.NegativeStock }),
			doc: "What becomes of a command that would make stock negative: `park` as `negative_stock`, or `allow` it, as Odoo does."},
		{path: "channels.*.not_owned", def: "leave", kind: oneOf("leave", "reject"), at: inChannel(func(c *Channel) any { return &c.NotOwned }),
			doc: "What becomes of fields in a command that the channel does not own (see `ownership`): `leave` leaves them alone and says so in the result, `reject` refuses the command."},
		{path: "channels.*.lanes.*.entities", required: true, kind: entityList, at: inLane(func(l *Lane) any { return &l.Entities }),
			doc: "Kinds of things the lane tells of."},
		{path: "channels.*.lanes.*.where", kind: whereMap, at: inLane(func(l *Lane) any { return &l.Where }),
			doc: "Field → list of values: only documents that have one of them in that field."},
		{path: "channels.*.lanes.*.fields", kind: fieldList, at: inLane(func(l *Lane) any { return &l.Fields }),
			doc: "Top-level fields of the documents that the lane may see, in `entity`, `changed` and `before`. Without it, all."},
		{path: "channels.*.lanes.*.pace", def: "instant", kind: aPace, at: inLane(func(l *Lane) any { return &l.Pace }),
			doc: "`instant`; `{conflate: 2m}`: the newest document per key once in that time, at once for events under `urgent`; or `{schedule: \"*/30 * * * *\", time_zone: Europe/Berlin}`."},
		{path: "channels.*.lanes.*.own", def: "deliver", kind: oneOf("deliver", "drop"), at: inLane(func(l *Lane) any { return &l.Own }),
			doc: "What to do with events that the channel itself caused."},
		{path: "channels.*.lanes.*.promise", kind: oneOf("free", "safe", "forecast"), at: inLane(func(l *Lane) any { return &l.Promise }),
			doc: "What `available` of the lane's stock levels is, and what `out`, `back`, filters, suppression and conflation go by: `free` on hand less reserved, `safe` on hand less all open outgoing moves (no overselling where orders are reserved late, by hand or in part), `forecast` on hand plus open incoming less open outgoing moves; then less `buffer`, and at least `floor`. Without it, on hand less reserved, as Odoo has it, below zero too."},
		{path: "channels.*.lanes.*.buffer", kind: aQuantity(false), at: inLane(func(l *Lane) any { return &l.Buffer }),
			doc: "Units held back of what is promised, in the product's unit. 0 when not given. With `promise` only."},
		{path: "channels.*.lanes.*.floor", kind: aQuantity(true), at: inLane(func(l *Lane) any { return &l.Floor }),
			doc: "The lane never promises less than this. 0 when not given. With `promise` only."},
		{path: "channels.*.lanes.*.inflight", def: "none", kind: oneOf("none", "own", "all"), at: inLane(func(l *Lane) any { return &l.InFlight }),
			doc: "Whose orders in flight are taken off `available` of the lane's stock levels: those that the bridge has accepted by command and that are not confirmed in Odoo yet. `own` of the lane's channel, `all` of every channel. So stock that the channel has sold does not come back while its order is on the way. A kit that is sold is taken off its components, as Odoo will take it apart; one of which that is not certain (`odoobridge status` names it) only once the order is confirmed."},

		{path: "extra_columns", kind: columnMap, at: inConfig(func(c *Config) any { return &c.ExtraColumns }),
			doc: "Table → columns of your own that come in under `custom`: `{sale_order: [x_gift_note]}`."},
		{path: "ownership", kind: ownershipMap, at: inConfig(func(c *Config) any { return &c.Ownership }),
			doc: "Who may change what through the bridge: `customer.email: [shopify, pos]` (the first wins), `stock_level: {WH: wms}`. What is not named is Odoo's."},
		{path: "conflicts", kind: conflictMap, at: inConfig(func(c *Config) any { return &c.Conflicts }),
			doc: "Kind of thing (customer, order, shipment, return, invoice, stock_level) → what becomes of a command whose `basedon` is a revision that another than the channel has changed since (docs/COMMANDS.md): `reject` as `conflict` (when not named), `park`, `owner` applies it if the channel owns what it changes, `latest` if it is the later one by time. With stock_level also what becomes of a count that is older than goods which moved: `reject`, `park`, or `owner` and count all the same."},
	}
}

func notEmpty(s string) bool { return s != "" }

var aFile = text("a file", "", "write the path of a file", notEmpty)

// find returns the setting at a path pattern.
func find(pattern string) (setting, bool) {
	for _, s := range settings {
		if s.path == pattern {
			return s, true
		}
	}
	return setting{}, false
}
