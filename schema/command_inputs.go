package schema

import "slices"

// inputs that several commands have

const (
	countryPattern  = `^[A-Z]{2}$`
	currencyPattern = `^[A-Z]{3}$`
	languagePattern = `^[a-z]{2,3}(_[A-Z]{2})?$`
	percentPattern  = `^(100(\.0{1,6})?|(0|[1-9][0-9]?)(\.[0-9]{1,6})?)$`
	// printable forbids line breaks and other control characters where Odoo shows one line.
	printable = `^[^\x00-\x1f\x7f]*$`
	inOneLine = "a text in one line, without control characters"
	// named forbids a name of blanks alone, too, which nobody finds in Odoo again.
	named = `^[^\x00-\x1f\x7f]*[^\x00-\x20\x7f][^\x00-\x1f\x7f]*$`
	// plain allows tabs and line ends beside them. PostgreSQL takes no NUL.
	plain = `^[^\x00-\x08\x0b\x0c\x0e-\x1f\x7f]*$`
)

func required1(i Input) Input { i.Required = true; return i }

// once is what sets the items of a list apart: none may be there twice. JSON Schema has no word for it.
func once(i Input) Input {
	i.Unique, i.Doc = true, i.Doc+"; each once"
	return i
}

func nullable(i Input) Input { i.Nullable = true; return i }

func line1(name, doc string) Input {
	return Input{Name: name, Kind: String, Pattern: printable, Write: inOneLine, Doc: doc}
}

// called is the name of whom or what Odoo shows by it.
func called(name, doc string) Input {
	return Input{Name: name, Kind: String, Required: true, Pattern: named, Write: "a name in one line, not of blanks alone", Doc: doc}
}

func longText(name, doc string) Input {
	return Input{Name: name, Kind: String, Limit: 5000, Pattern: plain, Write: "a text without control characters but tabs and line ends", Doc: doc}
}

// own is an id that the channel gave.
func own(name, doc string) Input {
	return Input{Name: name, Kind: String, Limit: 128, Pattern: `^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$`, Write: inOneLine + " that neither begins nor ends with a space", Doc: doc}
}

// code is a word that the bridge's configuration maps to a record of Odoo.
func code(name, doc string) Input {
	return Input{Name: name, Kind: String, Limit: 64, Pattern: `^[^\x00-\x20\x7f]([^\x00-\x1f\x7f]*[^\x00-\x20\x7f])?$`, Write: inOneLine + " that neither begins nor ends with a space", Doc: doc}
}

func moment(name, doc string) Input { return Input{Name: name, Kind: Timestamp, Doc: doc} }

func currencyInput() Input {
	return Input{Name: "currency", Kind: String, Required: true, Pattern: currencyPattern, Write: `three capital letters: "EUR"`, Doc: "ISO 4217 code of all amounts"}
}

// productInputs name a product, by one of the two.
func productInputs() []Input {
	return []Input{
		{Name: "sku", Kind: String, Limit: 128, Pattern: `^[^\x00-\x1f\x7f]+$`, Write: inOneLine, Doc: "the product's internal reference in Odoo"},
		{Name: "barcode", Kind: String, Limit: 128, Pattern: `^[^\x00-\x1f\x7f]+$`, Write: inOneLine, Doc: "its barcode, instead"},
	}
}

var oneProduct = []string{"sku", "barcode"}

func quantityInput(doc string) Input {
	return Input{Name: "quantity", Kind: Positive, Required: true, Doc: doc}
}

func taxesInput() Input {
	return Input{Name: "taxes", Kind: Strings, Limit: 10,
		Doc: "codes of the taxes, as `channels.<channel>.mapping.taxes` maps them. Absent: Odoo decides by product and fiscal position; empty: none"}
}

func placeInputs() []Input {
	return []Input{
		line1("street", "first line of the street"), line1("street2", "second line"),
		{Name: "zip", Kind: String, Limit: 24, Pattern: printable, Write: inOneLine, Doc: "postal code"}, line1("city", "city"),
		{Name: "state", Kind: String, Limit: 16, Pattern: printable, Write: inOneLine, Doc: "code of the state or province in its country: `CA`, `BY`"},
		{Name: "country", Kind: String, Pattern: countryPattern, Write: `two capital letters: "DE"`, Doc: "ISO 3166-1 alpha-2 code"},
	}
}

func reachInputs() []Input {
	return []Input{
		{Name: "email", Kind: String, Limit: 254, Pattern: `^[^\s@\x00-\x1f\x7f]+@[^\s@\x00-\x1f\x7f]+$`, Write: `an address: "mia@example.com"`, Doc: "email address"},
		{Name: "phone", Kind: String, Limit: 64, Pattern: printable, Write: inOneLine, Doc: "phone number, better with its country code: `+49 30 123456`"},
	}
}

// addressInput is an address of an order or of a customer.
func addressInput(name, doc string) Input {
	return Input{Name: name, Kind: Object, Doc: doc, Inputs: slices.Concat(
		[]Input{line1("name", "addressee"), line1("company", "company of the addressee")}, reachInputs(), placeInputs())}
}

func orderOrInvoice(what string) []Input {
	return []Input{
		own("order", "the channel's own id of the order that "+what),
		line1("invoice", "number of the invoice in Odoo, instead: `INV/2026/00042`"),
	}
}

var oneDocument = []string{"order", "invoice"}
