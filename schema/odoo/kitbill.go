package odoo

import (
	"cmp"
	"slices"
)

// bills are the kits' bills of a product that are in use, in the order in which Odoo prefers
// them (mrp/models/mrp_bom.py, _bom_find).
func (m *mapping) bills(rows Rows, product, template int64) []Row {
	if m.bom.Absent {
		return nil
	}
	bills := slices.DeleteFunc(rows.Find(m.bom, bomTemplate, template), func(bill Row) bool {
		of := bill.Int(bomProduct)
		return bill.field(bomType) != bomPhantom || !bill.Bool(bomActive) || of != 0 && of != product
	})
	slices.SortFunc(bills, func(a, b Row) int {
		return cmp.Or(compareSequences(a, b), cmp.Compare(b.Int(bomProduct), a.Int(bomProduct)), cmp.Compare(a.Int(namedID), b.Int(namedID)))
	})
	return bills
}

// compareSequences has bills without one last, as PostgreSQL does.
func compareSequences(a, b Row) int {
	last := func(bill Row) int64 {
		if bill.Null(bomSequence) {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(last(a), last(b)), cmp.Compare(a.Int(bomSequence), b.Int(bomSequence)))
}

// variantsFirst is the release from which a bill of the variant comes before one of its template that has
// the same sequence. Until then Odoo orders the two by a mark on the product that is not mirrored.
const variantsFirst release = 18

// preferred is the first of the bills that fits, the zero Row where none does; ok is false where
// it is not certain which that is.
func (m *mapping) preferred(bills []Row, fits func(bill Row) bool) (bill Row, ok bool) {
	for _, b := range bills {
		switch {
		case !fits(b):
		case !bill.Exists():
			bill = b
		case m.release < variantsFirst && compareSequences(bill, b) == 0 && bill.Int(bomProduct) != b.Int(bomProduct):
			return Row{}, false
		}
	}
	return bill, true
}

// billOf is the bill by which Odoo takes apart what a company sells.
func (m *mapping) billOf(bills []Row, company int64) (bill Row, ok bool) {
	return m.preferred(bills, func(b Row) bool { return isOr(b.Int(bomCompany), company) })
}

// billWithin is the bill by which a component of a kit is taken apart. Odoo looks among those of the kit's
// company and operation type where it has them, and among those that the user may see, by any operation
// type, where not or when it looks again. ok is false unless all ways lead to the same bill.
func (m *mapping) billWithin(bills []Row, kit Row, company int64) (bill Row, ok bool) {
	of, operation := kit.Int(bomCompany), kit.Int(bomOperation)
	narrow, sure := m.preferred(bills, func(b Row) bool {
		return isOr(b.Int(bomCompany), company) && (operation == 0 || isOr(b.Int(bomOperation), operation))
	})
	wide, surely := m.preferred(bills, func(b Row) bool { return of == 0 || isOr(b.Int(bomCompany), of) })
	return wide, sure && surely && narrow.Int(namedID) == wide.Int(namedID)
}

// isOr reports whether a reference is unset, or is to the one.
func isOr(id, one int64) bool { return id == 0 || id == one }
