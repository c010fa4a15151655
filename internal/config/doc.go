// Package config reads odoobridge.yaml.
//
// It promises that a mistake never passes silently and never comes alone:
// unknown keys, wrong types, bad values and broken cross-references are all
// reported at once, each with its file, line and column, what is wrong and what would be right.
// Secrets never print.
//
// # How it works
//
// One table (settings.go) holds every key with its kind, default and meaning.
// The loader walks the YAML tree along it, so that places are known; the
// environment's names, the printed configuration, docs/CONFIGURATION.md and the
// JSON Schema for editors are made from the same table. The order is: defaults, then the
// file with ${VARIABLES} and {file: path} filled in, then ODOOBRIDGE_* variables.
//
// # What fails how
//
// Everything wrong with a configuration is one Errors value with a Problem for
// each place; its exit code is 2, wrong use. A message never quotes what came out of the
// environment or a file, nor a secret, nor a source line that would show one.
package config
