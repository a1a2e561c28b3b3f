# On a machine with only Go and make: `make run`, then open http://127.0.0.1:3000/. `make test` runs what CI runs.
#
#   T=Pattern    with test-go: only tests whose name matches        make test-go T=TestTheWindowsEdge PKG=./shared/recall
#   PKG=./path   with test-go: only this package                    make test-go PKG=./shared/recall

.DEFAULT_GOAL := help
SHELL := bash
.SHELLFLAGS := -euo pipefail -c

# The packages whose code runs concurrently are tested under the race detector, by make race, and only there.
raced := ./shared/... ./clients/go/... ./local/...
PKG ?= $$(go list work | grep -vE '^example.com/recall/(shared|clients/go|local)(/|$$)')
T ?= .
COUNT ?= 20
LOAD ?= 2
# The SAM environment (samconfig.toml) that deploy goes to, and the processor of the functions.
CONFIG ?= dev
ARCHITECTURE ?= arm64

# What make test runs, and what that needs to be installed. The first find mistakes soonest; of the others the longest come
# first, so that two at a time end together.
stages := lint model test-cpp test-go race test-web test-android test-tencent test-scripts test-apple check-deploy
test_tools := java maven python node gcc dynamodb-local elasticmq foreign lambda-runtimes staticcheck gosec sam checkov chromium spin cpp boost mingw wine gnustep

functions := authorize connect send revoke sync finish publish deliver admin canary
tools := scripts/require.sh
path := . scripts/path.sh
export SAM_CLI_TELEMETRY := 0

# A function's binary: static, without debugging tables, and without the RPC mode of Lambda's old Go runtime, which makes it
# a third smaller. The same source gives the same bytes.
# GOWORK=off: the functions' own go.mod decides the versions, whatever the tools need.
go_build = GOWORK=off CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -buildvcs=false -ldflags='-s -w'

.PHONY: help
help: ## Shows this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z][a-zA-Z-]*:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# npm may not be able to deliver Tencent's packages; everything else runs without them.
build_tencent = clients/web/tencent/build.sh && echo "Tencent's chat UI: the demo page's address with tencent/ after it" || \
	echo "Tencent's chat UI was not built. To see why, run clients/web/tencent/build.sh"

##@ Every day
.PHONY: run
run: demo/dist recall ## Starts everything on this machine: WebSocket API, functions, tables, demo page (ARGS=--tencent: Tencent's chat UI, too)
	@$(tools) java dynamodb-local elasticmq
	@$(if $(filter --tencent,$(ARGS)),$(build_tencent))
	@./recall local --strict $(filter-out --tencent,$(ARGS))

.PHONY: recall
recall: ## Builds the command line, ./recall
	@go build -trimpath -o recall ./cmd/recall

.PHONY: setup
setup: ## Installs what building and testing needs
	$(tools) $(test_tools) docker

.PHONY: test
test: ## Checks and tests everything, as CI does: two stages at a time (JOBS=1: one)
	@$(tools) $(test_tools)
	@scripts/run-stages.sh $(stages)

.PHONY: test-quick
test-quick: ## What to run while working: rules, storage on DynamoDB Local, functions, frames [Go, Java]
	@$(tools) java dynamodb-local
	go test -vet=off ./shared/... ./functions/...

.PHONY: fmt
fmt: ## Formats the Go code
	gofmt -w $$(git ls-files --cached --others --exclude-standard '*.go')

.PHONY: tidy
tidy: ## Makes each go.mod name what its module uses
	for module in $$(go list -m -f '{{.Dir}}'); do (cd "$$module" && GOWORK=off go mod tidy); done

.PHONY: home
home: ## Gives the project your names: make home MODULE=github.com/acme/recall GROUP=com.acme
	@python3 scripts/home.py --module '$(MODULE)' --group '$(GROUP)'

.PHONY: clean
clean: ## Removes what was built (what was installed into .tools stays)
	rm -rf .aws-sam build performance/*/build performance/*/*/build demo/dist recall

##@ Parts of test
.PHONY: lint
lint: ## gofmt, go mod tidy, go vet (each module by itself), staticcheck, gosec, shell syntax [Go]
	@$(tools) staticcheck gosec
	@unformatted=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); \
		[ -z "$$unformatted" ] || { echo "not formatted (run make fmt):"; echo "$$unformatted"; exit 1; } >&2
	@for module in $$(go list -m -f '{{.Dir}}'); do cd "$$module"; export GOWORK=off; \
		go mod tidy -diff || { echo "$$module/go.mod is not tidy (run make tidy)" >&2; exit 1; }; \
		go vet -tags soak ./...; done
	$(path); staticcheck -tags soak work
	$(path); gosec -quiet -exclude-dir=testdata ./shared/... ./functions/... ./local/... ./cmd/... ./clients/go/...
	@git ls-files --cached --others --exclude-standard '*.sh' .ci/run | xargs -n1 bash -n

.PHONY: vulnerabilities
vulnerabilities: ## Known vulnerabilities in what the Go code calls. Not part of test: it asks vuln.go.dev and so needs the internet
	@go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 work || { echo "vulnerabilities: found some, or https://vuln.go.dev could not be reached (this target needs the internet)" >&2; exit 1; }

.PHONY: test-go
test-go: ## Go: functions, command line, searches for failures, end to end with real binaries [Go, Java, Python, Node]
	@$(tools) java dynamodb-local elasticmq foreign
	$(path); go test -vet=off -timeout 40m -run '$(T)' $(PKG)

.PHONY: race
race: ## Go: rules, storage on DynamoDB Local, client, local stack, under the race detector [Go, C compiler, Java, Python, Node]
	@$(tools) gcc java dynamodb-local elasticmq lambda-runtimes
	go test -vet=off -race $(raced)

.PHONY: repeat
repeat: ## Each Go test COUNT times under the race detector, beside LOAD busy loops: make repeat COUNT=20 LOAD=2 PKG=./shared/recall
	@$(tools) gcc java dynamodb-local elasticmq lambda-runtimes
	@COUNT=$(COUNT) LOAD=$(LOAD) scripts/repeat-tests.sh $(if $(filter command line,$(origin PKG)),$(PKG))

.PHONY: model
model: ## The formal model of who learns of a recall, in all interleavings (FULL=1: larger bounds) [Spin, C compiler]
	@reliability/model/check.sh $(if $(FULL),--full)

.PHONY: soak
soak: ## Searches for failures until stopped; SECONDS=600 bounds it, SEED=n repeats one
	@$(tools) java dynamodb-local elasticmq
	@mkdir -p build
	@go test -tags soak -c -o build/reliability.test ./reliability
	@cd reliability && ../build/reliability.test -test.run '^TestSoak$$' -test.timeout 0 -soak.seconds $(or $(SECONDS),0) -soak.seed $(or $(SEED),0)

.PHONY: faults
faults: ## Every fault at every outside call of every action (test has every kill, and each third of the others)
	@$(tools) java dynamodb-local
	go test -count=1 -timeout 60m -v -run 'ToACall' ./reliability -faults.all | grep -v '^=== '

.PHONY: mutants
mutants: ## Plants known bugs, one at a time, and wants a test to catch each
	@$(tools) java dynamodb-local
	@go run ./reliability/mutants

.PHONY: fuzz
fuzz: ## Fuzzes everything that reads foreign bytes, SECONDS each (20)
	@reliability/fuzz.sh $(or $(SECONDS),20)

.PHONY: test-web test-tencent test-android test-cpp test-apple
test-web: ## The web client and the demo page [Go, Java, Node, Chromium]
	clients/web/test.sh
test-tencent: ## Tencent's chat UI, as npm has it, on the web client: in a browser, against the local stack [Go, Java, Node, Chromium]
	clients/web/tencent/test.sh
test-android: ## The Android client [Go, Java, Maven]
	clients/android/test.sh
test-cpp: ## The C++ client, for Linux and Windows [Go, Java, C++, Boost, MinGW, Wine]
	clients/cpp/test.sh
test-apple: ## The Objective-C client, on GNUstep [Go, Java, Clang, GNUstep, Boost]
	clients/apple/test.sh

.PHONY: interop
interop: recall ## The clients of all languages in one conversation: each recalls, each ends with the same tombstones (ARGS='--without cpp')
	@$(tools) java dynamodb-local elasticmq
	@./recall interop $(ARGS)

.PHONY: test-scripts
test-scripts: ## The scripts: restoring without what was recalled, the checks of the template, another home [Go, Python, SAM, Java]
	@$(tools) sam java dynamodb-local
	.tools/sam/bin/python -m unittest discover -q -s scripts

.PHONY: check-deploy
check-deploy: sam-build ## Proves of the template what can be proved without an AWS account [Go, SAM, checkov]
	@$(tools) sam checkov
	@.tools/sam/bin/python scripts/check-deploy.py

.PHONY: test-sam
test-sam: ## `sam local invoke` of each function, in containers, against the local stack
	@$(tools) sam docker java dynamodb-local elasticmq
	@scripts/test-sam.sh

##@ Measuring (docs/performance.md has the results; ARGS='--help' lists what can be changed)
.PHONY: bench peers bench-cold bench-offline bench-compare
bench: recall ## How long a recall takes, beside its floor: make bench ARGS='--large'
	@$(tools) java dynamodb-local elasticmq
	@./recall bench latency $(ARGS)
peers: recall ## Recall beside AWS's sample chat, with up to 10,000 connections
	@$(tools) java dynamodb-local elasticmq
	@./recall bench peers $(ARGS)
bench-cold: recall ## How long the functions take to start
	@$(tools) java dynamodb-local elasticmq
	@./recall bench cold $(ARGS)
bench-offline: recall ## The local stack beside serverless-offline
	@$(tools) java dynamodb-local serverless-offline
	@$(path); ./recall bench offline $(ARGS)
bench-compare: ## Processor time and memory of this tree against a commit: make bench-compare AGAINST=HEAD~1
	@scripts/bench-compare.sh $(AGAINST)

##@ Deploying
.PHONY: sam-build
sam-build: ## Builds the functions as they are deployed (ARCHITECTURE=arm64 or x86_64)
	@$(tools) sam
	@$(path); sam build --parameter-overrides Architecture=$(ARCHITECTURE) TokenSecret=$$(printf '%032d' 0)
	@wc -c .aws-sam/build/*/bootstrap

.PHONY: deploy
deploy: sam-build ## Builds and deploys: make deploy CONFIG=prod ARGS='--parameter-overrides …'
	@$(path); sam deploy --config-env $(CONFIG) $(ARGS)

.PHONY: release
release: ## Makes a release's files in build/release: make release VERSION=v1.2.3
	@$(tools) sam
	scripts/release.sh $(VERSION)

# `sam build` calls these with ARTIFACTS_DIR, in the project's root (build_in_source in samconfig.toml). It does not say for
# which processor, so ARCHITECTURE does.
capitalized = $(shell name=$(1); printf '%s' "$${name^}")
build_targets :=
define build_function
build_targets += build-$(call capitalized,$(1))Function
.PHONY: build-$(call capitalized,$(1))Function
build-$(call capitalized,$(1))Function:
	GOOS=linux GOARCH=$(if $(filter x86_64,$(ARCHITECTURE)),amd64,arm64) $$(go_build) -o "$$(or $$(ARTIFACTS_DIR),build/$(call capitalized,$(1))Function)/bootstrap" ./functions/$(1)
endef
$(foreach function,$(functions),$(eval $(call build_function,$(function))))

# What the functions' starts are compared with, built as they are.
.PHONY: build-BareFunction
build-BareFunction:
	cd performance; GOOS=linux GOARCH=$(if $(filter x86_64,$(ARCHITECTURE)),amd64,arm64) $(go_build) -o "$(ARTIFACTS_DIR)/bootstrap" ./coldstart/bare

# ---- Files ---------------------------------------------------------------------------------------------------------------
demo_sources := $(shell find demo clients/web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path 'clients/web/tencent/*' 2>/dev/null)
demo/dist: $(demo_sources)
	@$(tools) node
	@$(path); demo/build.sh
	@touch demo/dist
