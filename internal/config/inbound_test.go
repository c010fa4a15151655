package config

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestRecordsAreIdsExternalIdsOrCodes(t *testing.T) {
	for text, want := range map[Record]struct {
		id           int64
		module, name string
	}{
		"12":               {id: 12},
		"account.1_tax_19": {module: "account", name: "1_tax_19"},
		"BNK1":             {},
		"-1":               {},
	} {
		id, isID := text.ID()
		module, name, isExternal := text.ExternalID()
		if isID != (want.id > 0) || isExternal != (want.module != "") || isID && id != want.id || isExternal && (module != want.module || name != want.name) {
			t.Errorf("%s: %d %v, %s %s %v", text, id, isID, module, name, isExternal)
		}
	}
}

func TestInboundSettingsAreRead(t *testing.T) {
	c, err := Load("testdata/commands.yaml", noEnv)
	if err != nil {
		t.Fatal(err)
	}
	shop := c.Channel("shopify")
	if !c.HasCommands() || shop == nil || c.Channel("nobody") != nil {
		t.Fatal("channels are not found")
	}
	if shop.RabbitMQUser != "shopify" || shop.Company != 1 || shop.Order.GuestCustomer != "77" || shop.NotOwned != "reject" || shop.PaymentInvoices != "invoice" {
		t.Errorf("%+v", shop)
	}
	want := []string{
		"mapping/tax/VAT19", "mapping/tax/VAT7", "mapping/carrier/dhl", "mapping/payment_method/card", "mapping/payment_term/net30", "mapping/pricelist/EUR",
	}
	if diff := cmp.Diff(want, shop.Mapping.WaitKeys()); diff != "" {
		t.Error(diff)
	}
	wms := c.Channel("wms")
	if wms.Order.Confirm != "channel" || wms.Order.Tolerance != "0.01" || wms.NegativeStock != "park" || wms.PaymentInvoices != "prepay" {
		t.Errorf("defaults: %+v", wms)
	}
}
