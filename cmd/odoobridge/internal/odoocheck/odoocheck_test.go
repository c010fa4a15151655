package odoocheck

import (
	"context"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/odoosim"
	"github.com/odoobridge/odoobridge/internal/testkit"
	"github.com/odoobridge/odoobridge/schema"
)

func TestMain(m *testing.M) { testkit.Main(m) }

// tables are what PostgreSQL told.
type tables struct {
	release string
	logins  []string
}

func (t tables) Release() string { return t.release }

func (t tables) HasLogin(_ context.Context, login string) (bool, bool) {
	for _, l := range t.logins {
		if l == login {
			return true, true
		}
	}
	return false, t.logins != nil
}

// lab is a simulated Odoo, and a configuration that is in order.
type lab struct {
	t      *testing.T
	sim    *odoosim.Server
	db     *pgx.Conn
	cfg    config.Config
	tables tables
	groups []string // of channel_shopify
}

// enough are the groups that OPERATIONS.md names for everything.
var enough = []string{"sales_team.group_sale_salesman_all_leads", "stock.group_stock_manager", "account.group_account_invoice", "mass_mailing.group_mass_mailing_user"}

func newLab(t *testing.T, release string) *lab {
	t.Helper()
	pg := testkit.Postgres(t)
	dsn := pg.NewCopy(t, "shop"+release[:2], func(ctx context.Context, dsn string) error { return odoosim.InstallRelease(ctx, dsn, release) })
	l := &lab{t: t, db: pg.Connect(t, dsn), tables: tables{release: release, logins: []string{"admin", "channel_shopify"}}, groups: enough}
	sim, err := odoosim.New(t.Context(), dsn, odoosim.Options{Rights: func(login string) *odoosim.Rights {
		if login != "channel_shopify" {
			return nil
		}
		return &odoosim.Rights{Groups: l.groups, Companies: []int64{1}}
	}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	web := httptest.NewServer(sim)
	t.Cleanup(web.Close)
	l.sim = sim
	policy := [2]string{"", ""}
	if release == "17.0" {
		policy = [2]string{", discount_policy", ", 'with_discount'"}
	}
	l.exec("INSERT INTO product_pricelist (id, name, currency_id, active, sequence" + policy[0] + ") VALUES (901, '{\"en_US\": \"Euro\"}', 2, true, 9" + policy[1] + ")")
	l.cfg = config.Config{
		Odoo: config.Odoo{URL: web.URL, Database: sim.Database(), Login: "admin", APIKey: "admin"},
		Channels: []config.Channel{{
			Name: "shop", OdooLogin: "channel_shopify", OdooAPIKey: "channel_shopify", Company: 1, Warehouses: []string{"WH"}, PaymentInvoices: "prepay",
			Mapping: config.Mapping{
				Taxes: map[string]config.Record{"VAT8": "1"}, Carriers: map[string]config.Record{"dhl": "1"}, PaymentMethods: map[string]config.Record{"card": "BNK1"},
				PaymentTerms: map[string]config.Record{"net30": "2"}, Pricelists: map[string]config.Record{"EUR": "901"},
			},
		}},
	}
	for _, c := range schema.Commands() {
		l.shop().Commands = append(l.shop().Commands, c.Name)
	}
	return l
}

func (l *lab) shop() *config.Channel { return &l.cfg.Channels[0] }

func (l *lab) exec(sql string) {
	l.t.Helper()
	if _, err := l.db.Exec(l.t.Context(), sql); err != nil {
		l.t.Fatal(err)
	}
}

// look asks everything.
func (l *lab) look() []check.Finding {
	l.t.Helper()
	c, err := New(&l.cfg, l.tables)
	if err != nil {
		l.t.Fatal(err)
	}
	defer c.Close()
	return check.Run(l.t.Context(), c.Questions(), nil)
}

// bad are the findings that something is not in order.
func bad(findings []check.Finding) (bad []check.Finding) {
	for _, f := range findings {
		if f.Severity != check.OK {
			bad = append(bad, f)
		}
	}
	return bad
}

// missed are what every Odoo is told to lack here: the simulator has no mailing lists.
var missed = []string{"Odoo has no mailing"}

func TestWithEverythingInPlaceOnlyWhatCanBeLivedWithIsSaid(t *testing.T) {
	for _, release := range []string{"17.0", "18.0", "19.0"} {
		t.Run(release, func(t *testing.T) {
			l := newLab(t, release)
			found := l.look()
			for _, f := range bad(found) {
				known := f.Severity == check.Warn && f.Why != "" && f.Remedy != ""
				if f.Code == "odoo.user" && strings.Contains(f.What, "Odoo lets admin in") && strings.Contains(f.What, "administers") {
					continue
				}
				for _, m := range missed {
					if known && strings.Contains(f.What, m) {
						known = false
						f.Code = ""
					}
				}
				if f.Code != "" {
					t.Errorf("unexpected:\n%s", check.Plain.Text([]check.Finding{f}))
				}
			}
			all := check.Plain.Text(found)
			for _, part := range []string{"Odoo " + release + " answers at http://", "Odoo lets channel_shopify in", "may work in company 1", "the warehouses of channel shop are there (WH)", "is there (5 records)", "clock agrees"} {
				if !strings.Contains(all, part) {
					t.Errorf("no %q in:\n%s", part, all)
				}
			}
		})
	}
}

// TestEachMistakeOnTheCommandSideIsFound makes each mistake that there is, and wants it named with its place, its consequence and
// what to do.
func TestEachMistakeOnTheCommandSideIsFound(t *testing.T) {
	l := newLab(t, "17.0")
	good, groups, inOrder := l.cfg, l.groups, l.tables
	for name, tc := range map[string]struct {
		do       func()
		code     string
		severity check.Severity
		says     string
		remedy   string
	}{
		"nothing answers":  {func() { l.cfg.Odoo.URL = "http://127.0.0.1:1" }, "odoo.api", check.Fail, "Odoo does not answer at http://127.0.0.1:1", "is Odoo running"},
		"another web site": {func() { l.cfg.Odoo.URL += "/shop" }, "odoo.api", check.Fail, "is not Odoo's API", "without a path"},
		"https to http":    {func() { l.cfg.Odoo.URL = strings.Replace(l.cfg.Odoo.URL, "http:", "https:", 1) }, "odoo.api", check.Fail, "Odoo does not answer", "odoo.url says https"},
		"another release":  {func() { l.tables.release = "18.0" }, "odoo.api", check.Fail, "the tables that postgres.dsn leads to are of Odoo 18.0", "odoo.url"},
		"wrong key":        {func() { l.shop().OdooAPIKey = "wrong" }, "odoo.user", check.Fail, "Odoo refuses channel_shopify with the key of channels.shop.odoo_api_key", "New API Key"},
		"key in a file": {func() {
			l.shop().OdooAPIKey = "wrong"
			l.cfg.SecretFiles = map[string]string{"channels.shop.odoo_api_key": "/run/secrets/shop"}
		}, "odoo.user", check.Fail, "the key of /run/secrets/shop", "write it to /run/secrets/shop"},
		"no such user":          {func() { l.shop().OdooLogin = "nobody" }, "odoo.user", check.Fail, "Odoo has no user with the login nobody", "correct the login"},
		"wrong database":        {func() { l.cfg.Odoo.Database = "prod" }, "odoo.user", check.Fail, "has no database prod", "odoo.database"},
		"who administers":       {func() { l.groups = append(enough, "base.group_system") }, "odoo.user", check.Warn, "it administers Odoo", "make a user for the bridge"},
		"strange company":       {func() { l.shop().Company = 7 }, "odoo.company", check.Fail, "may not work in company 7", "channels.shop.company"},
		"strange warehouse":     {func() { l.shop().Warehouses = []string{"WH", "MOON"} }, "odoo.warehouses", check.Fail, "no warehouse with the short name MOON", "Odoo has WH, SHOP"},
		"no sales":              {func() { l.groups = l.groups[1:] }, "odoo.rights", check.Fail, "Odoo does not let channel_shopify create sale.order, create sale.order.line", "Sales / User: All Documents"},
		"own orders alone":      {func() { l.groups = append([]string{"sales_team.group_sale_salesman"}, enough[1:]...) }, "odoo.rights", check.Warn, "sees its own orders alone", "All Documents"},
		"no stock manager":      {func() { l.groups = append([]string{"stock.group_stock_user"}, enough[0], enough[2], enough[3]) }, "odoo.rights", check.Fail, "Odoo does not let channel_shopify do what is for the group Inventory / Administrator alone", "Inventory / Administrator"},
		"no invoicing":          {func() { l.groups = []string{enough[0], enough[1], enough[3]} }, "odoo.rights", check.Fail, "create account.payment, create account.payment.register", "Invoicing / Billing"},
		"no email marketing":    {func() { l.groups = enough[:3] }, "odoo.rights", check.Fail, "Odoo does not let channel_shopify create mail.blacklist", "Email Marketing / User"},
		"an app is missing":     {func() {}, "odoo.apps", check.Warn, "Odoo has no mailing.contact, mailing.subscription: the app Email Marketing is not installed", "install it in Odoo"},
		"tax of nowhere":        {func() { l.shop().Mapping.Taxes = map[string]config.Record{"VAT8": "77"} }, "odoo.mapping", check.Fail, "channels.shop.mapping.taxes.VAT8 is 77, which Odoo has not got as account.tax", "correct channels.shop.mapping.taxes.VAT8"},
		"tax on purchases":      {func() { l.exec("UPDATE account_tax SET type_tax_use = 'purchase'") }, "odoo.mapping", check.Fail, "is a tax on purchase, not on sales", "mapping.taxes.VAT8"},
		"journal of sales":      {func() { l.shop().Mapping.PaymentMethods = map[string]config.Record{"card": "INV"} }, "odoo.mapping", check.Fail, "is a journal of the type sale, in which Odoo takes no payments", "payment_methods.card"},
		"journal of nowhere":    {func() { l.shop().Mapping.PaymentMethods = map[string]config.Record{"card": "BNK9"} }, "odoo.mapping", check.Fail, "payment_methods.card is BNK9, which Odoo has not got", "payment_methods.card"},
		"no payment method":     {func() { l.shop().Mapping.PaymentMethods = nil }, "odoo.mapping", check.Warn, "maps no payment method", "mapping.payment_methods"},
		"price list of dollars": {func() { l.exec("UPDATE product_pricelist SET currency_id = 1 WHERE id = 901") }, "odoo.mapping", check.Fail, "is a price list in USD", "mapping.pricelists.EUR"},
		"carrier of nowhere":    {func() { l.shop().Mapping.Carriers = map[string]config.Record{"dhl": "delivery.none"} }, "odoo.mapping", check.Fail, "carriers.dhl is delivery.none, which Odoo has not got as delivery.carrier", "carriers.dhl"},
	} {
		t.Run(name, func(t *testing.T) {
			l.cfg, l.groups, l.tables = good, groups, inOrder
			l.cfg.Channels = append([]config.Channel{}, good.Channels...)
			t.Cleanup(func() {
				l.exec("UPDATE account_tax SET type_tax_use = 'sale'")
				l.exec("UPDATE product_pricelist SET currency_id = 2 WHERE id = 901")
			})
			tc.do()
			found := l.look()
			for _, f := range found {
				if f.Code == tc.code && f.Severity == tc.severity && strings.Contains(f.What, tc.says) {
					if !strings.Contains(f.Remedy, tc.remedy) || f.Why == "" {
						t.Errorf("it does not say why, or not %q as what to do:\n%s", tc.remedy, check.Plain.Text([]check.Finding{f}))
					}
					return
				}
			}
			t.Errorf("no %s that says %q in:\n%s", tc.code, tc.says, check.Plain.Text(found))
		})
	}
}

// TestTheKeyOfAnotherIsFound gives a channel the key of another user: with JSON-2 a key alone says who calls.
func TestTheKeyOfAnotherIsFound(t *testing.T) {
	l := newLab(t, "19.0")
	l.shop().OdooAPIKey = "channel_warehouse"
	found := l.look()
	for _, f := range found {
		if f.Code == "odoo.user" && f.Severity == check.Fail && strings.Contains(f.What, "is not the key of channel_shopify but of another user (id 11)") {
			return
		}
	}
	t.Errorf("not found:\n%s", check.Plain.Text(found))
}

// TestAPasswordInThePlaceOfAKeyIsFound: from Odoo 19 on it lets nobody in by one. A database that is not there is a page of HTML.
func TestAPasswordInThePlaceOfAKeyIsFound(t *testing.T) {
	l := newLab(t, "19.0")
	good := l.cfg
	for _, tc := range []struct {
		do           func()
		says, remedy string
	}{
		{func() { l.shop().OdooAPIKey = "correct horse" }, "channels.shop.odoo_api_key holds no API key", "write it to channels.shop.odoo_api_key"},
		{func() { l.shop().OdooAPIKey = config.Secret(strings.Repeat("0a", 20)) }, "Odoo refuses channel_shopify with the key of channels.shop.odoo_api_key", "revoked or has expired"},
		{func() { l.cfg.Odoo.Database = "prod" }, "has no database prod", "odoo.database"},
	} {
		l.cfg = good
		l.cfg.Channels = append([]config.Channel{}, good.Channels...)
		tc.do()
		if found := l.look(); !slices.ContainsFunc(found, func(f check.Finding) bool {
			return f.Code == "odoo.user" && f.Severity == check.Fail && strings.Contains(f.What, tc.says) && strings.Contains(f.Remedy, tc.remedy)
		}) {
			t.Errorf("no %q in:\n%s", tc.says, check.Plain.Text(found))
		}
	}
}
