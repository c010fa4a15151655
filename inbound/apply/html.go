package apply

import (
	"html"
	"strings"
)

// asHTML is a text of a channel's as Odoo's notes keep it, which are HTML in every release: as it is, Odoo would take what stands between
// angle brackets for markup and drop it, and lose the line ends.
func asHTML(text string) string {
	return "<p>" + strings.ReplaceAll(html.EscapeString(strings.ReplaceAll(text, "\r\n", "\n")), "\n", "<br>") + "</p>"
}

// shownBy is what HTML says, without the markup that Odoo may put around it or write otherwise.
func shownBy(markup string) string {
	var b strings.Builder
	inside := false
	for _, c := range markup {
		switch {
		case c == '<':
			inside = true
			b.WriteRune(' ')
		case c == '>':
			inside = false
		case !inside:
			b.WriteRune(c)
		}
	}
	return strings.Join(strings.Fields(html.UnescapeString(b.String())), " ")
}
