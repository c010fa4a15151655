// Package outboundtest reads what outbound has published: a plain consumer for
// tests, the demo and the benchmarks. It is no part of the bridge.
package outboundtest
