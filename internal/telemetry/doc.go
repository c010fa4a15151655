// Package telemetry is what the bridge tells of itself: metrics, logs, health
// and the HTTP server that shows them.
//
// # How it works
//
// Metrics live in a registry of their own, made by New; rooms get typed
// accessors, and a lane gets all of its metrics at once from Metrics.Lane, so that the
// hot path looks up no labels. docs/METRICS.md is made from the registry.
//
// Health holds one verdict per named check with its reason. The bridge is
// ready when every check that it must answer for has said so; a check that has said nothing yet is not
// ready. /healthz asks nothing of anybody: it says that the process answers.
//
// Logs are log/slog with the keys of keys.go. A deny-list of keys keeps secrets out even
// where somebody logs one by mistake.
//
// # What fails how
//
// The server never takes the bridge down: Serve returns an error when it cannot
// listen, and otherwise only when its context ends. Every request has a time limit.
package telemetry
