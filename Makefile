# What people type. `make` alone says what there is.

SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
.NOTPARALLEL:

# One selection of crates for all commands: another one would build the dependencies with other features again.
BUILD := cargo build --profile local --workspace --exclude countersign-tests --exclude countersign-bench \
	--exclude countersign-hello
CLI := target/local/countersign

.PHONY: help demo up build down status watch lint test simulate model race test-deps

help: ## Say what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: up ## Start the local stack and run two requests through it
	@$(CLI) demo

up: ## Start the local stack: AWS, Slack, BambooHR, Okta, and the product on them
	@sh cli/preflight.sh
	@$(BUILD)
	@$(CLI) up --no-build

build: ## Build what the local stack runs, and this command
	@$(BUILD)

down: ## Stop all that `make up` started
	@if [ -x $(CLI) ]; then $(CLI) down; else echo "nothing was started"; fi

status: ## Say what runs, and where
	@if [ -x $(CLI) ]; then $(CLI) status; else echo "nothing was started"; exit 1; fi

watch: ## Run the functions of the running stack as edited, until stopped
	@"$$(sh cli/python.sh)" tests/localstack/install.py sam
	@.local/venv-engine/bin/python -m countersign_local watch

lint: ## Check formatting, code and configuration
	@cargo fmt --all --check
	@cargo clippy --workspace --all-targets --quiet -- -D warnings
	@cargo run --quiet -p countersign -- policy lint

test: ## Check everything: code, templates, and the product end to end
	@bash cli/test.sh

SEEDS ?= 10000
SIMULATE := target/local/simulate

simulate: ## Run the gate protocol through SEEDS seeds of faults (COUNTERSIGN_SEED=… replays one)
	@$(BUILD)
	@$(SIMULATE) seeds $(SEEDS)

model: ## Visit every state of the models of the gate protocol, or of those named by MODELS="…" (it takes long)
	@$(BUILD)
	@target/local/model $(MODELS)

race: ## Let 20 people press at once: 100,000 gates in memory, 1,000 on the table of the running stack
	@$(BUILD)
	@$(SIMULATE) races
	@COUNTERSIGN_E2E=.local COUNTERSIGN_RACES=1000 \
	  cargo test --workspace --test store races -- --nocapture

test-deps: ## Install the browser that the tests of the Slack page use
	@bash cli/test-deps.sh

# One package at a time: built together, every function would carry the features that any of them asks for.
FUNCTIONS := $(patsubst functions/%/Cargo.toml,%,$(wildcard functions/*/Cargo.toml))

TARGET := $(or $(CARGO_TARGET_DIR),target)

release: ## Build every function as it is deployed
	@n=0; for f in $(FUNCTIONS); do \
	  n=$$((n + 1)); echo "[$$n/$(words $(FUNCTIONS))] $$f"; \
	  cargo build --quiet --release --locked -p $$f; \
	done

bench: release ## Measure starts, invocations, memory and size, against their budgets
	@cargo build --quiet --release --locked -p countersign-hello
	@cargo build --quiet --release --locked -p countersign-bench
	@$(TARGET)/release/countersign-bench --binaries $(TARGET)/release --json $(TARGET)/bench.json
