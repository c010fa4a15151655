package odoo

import "testing"

// TestDecimalsThatASettingAsksForAreBounded holds what Odoo's settings of decimals, which
// anybody may raise to any integer, may cost in every amount.
func TestDecimalsThatASettingAsksForAreBounded(t *testing.T) {
	for setting, want := range map[int64]int{-1: 0, 0: 0, 2: 2, 20: 20, 21: mostPlaces, 2147483647: mostPlaces} {
		if got := places(setting); got != want {
			t.Errorf("places(%d) = %d, want %d", setting, got, want)
		}
	}
}
