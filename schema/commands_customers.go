package schema

import "slices"

func customerUpsert() Command {
	emptied := slices.Concat(
		[]Input{
			nullable(reachInputs()[0]), nullable(reachInputs()[1]),
			nullable(Input{Name: "mobile", Kind: String, Limit: 64, Pattern: printable, Write: inOneLine, Doc: "mobile number; kept as phone where Odoo has none (19)"}),
			nullable(Input{Name: "vat", Kind: String, Limit: 32, Pattern: printable, Write: inOneLine, Doc: "tax id, with its country's prefix"}),
			nullable(Input{Name: "language", Kind: String, Pattern: languagePattern, Write: `a language: "de_DE" or "de"`, Doc: "language of documents: `de_DE`, or `de`"}),
		})
	return Command{
		Name: "customer.upsert", Subject: "customer", Workload: Customers,
		Doc: "A customer is new, or something of it has changed. The bridge binds the channel's id to one customer in Odoo: by that id, then by email, phone and tax id, as the channel's " +
			"rules say. One match is bound, none makes a new customer, several park the command. One who is archived in Odoo, when nobody else matches, parks it too, as " +
			"`archived_customer`, unless the command says `active`: then he is bound. A field that is absent is left as it is, null empties it. A field that the channel " +
			"does not own is left alone and reported. An update that is older than one that the channel itself has sent of the same customer is refused as `conflict`.",
		Inputs: slices.Concat(
			[]Input{
				called("name", "name of the person or company"),
				{Name: "is_company", Kind: Boolean, Doc: "a company, not a person; a person when absent"},
				line1("company", "a person's company, by name"),
			}, emptied,
			[]Input{
				nullable(addressInput("address", "the customer's own address")),
				{Name: "addresses", Kind: Objects, Limit: 100, Doc: "Further addresses; they become contacts below the customer. Those that are not listed are left as they are. One that somebody deleted or archived in Odoo is there again if the channel owns `customer.addresses`, and is left so otherwise; `problems` tells either (`conflict`, `not_owned`), and the rest is applied.", Inputs: slices.Concat(
					[]Input{
						required1(once(own("id", "the channel's own id of the address"))),
						{Name: "type", Kind: String, Required: true, Values: []string{"contact", "invoice", "delivery", "other"}, Doc: "what it is for; a contact with an address of its own is `other` in Odoo, where contacts share the customer's"},
					}, addressInput("", "").Inputs)},
				{Name: "tags", Kind: Strings, Doc: "tags to add, by name; those that Odoo does not know are reported, not made"},
				{Name: "active", Kind: Boolean, Doc: "false archives the customer, true restores it"},
				longText("note", "internal note, plain text"),
			}),
	}
}

func consentUpdate() Command {
	return Command{
		Name: "consent.update", Subject: "customer", Workload: Customers,
		Doc: "A person agreed to, or declined, marketing email. Declined puts the address on Odoo's blacklist, agreed takes it off; lists are subscribed to and left by name. " +
			"Consent that is older than what the channel itself said of the same address is refused as `conflict`.",
		Inputs: []Input{
			required1(reachInputs()[0]),
			{Name: "marketing", Kind: Boolean, Doc: "whether marketing email may be sent at all"},
			{Name: "lists", Kind: Objects, Limit: 50, Doc: "mailing lists", Inputs: []Input{
				called("name", "name of the list in Odoo"),
				{Name: "subscribed", Kind: Boolean, Required: true, Doc: "whether the person wants it"},
			}},
			required1(moment("decided_at", "when the person decided")),
			line1("source", "where: `checkout`, `newsletter form`; with the reason it is noted at the blacklist's entry or the list's contact, where Odoo has one of the address"),
			longText("reason", "why, in the person's words"),
		},
		AnyOf: []string{"marketing", "lists"},
	}
}
