package schema

// Entity describes one kind of thing that channels hear of. The descriptions
// are the one source of the JSON Schemas and of docs/EVENTS.md.
type Entity struct {
	Name       string // "order"
	Doc        string
	Key        string // what follows the entity in the subject
	Example    string // a subject
	From       string // what of Odoo it is made from
	Properties []Property
	Events     []Happening
}

// Happening is one type of event.
type Happening struct {
	What string // "confirmed"
	Doc  string
}

// Kind is how a value is written.
type Kind string

// The kinds of value. Exact numbers are strings, so that no reader rounds them.
const (
	Integer   Kind = "integer"
	String    Kind = "string"
	Boolean   Kind = "boolean"
	Quantity  Kind = "quantity"  // decimal string without superfluous zeros: "0.5"
	Money     Kind = "money"     // decimal string with the currency's decimals at least: "320.00"
	Timestamp Kind = "timestamp" // RFC 3339, UTC
	Date      Kind = "date"      // a day where the company is: "2026-11-23"
	Object    Kind = "object"    // with Properties
	Objects   Kind = "objects"   // array of objects with Properties
	Strings   Kind = "strings"   // array of strings
	Texts     Kind = "texts"     // object with string values, named by data
	Custom    Kind = "custom"    // object of columns added by configuration
)

// Property is one field of a document, or of an object in it.
type Property struct {
	Name       string
	Kind       Kind
	Nullable   bool
	Optional   bool // some releases or databases do not have it: then it is absent
	Hidden     bool // no channel's lane shows it; the firehose does
	Doc        string
	Properties []Property
}

// Snapshot is the event that carries a document on request; every entity has it.
const Snapshot = "snapshot"

// Entities are all kinds of things that channels hear of, in the order in
// which the events of one transaction are numbered.
func Entities() []Entity {
	return []Entity{customer(), product(), price(), order(), shipment(), returned(), stockMove(), invoice(), refund(), payment(), stockLevel()}
}

// EntityNamed returns an entity's description.
func EntityNamed(name string) (Entity, bool) {
	for _, e := range Entities() {
		if e.Name == name {
			return e, true
		}
	}
	return Entity{}, false
}

// properties that several entities have

func idOf(what string) Property {
	return Property{Name: "id", Kind: Integer, Doc: "Odoo's id of the " + what}
}

func companyID(doc string) Property {
	return Property{Name: "company_id", Kind: Integer, Nullable: true, Doc: doc}
}

func externalIDs(of string) Property {
	return Property{Name: "external_ids", Kind: Texts, Doc: "what each channel calls the " + of +
		`: {"shopify":"7001"} for an external id 7001 of the module channel_shopify in Odoo`}
}

func custom(table string) Property {
	return Property{Name: "custom", Kind: Custom, Optional: true, Doc: "columns of " + table + " added by `extra_columns`"}
}

func text(name, doc string) Property {
	return Property{Name: name, Kind: String, Nullable: true, Doc: doc}
}

func place() []Property {
	return []Property{
		text("street", "first line of the street"), text("street2", "second line"), text("zip", "postal code"), text("city", "city"),
		text("state", "code of the state or province in its country, as Odoo has it"), text("country", "ISO 3166-1 alpha-2 code"),
	}
}

func mobile() Property {
	return Property{Name: "mobile", Kind: String, Nullable: true, Optional: true, Doc: "mobile number; Odoo 19 has none"}
}
