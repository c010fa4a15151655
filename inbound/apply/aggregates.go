package apply

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/decide"
	"github.com/odoobridge/odoobridge/schema"
)

// Aggregates names what a command is about, so that no two commands about the same
// are carried out at a time. How to reach a person is hashed: two customers who share an
// address must not both be found missing. The first name is what a command holds back while it waits: its order,
// if that is what it may wait for. A refund and a return wait longer, for an invoice and for a shipment, which later commands about the order
// may bring about: these hold back nothing, not even the same sent by another id, which would hold back the rest in turn.
func (x *Executor) Aggregates(c command.Command) []string {
	order := func(id string) string { return "order/" + c.Channel + "/" + id }
	customer := func(id string) string { return "customer/" + c.Channel + "/" + id }
	switch c.Name {
	case "customer.upsert":
		data := peek[schema.CustomerUpsert](c)
		return append([]string{customer(c.Subject)}, reach(data.Email.Value, data.Phone.Value, data.VAT.Value)...)
	case "order.place":
		data := peek[schema.OrderPlace](c)
		if data.Guest != nil {
			return append([]string{order(c.Subject)}, reach(data.Guest.Email, data.Guest.Phone, data.Guest.VAT)...)
		}
		return []string{order(c.Subject), customer(data.Customer)}
	case "order.cancel":
		return []string{order(c.Subject)}
	case "shipment.confirm":
		return []string{"shipment/" + peek[schema.ShipmentConfirm](c).Shipment}
	case "return.request":
		return []string{alone(c), "return/" + c.Channel + "/" + c.Subject, order(peek[schema.ReturnRequest](c).Order)}
	case "return.receive":
		if data := peek[schema.ReturnReceive](c); data.Return != "" {
			return []string{"return/" + data.Return}
		} else {
			return []string{"return/" + c.Channel + "/" + data.Request}
		}
	case "payment.record":
		data := peek[schema.PaymentRecord](c)
		return append(document(order, data.Order, data.Invoice), "payment/"+c.Channel+"/"+data.Method+"/"+data.TransactionID)
	case "refund.record":
		data := peek[schema.RefundRecord](c)
		return append([]string{alone(c), "refund/" + c.Channel + "/" + c.Subject}, document(order, data.Order, data.Invoice)...)
	case "stock.count":
		data := peek[schema.StockCount](c)
		return []string{"stock/" + data.SKU + data.Barcode + "/" + data.Warehouse}
	case "stock.adjust":
		data := peek[schema.StockAdjust](c)
		return []string{"stock/" + data.SKU + data.Barcode + "/" + data.Warehouse}
	case "consent.update":
		return reach(peek[schema.ConsentUpdate](c).Email, "", "")
	}
	return []string{c.Name + "/" + c.Channel + "/" + c.Subject}
}

// alone is a name that no other command has.
func alone(c command.Command) string { return c.Name + "/" + c.Channel + "/" + c.ID }

func document(order func(string) string, id, invoice string) []string {
	if id != "" {
		return []string{order(id)}
	}
	return []string{"invoice/" + invoice}
}

// peek reads the data as far as it can be read.
func peek[T any](c command.Command) T {
	var data T
	_ = json.Unmarshal(c.Data, &data)
	return data
}

// reach names ways to reach a person without telling them.
func reach(email, phone, vat string) []string {
	var keys []string
	for _, value := range []string{decide.Email(email), digitsOf(phone), decide.VAT(vat)} {
		if value != "" {
			keys = append(keys, "reach/"+hashed(value))
		}
	}
	return keys
}

// hashed names a value without telling it.
func hashed(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:8])
}

// digitsOf are the last digits of a number, the same with and without a country's code.
func digitsOf(phone string) string {
	var digits []byte
	for i := range len(phone) {
		if phone[i] >= '0' && phone[i] <= '9' {
			digits = append(digits, phone[i])
		}
	}
	return string(digits[max(0, len(digits)-7):])
}
