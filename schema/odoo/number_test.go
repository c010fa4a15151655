package odoo

import (
	"strings"
	"testing"

	"github.com/cockroachdb/apd/v3"
	"pgregory.net/rapid"
)

func TestNumbersAreWrittenOneWayOnly(t *testing.T) {
	for _, c := range []struct {
		text     string
		decimals int
		want     string
	}{
		{"5.00", 0, `"5"`}, {"0.50", 0, `"0.5"`}, {"-0.00", 0, `"0"`}, {"-0.10", 2, `"-0.10"`}, {"320", 2, `"320.00"`}, {"320.5", 2, `"320.50"`},
		{"33.3333", 2, `"33.3333"`}, {"33.3300", 2, `"33.33"`}, {"100", 0, `"100"`}, {"0", 2, `"0.00"`}, {"0", 0, `"0"`}, {`\N`, 2, `null`},
		{"NaN", 0, `null`}, {"Infinity", 0, `null`}, {"1e-05", 0, `"0.00001"`}, {"1.5e+20", 0, `"150000000000000000000"`},
		{"123456789012345678901234567890.10", 0, `"123456789012345678901234567890.1"`},
	} {
		if got := string(appendNumber(nil, c.text, c.decimals)); got != c.want {
			t.Errorf("appendNumber(%q, %d) = %s, want %s", c.text, c.decimals, got, c.want)
		}
	}
	for _, c := range []struct {
		text     string
		decimals int
		want     string
	}{
		{"96", 2, `"96.00"`}, {"21.150000000000002", 2, `"21.15"`}, {"0.125", 2, `"0.13"`}, {"-0.125", 2, `"-0.13"`}, {"1e-07", 2, `"0.00"`},
		{"12.3", 0, `"12"`}, {`\N`, 2, `null`}, {"NaN", 2, `null`},
	} {
		if got := string(appendRounded(nil, c.text, c.decimals)); got != c.want {
			t.Errorf("appendRounded(%q, %d) = %s, want %s", c.text, c.decimals, got, c.want)
		}
	}
}

func TestShortNumbersAreReadAndWrittenAsLongOnes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringMatching(`-?[0-9]{1,24}(\.[0-9]{1,20})?`).Draw(t, "number")
		decimals := rapid.IntRange(0, 4).Draw(t, "decimals")
		short := parseDecimal(text)
		long, _, err := apd.NewFromString(text)
		if err != nil || short.Cmp(long) != 0 {
			t.Fatalf("parseDecimal(%q) = %s", text, short.Text('f'))
		}
		got := string(appendDecimal(nil, &short, decimals))
		if want := string(appendTrimmed(nil, long.Text('f'), decimals)); got != want {
			t.Fatalf("appendDecimal(%q, %d) = %s, want %s", text, decimals, got, want)
		}
		again, _, err := apd.NewFromString(got)
		if err != nil || again.Cmp(long) != 0 {
			t.Fatalf("%q became %q", text, got)
		}
		whole, fraction, point := strings.Cut(got, ".")
		if len(fraction) < decimals || point != (fraction != "") || len(fraction) > decimals && strings.HasSuffix(fraction, "0") ||
			strings.HasPrefix(got, "-") && again.IsZero() || whole == "" {
			t.Fatalf("%q is written %q", text, got)
		}
	})
}

func TestMomentsAreRFC3339(t *testing.T) {
	for text, want := range map[string]string{
		"2026-11-23 07:24:27": `"2026-11-23T07:24:27Z"`, "2026-11-23 07:24:27.180342": `"2026-11-23T07:24:27.180342Z"`,
		`\N`: "null", "infinity": "null", "-infinity": "null", "0044-03-15 00:00:00 BC": "null", "": "null",
	} {
		if got := string(appendTime(nil, text)); got != want {
			t.Errorf("appendTime(%q) = %s, want %s", text, got, want)
		}
	}
}

func TestTranslatedTextIsInEnglishOrWhatThereIs(t *testing.T) {
	for text, want := range map[string]string{
		`{"en_US": "Desk", "fr_FR": "Bureau"}`: "Desk", `{"de_DE": "Tisch", "en_US": "Desk"}`: "Desk", `{"fr_FR": "Bureau \"A\""}`: `Bureau "A"`,
		"Desk": "Desk", "{": "{", `{}`: "",
	} {
		if got := defaultText(text); got != want {
			t.Errorf("defaultText(%q) = %q, want %q", text, got, want)
		}
	}
}
