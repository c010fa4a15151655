package decide

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// ExternalID is the name under which Odoo keeps the record of a channel's thing:
// "channel_shopify.customer_7001". Different ids never share a name.
func ExternalID(channel, kind, id string) string {
	return "channel_" + word(channel) + "." + kind + "_" + word(id)
}

// Prepaid is the kind of the ids by which the ledger counts an order's payments that have no invoice. Odoo never has them.
const Prepaid = "prepaid"

// LineID is the external id of an order's line.
func LineID(channel, order, line string) string {
	return ExternalID(channel, "order", order) + "_line_" + word(line)
}

// word writes an id in letters that an external id may have. Odoo cuts at the dot; "~"
// begins what was written as hex, and so is written so itself. An id that holds
// what sets an order's lines apart from the order is kept from looking like one.
func word(id string) string {
	var b strings.Builder
	for i := 0; i < len(id); i++ {
		c := id[i]
		switch {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-':
			b.WriteByte(c)
		case c == '_' && !strings.HasPrefix(id[i:], "_line_"):
			b.WriteByte(c)
		default:
			b.WriteByte('~')
			b.WriteString(strings.ToUpper(hex.EncodeToString([]byte{c})))
		}
	}
	return b.String()
}

// IDOf is the channel's own id in the name of an external id, "customer_7001": what ExternalID put there.
// ok is false for a name of another kind, or one that somebody wrote otherwise.
func IDOf(kind, name string) (id string, ok bool) {
	text, ok := strings.CutPrefix(name, kind+"_")
	if !ok {
		return "", false
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '~' {
			b.WriteByte(text[i])
			continue
		}
		c, err := hex.DecodeString(text[i+1 : min(i+3, len(text))])
		if err != nil || len(c) != 1 {
			return "", false
		}
		b.WriteByte(c[0])
		i += 2
	}
	return b.String(), word(b.String()) == text
}

// digest is a short name of texts: equal texts, equal name.
func digest(texts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(texts, "\x00")))
	return hex.EncodeToString(sum[:8])
}
