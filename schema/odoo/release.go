package odoo

import (
	"fmt"
	"slices"
	"strings"
)

// release is a major version of Odoo: 17 for 17.0.
type release int

// Releases are those that a profile exists for, oldest first. 17.0 and 18.0
// are proven on recordings of real databases too, all on live servers.
func Releases() []string { return []string{"15.0", "16.0", "17.0", "18.0", "19.0"} }

// UnsupportedError says that there is no profile for the release.
type UnsupportedError struct{ Release string }

func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("Odoo %s is not supported; the bridge knows %s", e.Release, strings.Join(Releases(), ", "))
}

func parseRelease(name string) (release, error) {
	i := slices.Index(Releases(), name)
	if i < 0 {
		return 0, &UnsupportedError{Release: name}
	}
	return release(15 + i), nil
}

// DetectRelease reads the release off the version of the module base:
// SELECT latest_version FROM ir_module_module WHERE name = 'base'.
func DetectRelease(baseModuleVersion string) (string, error) {
	version := strings.TrimPrefix(baseModuleVersion, "saas~")
	major, rest, found := strings.Cut(version, ".")
	if !found || major == "" || strings.Trim(major, "0123456789") != "" {
		return "", fmt.Errorf("version %q of the module base names no release of Odoo, want one like 17.0.1.3", baseModuleVersion)
	}
	minor, _, _ := strings.Cut(rest, ".")
	name := major + "." + minor
	if !slices.Contains(Releases(), name) {
		return "", &UnsupportedError{Release: name}
	}
	return name, nil
}

// marks tell releases apart by their columns, newest first. Each holds from
// its release on, until the next one's.
var marks = []struct{ release, table, column string }{
	{"19.0", "sale_order_line", "product_uom_id"},
	{"18.0", "stock_move", "location_final_id"},
	{"17.0", "stock_move", "picked"},
	{"16.0", "stock_location", "warehouse_id"},
	{"15.0", "stock_move", "product_uom_qty"},
}

// Detect tells the release from what base says it is, or, where there is no
// such version ("" is passed), from the columns that came with each release.
// why says by what it was told.
func Detect(columns map[string]map[string]string, baseVersion string) (release, why string, err error) {
	if baseVersion != "" {
		release, err = DetectRelease(baseVersion)
		return release, "the module base has version " + baseVersion, err
	}
	for _, m := range marks {
		if _, found := columns[m.table][m.column]; found {
			return m.release, fmt.Sprintf("table %s has the column %s, and none of a later release", m.table, m.column), nil
		}
	}
	return "", "", fmt.Errorf("this is no database of Odoo with Inventory: it has neither a module base nor stock_move.%s",
		marks[len(marks)-1].column)
}
