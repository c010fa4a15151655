package command

import "slices"

// WaitKind is a kind of thing that a command may wait for. Its name begins the keys: "sku/", "mapping/tax/". There
// are no others than those below, and each has something that tells of it when it appears: a test
// of the bridge asks each of them for that.
type WaitKind struct{ name string }

// Wait is one thing that a command waits for.
type Wait struct{ key string }

// The kinds of things that commands wait for.
var (
	WaitCustomer      = waitKind("customer/")       // the channel's id of a customer
	WaitGuest         = waitKind("guest/")          // the channel's id of a guest's order
	WaitOrder         = waitKind("order/")          // the channel's id of an order
	WaitReturn        = waitKind("return/")         // the channel's id of a return
	WaitPartner       = waitKind("partner/")        // Odoo's id of one of several customers who look alike: until he does no more
	WaitRestored      = waitKind("partner/active/") // Odoo's id of a customer who is archived: until he is so no more, or gone
	WaitSKU           = waitKind("sku/")            // a product's internal reference
	WaitBarcode       = waitKind("barcode/")        // or its barcode
	WaitWarehouse     = waitKind("warehouse/")      // a warehouse's short name
	WaitLocation      = waitKind("location/")       // a location's full name
	WaitLot           = waitKind("lot/")            // a lot's name
	WaitList          = waitKind("list/")           // a mailing list's name
	WaitTransfer      = waitKind("transfer/")       // the name of a shipment or return
	WaitShipmentOf    = waitKind("shipment/order/") // Odoo's name of an order of which something is shipped
	WaitInvoice       = waitKind("invoice/")        // a posted invoice's number
	WaitInvoiceOf     = waitKind("invoice/order/")  // Odoo's name of an order that is invoiced
	WaitGivenBack     = waitKind("refund/")         // a posted invoice's number, until more of it is given back, or it is posted no more
	WaitTax           = waitKind("mapping/tax/")    // codes, until they are mapped to what Odoo has
	WaitCarrier       = waitKind("mapping/carrier/")
	WaitPaymentMethod = waitKind("mapping/payment_method/")
	WaitPaymentTerm   = waitKind("mapping/payment_term/")
	WaitPricelist     = waitKind("mapping/pricelist/")
	WaitOwnWarehouse  = waitKind("mapping/warehouse/") // a warehouse that the channel may use
	WaitGuestCustomer = waitKind("mapping/guest_customer/")
)

var waitKinds []WaitKind

func waitKind(name string) WaitKind {
	k := WaitKind{name}
	waitKinds = append(waitKinds, k)
	return k
}

// WaitKinds are all of them.
func WaitKinds() []WaitKind { return slices.Clone(waitKinds) }

// String is how the kind's keys begin.
func (k WaitKind) String() string { return k.name }

// For is a thing of the kind.
func (k WaitKind) For(name string) Wait { return Wait{k.name + name} }

// Keys are things as WaitsFor names them.
func Keys(waits []Wait) []string {
	keys := make([]string, len(waits))
	for i, w := range waits {
		keys[i] = w.key
	}
	return keys
}
