#!/usr/bin/env bash
# All checks, one after the other; stops at the first that fails and names it. Run by `make test`.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=.local/e2e
cli=target/local/countersign
began=$SECONDS
step=""
stack_is_up=""

finish() {
    local code=$?
    if [ -n "$stack_is_up" ]; then "$cli" down --folder "$folder" || true; fi
    if [ "$code" -eq 0 ]; then echo "== all checks passed in $((SECONDS - began)) s"
    else echo "== failed: $step (after $((SECONDS - began)) s)" >&2; fi
}
trap finish EXIT
trap 'exit 130' INT TERM

check() { # name command…
    step=$1
    shift
    local since=$SECONDS
    echo "== $step"
    "$@"
    echo "== $step: $((SECONDS - since)) s"
}

rust_tests() {
    # The end-to-end journeys need a stack; they follow below.
    if command -v cargo-nextest >/dev/null; then
        cargo nextest run --workspace --no-fail-fast -E 'not (package(countersign-tests) and (binary(crowd) or binary(journeys) or binary(lessons) or binary(page) or binary(roles) or binary(store)))'
        cargo test --workspace --doc --quiet
    else
        cargo test --workspace --no-fail-fast
    fi
}

template_lints() {
    export SAM_CLI_TELEMETRY=0 AWS_DEFAULT_REGION=us-east-1
    .local/venv-sam/bin/sam validate --lint --template infra/template.yaml
    .local/venv-sam/bin/cfn-lint infra/template.yaml
}

stack_up() {
    stack_is_up=yes
    "$cli" down --folder "$folder" # what an interrupted run left
    "$cli" up --no-build --folder "$folder" --config tests/config --port-aws 4576 --port-slack 4580 \
        --port-bamboohr 4581 --port-okta 4582 --port-issuer 4583
}

# The same selection of crates as above: another one would build the dependencies with other features again.
journeys() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test journeys -- --test-threads=3
}

# With nothing beside it.
crowd() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test crowd -- --nocapture
}

# It changes how everything is understood.
lessons() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test lessons -- --nocapture
}

# On tables of its own beside the product's.
store() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test store -- --nocapture --test-threads=1
}

page() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test page -- --nocapture
}

# What the journeys made the functions do on the same stack.
roles() {
    COUNTERSIGN_E2E=$folder cargo test --workspace --test roles -- --nocapture
}

check "preflight" env COUNTERSIGN_FOLDER="$folder" COUNTERSIGN_PORT_AWS=4576 COUNTERSIGN_PORT_SLACK=4580 \
    COUNTERSIGN_PORT_BAMBOOHR=4581 COUNTERSIGN_PORT_OKTA=4582 COUNTERSIGN_PORT_ISSUER=4583 sh cli/preflight.sh
check "formatting" cargo fmt --all --check
check "clippy, warnings denied" cargo clippy --workspace --all-targets --quiet -- -D warnings
check "unit and property tests" rust_tests
check "installing LocalStack and the SAM tools" "$(sh cli/python.sh)" tests/localstack/install.py
check "tests of the LocalStack plugin" .local/venv-engine/bin/python -m pytest -q tests/localstack
check "template and definition lints" template_lints
check "building what the stack runs" make --no-print-directory build
check "10,000 seeds of the simulator" target/local/simulate seeds
check "what each guard is for" target/local/simulate guards
check "every order of what the small models do" target/local/model quick
check "starting a stack for the journeys" stack_up
check "end-to-end journeys" journeys
check "20 callers at each of 50 gates" crowd
check "the Slack page in a browser" page
check "a model that is learned, taken back and damaged" lessons
check "roles against what was done" roles
check "the table's contract, and races for it" store
check "stopping the stack" "$cli" down --folder "$folder"
stack_is_up=""
