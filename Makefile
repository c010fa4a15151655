# Everything a developer does here. `make` alone lists it.

GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# Three packages at a time: each may start a PostgreSQL and a RabbitMQ of its own. In those whose
# tests run side by side four do, for they wait more than they work; the longest start first.
TEST_PARALLEL ?= 3
TESTS_AT_ONCE ?= 4
LONGEST       := ./cmd/odoobridge/internal/e2e ./cmd/odoobridge ./inbound ./inbound/apply ./outbound ./cdc
# SQLite is C in Go's clothes, whose memory is not Go's: to watch each of its reads and writes, and each of its
# pointers, is most of what its tests cost, and tells of the translator. All the rest is under the race detector.
RACE          := -race '-gcflags=modernc.org/...=-d=checkptr=0 -race=false'
TEST_TIMEOUT  ?= 30m
# What must pass before a change is taken passes now, not at some time before.
AGAIN         := $(if $(filter true,$(CI)),-count 1)
PKG           ?= ./...
FOR           ?= 1h
SEED          ?= 0
STORE         ?= sqlite
ARGS          ?=

# What one checkout compiled the next one on this machine has compiled, wherever it is.
export GOFLAGS := $(shell $(GO) env GOFLAGS 2>/dev/null) -trimpath
# A program under the race detector sleeps a second before it exits, for what its other goroutines may still
# report; ours have ended those by then.
export GORACE := $(or $(GORACE),atexit_sleep_ms=10)
# Collecting its garbage at every turn is a third of staticcheck's CPU.
RARELY        := GOGC=400

.DEFAULT_GOAL := help
.PHONY: help need-go build deps test test-short lint generate verify-generated bench demo soak torture chaos live clean

help: ## this list
	@awk -F':.*## ' '/^[a-z-]+:.*## / {printf "  %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@echo
	@echo '  make test PKG=./cdc/...       one room only'
	@echo '  make demo ODOO_DSN=postgres://…   watch a real Odoo database instead (reads only)'

need-go:
	@scripts/need-go

build: need-go ## bin/odoobridge
	$(GO) build -trimpath -o bin/odoobridge ./cmd/odoobridge

deps: need-go ## install PostgreSQL and RabbitMQ for the tests where they are missing
	@scripts/deps

test: deps lint verify-generated ## everything: lint, generated files, all tests with the race detector
	@# -vet=off: lint has asked go vet for all it knows.
	scripts/in-memory $(GO) test $(RACE) $(AGAIN) -vet=off -p $(TEST_PARALLEL) -parallel $(TESTS_AT_ONCE) -timeout $(TEST_TIMEOUT) $(if $(filter ./...,$(PKG)),$(LONGEST)) $(PKG)

test-short: need-go ## the tests that need no server and little time
	$(GO) test -short -timeout 5m $(PKG)

lint: ## gofmt, go vet, staticcheck
	@unformatted=$$(gofmt -l .); if [ -n "$$unformatted" ]; then \
		echo "not formatted (run gofmt -w on them):"; echo "$$unformatted"; exit 1; fi
	$(GO) vet $(PKG)
	$(RARELY) $(GO) run $(STATICCHECK) $(PKG)

generate: ## make the generated files again
	$(GO) generate ./...

verify-generated: ## fail when a generated file is not what its generator makes
	@scripts/verify-generated

bench: deps ## measure against the limits of this machine (ARGS='-only latency -rounds 1 -scale 0.1')
	$(GO) run ./internal/bench $(ARGS)

demo: deps build ## a shop, three channels, what each of them does and hears (ARGS=--stay: and try it)
	bin/odoobridge demo $(ARGS)

soak: deps build ## the demo's shop under random orders for FOR=1h, counting what is lost or doubled
	bin/odoobridge demo --for $(FOR)

torture: deps ## faults at random for FOR=1h against a model of what was committed (SEED=n draws the same again, STORE=postgres)
	$(GO) test $(RACE) -count 1 -v -timeout 0 -run 'TestTorture$$' ./cmd/odoobridge/internal/e2e -args -torture.for $(FOR) -torture.seed $(SEED) -torture.store $(STORE)

chaos: deps ## channels, people and faults at random for FOR=1h against a simulated Odoo, or that of ODOO_URL (SEED=n; STORE=postgres: two bridges; docs/LIVE.md)
	$(GO) test -count 1 -v -timeout 0 -run 'TestTheWholeBridgeTellsTheTruthWhateverHappens$$' ./cmd/odoobridge/internal/e2e -args -chaos.for $(FOR) -chaos.seed $(SEED) -chaos.store $(STORE)

live: deps ## the tests of commands against the Odoo of ODOO_URL, ODOO_DB, ODOO_LOGIN, ODOO_PASSWORD, ODOO_DSN (docs/LIVE.md)
	@if [ -z "$$ODOO_URL" ]; then echo "ODOO_URL is not set; docs/LIVE.md says what is needed and what stays"; exit 1; fi
	$(GO) test -count 1 -v -timeout 1h -run '^(TestEveryCommandOnTheOdooAtHand|TestCommandsHaveOneEffectThoughTheBridgeIsKilled)$$' ./cmd/odoobridge/internal/e2e

clean: ## remove what was built
	rm -rf bin dist coverage.out
