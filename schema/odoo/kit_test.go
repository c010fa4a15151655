package odoo_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/odoobridge/odoobridge/schema/odoo"
)

func TestAKitIsShownWhereManufacturingIsInstalled(t *testing.T) {
	b := shop(t, "17.0")
	kit := func() string { return field(b.docs("product")[odoo.Key{4}].body, "kit") }
	if kit() != "false" {
		t.Errorf("without a bill of materials: %s", kit())
	}
	bom := map[string]string{"product_tmpl_id": "3", "type": "phantom", "active": "t"}
	for _, step := range []struct {
		what, want string
		change     map[string]string
	}{
		{"a phantom one", "true", nil},
		{"of another variant", "false", map[string]string{"product_id": "5"}},
		{"of this variant", "true", map[string]string{"product_id": "4"}},
		{"an ordinary one", "false", map[string]string{"type": "normal"}},
		{"a phantom one again", "true", map[string]string{"type": "phantom"}},
		{"archived", "false", map[string]string{"active": "f"}},
	} {
		maps.Copy(bom, step.change)
		b.change("mrp_bom", 9, bom)
		b.expect(t, "product.updated product/4")
		if kit() != step.want {
			t.Errorf("%s: kit is %s", step.what, kit())
		}
	}
	for _, release := range releases {
		recorded := newBridge(t, release, nil)
		for _, d := range recorded.docs("product") {
			if strings.Contains(string(d.body), `"kit"`) {
				t.Fatalf("manufacturing is not installed: %s", d.body)
			}
		}
	}
}
