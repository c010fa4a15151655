// Package archtest holds the rules of who may import whom. It has no code of
// its own, only the test that reads every file's imports.
package archtest
