// Package config reads odoobridge.yaml.
//
// It promises that a mistake never passes silently and never comes alone:
// unknown keys, wrong types, bad values and broken cross-references are all
// reported at once, each with its file, line and column, what is wrong and what would be right.
// Secrets never print.
package config
