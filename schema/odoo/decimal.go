package odoo

import "github.com/cockroachdb/apd/v3"

// Decimal is an exact decimal number.
type Decimal = apd.Decimal
