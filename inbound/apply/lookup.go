package apply

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/schema"
)

// idOf looks up the id of the one record that a domain finds.
func (r *run) idOf(model string, domain odoo.Domain) (int64, bool, error) {
	return lookUp(r.x.cache, fmt.Sprintf("%d/%s/%v", r.channel.Company, model, domain), func() (int64, bool, error) {
		found, err := r.first(model, domain, []string{"id"})
		if err != nil || found == nil {
			return 0, false, err
		}
		return found.ID(), true, nil
	})
}

func (r *run) country(code string) (int64, bool, error) {
	return r.idOf("res.country", odoo.Domain{{"code", "=", code}})
}

func (r *run) state(country int64, code string) (int64, bool, error) {
	return r.idOf("res.country.state", odoo.Domain{{"country_id", "=", country}, {"code", "=", code}})
}

// language is the code of a language that Odoo has switched on: "de" finds "de_DE".
func (r *run) language(code string) (string, bool, error) {
	return lookUp(r.x.cache, "lang/"+code, func() (string, bool, error) {
		found, err := r.search("res.lang", odoo.Domain{{"active", "=", true}}, []string{"code"}, odoo.Window{})
		if err != nil {
			return "", false, err
		}
		for _, prefix := range []bool{false, true} {
			for _, lang := range found {
				if have := lang.Text("code"); have == code || prefix && strings.HasPrefix(have, code+"_") {
					return have, true, nil
				}
			}
		}
		return "", false, nil
	})
}

// companyOf is the channel's company, or that of the bridge's user.
func (r *run) companyOf() (odoo.Record, error) {
	company, _, err := lookUp(r.x.cache, fmt.Sprintf("company/%d", r.channel.Company), func() (odoo.Record, bool, error) {
		id := r.channel.Company
		if id == 0 {
			uid, err := r.x.odoo.UID(r.ctx)
			if err != nil {
				return nil, false, err
			}
			user, err := r.readOne("res.users", uid, "company_id")
			if err != nil {
				return nil, false, err
			}
			id = user.Ref("company_id")
		}
		company, err := r.readOne("res.company", id, "currency_id", "partner_id")
		return company, err == nil, err
	})
	return company, err
}

// homeCountry is the code of the company's country, in which numbers without a country
// are read.
func (r *run) homeCountry() (string, error) {
	code, _, err := lookUp(r.x.cache, fmt.Sprintf("home/%d", r.channel.Company), func() (string, bool, error) {
		company, err := r.companyOf()
		if err != nil {
			return "", false, err
		}
		partner, err := r.readOne("res.partner", company.Ref("partner_id"), "country_id")
		if err != nil || partner.Ref("country_id") == 0 {
			return "", true, err
		}
		country, err := r.readOne("res.country", partner.Ref("country_id"), "code")
		return country.Text("code"), err == nil, err
	})
	return code, err
}

// zone is where the user's days begin and end: Odoo's own days are the user's.
func (r *run) zone() (*time.Location, error) {
	zone, _, err := lookUp(r.x.cache, "zone", func() (*time.Location, bool, error) {
		uid, err := r.x.odoo.UID(r.ctx)
		if err != nil {
			return nil, false, err
		}
		user, err := r.readOne("res.users", uid, "tz")
		if err != nil {
			return nil, false, err
		}
		zone, err := time.LoadLocation(user.Text("tz"))
		if err != nil {
			zone = time.UTC // a zone that only Odoo knows
		}
		return zone, true, nil
	})
	return zone, err
}

// day is the day of a moment as Odoo keeps days.
func (r *run) day(at time.Time) (string, error) {
	zone, err := r.zone()
	if err != nil {
		return "", err
	}
	return at.In(zone).Format(odoo.DateFormat), nil
}

// warehouse is a stock.warehouse that the channel may use, with its main location.
func (r *run) warehouse(code, path string) (odoo.Record, error) {
	if len(r.channel.Warehouses) > 0 && !slices.Contains(r.channel.Warehouses, code) {
		p := problem(schema.CodeUnknownPlace, path, "the channel may not use this warehouse")
		p.Remedy = fmt.Sprintf("Name one that it may use (%s), with a new `id`. Or the bridge's administrator adds this one to `channels.%s.warehouses`, and reloads: the command goes on by itself.", strings.Join(r.channel.Warehouses, ", "), r.c.Channel)
		return nil, r.park(command.Reference{}, p, command.WaitOwnWarehouse.For(code))
	}
	found, ok, err := lookUp(r.x.cache, fmt.Sprintf("warehouse/%d/%s", r.channel.Company, code), func() (odoo.Record, bool, error) {
		domain := odoo.Domain{{"code", "=", code}}
		if r.channel.Company > 0 {
			domain = append(domain, []any{"company_id", "=", r.channel.Company})
		}
		found, err := r.first("stock.warehouse", domain, []string{"lot_stock_id", "view_location_id", "code"})
		return found, found != nil, err
	})
	if err == nil && !ok {
		p := problem(schema.CodeUnknownPlace, path, "Odoo has no warehouse of this short name")
		p.Remedy = "Name one by its short name in Odoo, with a new `id`. Or make one of this name there: the command goes on by itself."
		return nil, r.park(command.Reference{}, p, command.WaitWarehouse.For(code))
	}
	return found, err
}

// product is the one product of a SKU or barcode; nil with the problem otherwise.
func (r *run) product(p schema.Product, path string) (odoo.Record, *command.Problem, command.Wait, error) {
	field, value, key, at := "default_code", p.SKU, command.WaitSKU.For(p.SKU), ".sku"
	if p.SKU == "" {
		field, value, key, at = "barcode", p.Barcode, command.WaitBarcode.For(p.Barcode), ".barcode"
	}
	at = strings.TrimPrefix(path+at, ".")
	found, err := r.search("product.product", odoo.Domain{{field, "=", value}}, []string{"display_name", "uom_id", "type", "tracking"}, odoo.Window{Limit: 2})
	if err != nil {
		return nil, nil, command.Wait{}, err
	}
	switch len(found) {
	case 1:
		return found[0], nil, command.Wait{}, nil
	case 0:
		p, err := r.noProduct(field, value, at)
		return nil, &p, key, err
	}
	several := problem(schema.CodeUnknownSKU, at, "Odoo has several products of this code")
	for _, one := range found {
		several.Candidates = append(several.Candidates, command.Reference{Model: "product.product", ID: one.ID()})
	}
	return nil, &several, key, nil
}

// noProduct says why there is no product of a code: Odoo may have it archived.
func (r *run) noProduct(field, value, at string) (command.Problem, error) {
	archived, err := r.x.odoo.SearchRead(r.ctx, "product.product", odoo.Domain{{field, "=", value}, {"active", "=", false}}, []string{"id"}, odoo.Window{Limit: 1}, r.context(map[string]any{"active_test": false}))
	if err != nil || len(archived) == 0 {
		return problem(schema.CodeUnknownSKU, at, "Odoo has no product of this code"), err
	}
	p := problem(schema.CodeUnknownSKU, at, "Odoo's product of this code is archived")
	p.Remedy = "Restore the product in Odoo: the command goes on by itself. Or discard the command."
	p.Candidates = []command.Reference{{Model: "product.product", ID: archived[0].ID()}}
	return p, nil
}

// oneProduct is product for commands about a single one.
func (r *run) oneProduct(p schema.Product) (odoo.Record, error) {
	found, missing, key, err := r.product(p, "")
	if missing != nil {
		return nil, r.park(command.Reference{}, *missing, key)
	}
	return found, err
}

// mapped is the record that a channel's code stands for; 0 with the problem when it is not
// mapped, or to nothing.
func (r *run) mapped(kind command.WaitKind, model string, codes map[string]config.Record, code, path string) (int64, *command.Problem, command.Wait, error) {
	record, ok := codes[code]
	if !ok {
		p := problem(schema.CodeUnknownMapping, path, fmt.Sprintf("the %s %q is not mapped", partOf(kind), code))
		p.Remedy = r.mapIt(kind, code)
		return 0, &p, kind.For(code), nil
	}
	id, found, err := r.record(model, record)
	if err == nil && !found {
		p := problem(schema.CodeUnknownMapping, path, fmt.Sprintf("the %s %q is mapped to %s, which Odoo has not got", partOf(kind), code, record))
		p.Remedy = r.mapIt(kind, code)
		return 0, &p, kind.For(code), nil
	}
	return id, nil, command.Wait{}, err
}

// partOf is what is mapped, in words: "payment method".
func partOf(kind command.WaitKind) string {
	return strings.ReplaceAll(strings.TrimSuffix(strings.TrimPrefix(kind.String(), "mapping/"), "/"), "_", " ")
}

// mapIt says where in the configuration a code is mapped.
func (r *run) mapIt(kind command.WaitKind, code string) string {
	return fmt.Sprintf("The bridge's administrator maps it to a record of Odoo, as `channels.%s.mapping.%s: {%s: …}`, and reloads: the command goes on by itself.", r.c.Channel, settingOf(kind), code)
}

// settingOf is the setting below channels.<channel>.mapping in which codes of the kind are mapped.
func settingOf(kind command.WaitKind) string {
	part := strings.ReplaceAll(partOf(kind), " ", "_")
	if kind == command.WaitTax {
		return part + "es"
	}
	return part + "s"
}

// oneMapped is mapped for what stands alone.
func (r *run) oneMapped(kind command.WaitKind, model string, codes map[string]config.Record, code, path string) (int64, error) {
	id, missing, key, err := r.mapped(kind, model, codes, code, path)
	if missing != nil {
		return 0, r.park(command.Reference{}, *missing, key)
	}
	return id, err
}

// record finds what a person wrote into the configuration.
func (r *run) record(model string, record config.Record) (int64, bool, error) {
	if id, ok := record.ID(); ok {
		return r.idOf(model, odoo.Domain{{"id", "=", id}})
	}
	if _, _, ok := record.ExternalID(); ok {
		return lookUp(r.x.cache, "external/"+string(record), func() (int64, bool, error) {
			of, id, found, err := r.x.odoo.Named(r.ctx, string(record), r.context())
			return id, found && of == model, err
		})
	}
	return r.idOf(model, odoo.Domain{{"code", "=", string(record)}})
}
