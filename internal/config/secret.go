package config

import (
	"fmt"
	"io"
	"log/slog"
)

// Redacted is what stands in the place of a secret wherever one is printed.
const Redacted = "[redacted]"

// Secret is a value that never prints: not with fmt, log/slog, JSON or YAML.
// Reveal is the only way to it, so that a search for that name finds every use.
type Secret string

// Reveal returns the value.
func (s Secret) Reveal() string { return string(s) }

// String tells whether there is a secret, and nothing of it.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return Redacted
}

// GoString is String: %#v must not print it either.
func (s Secret) GoString() string { return s.String() }

// Format answers every verb the same way: %x, %d and %q reach a string's
// bytes past String.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is what log/slog records.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalText is what JSON, XML and flags print.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// MarshalJSON prints the redacted form as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + s.String() + `"`), nil }

// MarshalYAML prints the redacted form.
func (s Secret) MarshalYAML() (any, error) { return s.String(), nil }
