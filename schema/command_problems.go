package schema

// ProblemCode is a code that results give as a reason.
type ProblemCode struct{ Code, Doc, Remedy string }

// The codes of problems that the bridge finds before it asks Odoo.
const (
	CodeUnreadable     = "unreadable"
	CodeInvalid        = "invalid"
	CodeTooLarge       = "too_large"
	CodeUnknownCommand = "unknown_command"
	CodeNotGranted     = "not_granted"
	CodeWrongSender    = "wrong_sender"
	CodeConflict       = "conflict"
	CodeDuplicateID    = "duplicate_id"
	CodeTooManyTries   = "too_many_tries"
	CodeFault          = "bridge_fault"
)

// The codes of problems that come from what Odoo has.
const (
	CodeUnknownSKU        = "unknown_sku"
	CodeUnknownCustomer   = "unknown_customer"
	CodeUnknownOrder      = "unknown_order"
	CodeUnknownDocument   = "unknown_document"
	CodeUnknownLine       = "unknown_line"
	CodeUnknownMapping    = "unknown_mapping"
	CodeUnknownPlace      = "unknown_place"
	CodeDuplicateCustomer = "duplicate_customer"
	CodeArchivedCustomer  = "archived_customer"
	CodeTotalMismatch     = "total_mismatch"
	CodePaymentMismatch   = "payment_mismatch"
	CodeCurrencyMismatch  = "currency_mismatch"
	CodeNegativeStock     = "negative_stock"
	CodeLateConfirmation  = "late_confirmation"
	CodeNotOwned          = "not_owned"
	CodeNotAllowed        = "not_allowed"
	CodeRefused           = "refused_by_odoo"
	CodeNotSupported      = "not_supported"
	CodeRounded           = "rounded"
	CodeNotInvoiceable    = "not_invoiceable_yet"
	CodeNotPicked         = "not_picked_yet"
	CodeDoneOtherwise     = "done_otherwise"
	CodeOverwrote         = "overwrote"
)

// ProblemCodes are all codes with their meaning, in the order in which they are documented.
func ProblemCodes() []ProblemCode {
	return []ProblemCode{
		{CodeUnreadable, "The message is not a CloudEvent in structured JSON.", "Publish the command as documented here."},
		{CodeInvalid, "A field is missing, wrong or not known.", "Mend the field at `path` and send the command with a new `id`."},
		{CodeTooLarge, "The message is larger than 1 MiB.", "Send less in one command."},
		{CodeUnknownCommand, "There is no such command.", "See the list below."},
		{CodeNotGranted, "The channel may not send this command, or not on this queue.", "The bridge's administrator grants it in `channels.<channel>.commands`."},
		{CodeWrongSender, "The message is not by the channel's RabbitMQ user.", "Publish as the channel's own user, with `user_id` set."},
		{CodeConflict, "Something newer is there already: a later command of the channel, or a change in Odoo.", "Look at the newest event, and decide again."},
		{CodeDuplicateID, "The `id` was used for another command.", "Give every command an id of its own."},
		{CodeTooManyTries, "It was tried again and again without an answer from Odoo that decides it.", "Look at the last error, then `odoobridge exceptions retry`."},
		{CodeFault, "The bridge itself fails at this command.", "Nothing is wrong with it: the bridge's administrator reports it, and has it tried again with a version that is mended."},
		{CodeUnknownSKU, "Odoo has no such product, or several.", "Make the product, or mend its internal reference or barcode: the command goes on by itself."},
		{CodeUnknownCustomer, "The channel's customer is not known.", "Send `customer.upsert` first: the command goes on by itself."},
		{CodeUnknownOrder, "The channel's order is not known.", "Send `order.place` first: the command goes on by itself."},
		{CodeUnknownDocument, "Odoo has no such shipment, return or invoice, or the channel may not see it.", "Take the name from the bridge's events."},
		{CodeUnknownLine, "The order or shipment has no such line.", "Take the line's id from the order as it was placed."},
		{CodeUnknownMapping, "A tax, carrier, payment method or payment term is not mapped.", "Map it in `channels.<channel>.mapping` and reload, or make in Odoo what it is mapped to: the command goes on by itself."},
		{CodeUnknownPlace, "There is no such warehouse, location or lot, or the channel may not use it.", "Mend the name, or allow the warehouse in `channels.<channel>.warehouses`."},
		{CodeDuplicateCustomer, "Several customers in Odoo match; `candidates` names them.", "Merge them in Odoo, or bind one."},
		{CodeArchivedCustomer, "Whom the command matches in Odoo, and nobody else, is archived there; `candidates` names who. An order's guest is made anew, and the command is `applied`.", "Restore one in Odoo: the command goes on by itself. Retry it if it is somebody else, to be made anew; or discard it."},
		{CodeTotalMismatch, "Odoo's total differs from the channel's by more than the tolerance.", "Compare taxes, discounts and rounding; then mend the quotation and retry, or discard."},
		{CodePaymentMismatch, "The amount does not fit what is open.", "Compare it with the invoice."},
		{CodeCurrencyMismatch, "The document is in another currency.", "Send the amount in the document's currency."},
		{CodeNegativeStock, "It would make the stock negative.", "Count the place, then retry."},
		{CodeLateConfirmation, "The thing has moved on: cancelled, shipped or invoiced already.", "Compare with Odoo and decide by hand."},
		{CodeNotOwned, "The channel does not own the field; it was left alone, or the command refused.", "The bridge's administrator decides who may, in `ownership` of the configuration."},
		{CodeNotAllowed, "Odoo does not let the bridge's user do this.", "Give the user the rights that the message names."},
		{CodeRefused, "Odoo refused it, with a reason of its own.", "The message has Odoo's reason: mend that in Odoo, or the command, then `odoobridge exceptions retry` or `edit`."},
		{CodeNotInvoiceable, "Less of the order can be invoiced yet than is paid. The command is `applied`: the payment is registered for the customer.", "None is needed from the channel. In Odoo it is an outstanding credit of the customer's: whoever posts the order's invoice adds it there."},
		{CodeNotPicked, "The shipment waits for earlier steps in the warehouse, such as picking and packing.", "Have the candidates done in Odoo, or confirm each by `shipment.confirm`, by its name: the command goes on by itself."},
		{CodeRounded, "A price is finer than Odoo keeps prices, and was rounded. The command is `applied`: the totals agree.", "None is needed. Odoo's administrator may have it keep more digits: Decimal Accuracy of Product Price."},
		{CodeOverwrote, "Somebody else changed the same fields in the moment between the comparison with `basedon` and the write, or whether that happened is not known. The command is `applied`.", "Look at the event of the revision that the message names, and send what should count, with a new `id`."},
		{CodeDoneOtherwise, "The command is a `duplicate`: the same thing was asked for before by another `id`. Its data were others, and nothing of them was done.", "Compare it with the first. An order that is placed is changed by `order.cancel` and an order with a `subject` of its own; another payment, refund, return or adjustment has an id of its own."},
		{CodeNotSupported, "This Odoo has not got what is needed.", "Whoever runs Odoo can add what the message names; what was left out can be done by hand."},
	}
}
