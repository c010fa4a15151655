package apply

import "github.com/odoobridge/odoobridge/inbound/odoo"

// lotOf is a lot of a product, by its name.
type lotOf struct {
	product int64
	name    string
}

// lotsOfCounts are the lots of counts of products, the first of several of a name.
func (r *run) lotsOfCounts(counts []Counting, products []int64) (map[lotOf]int64, error) {
	var names []string
	var of []int64
	for i, c := range counts {
		if c.place.Lot != "" && products[i] != 0 {
			names, of = append(names, c.place.Lot), append(of, products[i])
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	release, err := r.release()
	if err != nil {
		return nil, err
	}
	found, err := r.search(modelIn("stock.lot", release), odoo.Domain{{"product_id", "in", of}, {"name", "in", names}}, []string{"product_id", "name"}, odoo.Window{Order: "id"})
	if err != nil {
		return nil, err
	}
	lots := map[lotOf]int64{}
	for _, lot := range found {
		key := lotOf{lot.Ref("product_id"), lot.Text("name")}
		if lots[key] == 0 {
			lots[key] = lot.ID()
		}
	}
	return lots, nil
}
