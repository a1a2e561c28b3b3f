# On a machine with only Go and make, run `make run`, then open http://127.0.0.1:3000/. `make test` runs what CI runs.
#
#   T=Pattern    test-go runs only tests whose name matches          make test-go T=TestTheWindowsEdge PKG=./shared/recall
#   PKG=./path   test-go runs only this package                      make test-go PKG=./shared/recall

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

# What make test runs, and what it needs to be installed. The first stages find mistakes soonest. Of the others the longest
# come first, so that two at a time end at about the same time.
stages := lint model test-cpp test-go race test-web test-android test-tencent test-scripts test-apple check-deploy
test_tools := java maven python node gcc dynamodb-local elasticmq versitygw foreign lambda-runtimes staticcheck gosec sam checkov chromium spin cpp boost conan mingw wine gnustep

functions := authorize connect send revoke sync finish publish push deliver admin canary
tools := scripts/require.sh
path := . scripts/path.sh
export SAM_CLI_TELEMETRY := 0

# The binary of a function is static, and has no debugging tables and no RPC mode of Lambda's old Go runtime, which makes it
# a third smaller. The same source gives the same bytes.
# GOWORK=off: the functions' own go.mod decides the versions, whatever the tools need.
go_build = GOWORK=off CGO_ENABLED=0 go build -tags lambda.norpc -trimpath -buildvcs=false -ldflags='-s -w'

.PHONY: help
help: ## Shows this list
	@awk 'BEGIN {FS = ":.*## "} /^##@/ {printf "\n%s\n", substr($$0, 5)} /^[a-zA-Z][a-zA-Z-]*:.*## / {printf "  %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# npm may not be able to deliver Tencent's packages. Everything else runs without them.
build_tencent = clients/web/tencent/build.sh && echo "Tencent's chat UI is at the address of the demo page with tencent/ after it" || \
	echo "Tencent's chat UI was not built. To see why, run clients/web/tencent/build.sh"

##@ Every day
.PHONY: run
run: demo/dist recall ## Starts everything on this machine: WebSocket API, functions, tables, bucket, demo page (ARGS=--tencent: with Tencent's chat UI, ARGS=--push: with notifications)
	@$(tools) java dynamodb-local elasticmq versitygw
	@$(if $(filter --tencent,$(ARGS)),$(build_tencent))
	@$(if $(filter --push,$(ARGS)),push=$$(demo/push.sh) &&) ./recall local --strict --parameter Attachments=on \
		$(if $(filter --push,$(ARGS)),$$push) $(filter-out --tencent --push,$(ARGS))

.PHONY: bot
bot: ## Starts an example bot beside make run. It answers Alice as Bob, and stops in mid-answer when she recalls her question
	@clients/web/examples/bot.sh $(ARGS)

.PHONY: recall
recall: ## Builds the command line, ./recall
	@go build -trimpath -o recall ./cmd/recall

.PHONY: setup
setup: ## Installs everything that is needed for building and testing
	$(tools) $(test_tools) docker

.PHONY: test
test: ## Checks and tests everything, as CI does, two stages at a time (JOBS=1 for one)
	@$(tools) $(test_tools)
	@scripts/run-stages.sh $(stages)

.PHONY: test-quick
test-quick: ## Runs the tests to run while you work: rules, storage on DynamoDB Local, functions, frames [Go, Java]
	@$(tools) java dynamodb-local versitygw
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
clean: ## Removes everything that was built (the tools in .tools stay)
	rm -rf .aws-sam build performance/*/build performance/*/*/build demo/dist recall

##@ Parts of test
.PHONY: lint
lint: ## Checks the code with gofmt, go mod tidy, go vet (each module by itself), staticcheck, gosec, and checks shell syntax [Go]
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
vulnerabilities: ## Looks for known vulnerabilities in what the Go code calls. It is not part of test, because it needs vuln.go.dev
	@go run golang.org/x/vuln/cmd/govulncheck@v1.9.0 work || { echo "vulnerabilities: found some, or https://vuln.go.dev could not be reached (this target needs the internet)" >&2; exit 1; }

.PHONY: test-go
test-go: ## Tests Go: functions, command line, searches for failures, end to end with real binaries [Go, Java, Python, Node]
	@$(tools) java dynamodb-local elasticmq versitygw foreign lambda-runtimes sam
	$(path); go test -vet=off -timeout 40m -run '$(T)' $(PKG)

.PHONY: race
race: ## Tests Go under the race detector: rules, storage on DynamoDB Local, client, local stack [Go, C compiler, Java, Python, Node]
	@$(tools) gcc java dynamodb-local elasticmq versitygw lambda-runtimes
	go test -vet=off -race $(raced)

.PHONY: repeat
repeat: ## Runs each Go test COUNT times under the race detector, while LOAD busy loops run: make repeat COUNT=20 LOAD=2 PKG=./shared/recall
	@$(tools) gcc java dynamodb-local elasticmq versitygw lambda-runtimes
	@COUNT=$(COUNT) LOAD=$(LOAD) scripts/repeat-tests.sh $(if $(filter command line,$(origin PKG)),$(PKG))

.PHONY: model
model: ## Checks the formal model of who learns of a recall, in all interleavings (FULL=1 for larger bounds) [Spin, C compiler]
	@reliability/model/check.sh $(if $(FULL),--full)

.PHONY: soak
soak: ## Searches for failures until it is stopped (SECONDS=600 ends it after this time, SEED=n repeats a search)
	@$(tools) java dynamodb-local elasticmq
	@mkdir -p build
	@go test -tags soak -c -o build/reliability.test ./reliability
	@cd reliability && ../build/reliability.test -test.run '^TestSoak$$' -test.timeout 0 -soak.seconds $(or $(SECONDS),0) -soak.seed $(or $(SEED),0)

.PHONY: faults
faults: ## Tries every fault at every outside call of every action (test has every kill, and a third of the others)
	@$(tools) java dynamodb-local
	go test -count=1 -timeout 60m -v -run 'ToACall' ./reliability -faults.all | grep -v '^=== '

.PHONY: mutants
mutants: ## Plants known bugs, one at a time, and checks that a test catches each
	@$(tools) java dynamodb-local versitygw maven cpp boost gnustep
	@go run ./reliability/mutants

.PHONY: fuzz
fuzz: ## Fuzzes everything that reads bytes from outside, SECONDS each (20)
	@reliability/fuzz.sh $(or $(SECONDS),20)

.PHONY: test-web test-tencent test-android test-cpp test-apple
test-web: ## Tests the web client and the demo page [Go, Java, Node, Chromium]
	clients/web/test.sh
test-tencent: ## Tests Tencent's chat UI, as npm has it, on the web client, in a browser against the local stack [Go, Java, Node, Chromium]
	clients/web/tencent/test.sh
test-android: ## Tests the Android client [Go, Java, Maven]
	clients/android/test.sh
test-cpp: ## Tests the C++ client, for Linux and Windows [Go, Java, C++, Boost, MinGW, Wine]
	clients/cpp/test.sh
test-apple: ## Tests the Objective-C client, on GNUstep [Go, Java, Clang, GNUstep, Boost]
	clients/apple/test.sh

.PHONY: interop
interop: recall ## Runs the clients in all languages in one conversation, and compares their tombstones (ARGS='--without cpp')
	@$(tools) java dynamodb-local elasticmq
	@./recall interop $(ARGS)

.PHONY: test-scripts
test-scripts: ## Tests the scripts: restoring without recalled texts, the checks of the template, another home [Go, Python, SAM, Java]
	@$(tools) sam java dynamodb-local
	.tools/sam/bin/python -m unittest discover -q -s scripts

.PHONY: check-deploy
check-deploy: sam-build ## Checks everything about the template that can be checked without an AWS account [Go, SAM, checkov]
	@$(tools) sam checkov
	@.tools/sam/bin/python scripts/check-deploy.py

.PHONY: test-sam
test-sam: ## Runs `sam local invoke` of each function, in containers, against the local stack
	@$(tools) sam docker java dynamodb-local elasticmq
	@scripts/test-sam.sh

##@ Measuring (docs/performance.md has the results, and ARGS='--help' lists what can be changed)
.PHONY: bench peers bench-cold bench-emulators bench-compare
bench: recall ## Measures how long a recall takes, compared with the least that is possible: make bench ARGS='--large'
	@$(tools) java dynamodb-local elasticmq
	@./recall bench latency $(ARGS)
peers: recall ## Compares Recall with the sample chat of AWS, with up to 10,000 connections
	@$(tools) java dynamodb-local elasticmq
	@./recall bench peers $(ARGS)
bench-cold: recall ## Measures how long the functions take to start
	@$(tools) java dynamodb-local elasticmq
	@./recall bench cold $(ARGS)
bench-emulators: recall ## Compares the local stack with serverless-offline and MiniStack: rules, start-up, round trip, frames, memory
	@$(tools) lambda-runtimes serverless-offline ministack
	@$(path); NODE_PATH="$(CURDIR)/.tools/lambda-node/node_modules" ./recall bench emulators $(ARGS)
bench-compare: ## Compares processor time and memory of this tree with those of a commit: make bench-compare AGAINST=HEAD~1
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

.PHONY: verify-aws
verify-aws: recall ## Finds out what is true of AWS in your account, and removes what it made: make verify-aws ARGS='--region eu-central-1'
	@$(tools) sam
	@$(path); ./recall verify $(ARGS)

.PHONY: release
release: ## Makes the files of a release in build/release: make release VERSION=v1.2.3
	@$(tools) sam
	scripts/release.sh $(VERSION)

# `sam build` calls these targets with ARTIFACTS_DIR, in the root of the project (build_in_source in samconfig.toml). It does
# not say for which processor, so ARCHITECTURE does.
capitalized = $(shell name=$(1); printf '%s' "$${name^}")
build_targets :=
define build_function
build_targets += build-$(call capitalized,$(1))Function
.PHONY: build-$(call capitalized,$(1))Function
build-$(call capitalized,$(1))Function:
	GOOS=linux GOARCH=$(if $(filter x86_64,$(ARCHITECTURE)),amd64,arm64) $$(go_build) -o "$$(or $$(ARTIFACTS_DIR),build/$(call capitalized,$(1))Function)/bootstrap" ./functions/$(1)
endef
$(foreach function,$(functions),$(eval $(call build_function,$(function))))

# The starts of the functions are compared with this program, which is built in the same way.
.PHONY: build-BareFunction
build-BareFunction:
	cd performance; GOOS=linux GOARCH=$(if $(filter x86_64,$(ARCHITECTURE)),amd64,arm64) $(go_build) -o "$(ARTIFACTS_DIR)/bootstrap" ./coldstart/bare

# ---- Files ---------------------------------------------------------------------------------------------------------------
demo_sources := $(shell find demo clients/web -type f -not -path '*/node_modules/*' -not -path '*/dist/*' -not -path 'clients/web/tencent/*' 2>/dev/null)
demo/dist: $(demo_sources)
	@$(tools) node
	@$(path); demo/build.sh
	@touch demo/dist
