# One command per intention; people and CI call the same ones.
# Needs python3 (3.11 or newer) with venv, git and make. Everything else goes into .venv.

PYTHON ?= python3
PORT ?=
DEMO_ARGS ?=
SERVE_ARGS ?=
TEST_ARGS ?=
BENCH_ARGS ?=
WORKERS ?= 2

VENV := .venv
BIN := $(VENV)/bin
RUNTIME := $(VENV)/.runtime-installed
DEV := $(VENV)/.dev-installed
PAGE_SOURCES := $(shell find scanner/pwa -path scanner/pwa/node_modules -prune -o -type f -print)
PAGE := $(BIN)/python scanner/pwa/backend/page_backend.py
PORT_ARG = $(if $(PORT),--port $(PORT))
PLAIN_PAGE := npm could not be used: the scanner page was made without its own reader of codes, the hub reads for it.
PIP := $(BIN)/python -m pip --disable-pip-version-check install --quiet -c constraints.txt

.DEFAULT_GOAL := help
.NOTPARALLEL:
.PHONY: help demo serve test check bench format clean kiosk-install

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-13s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# The program says goodbye by itself on Ctrl-C, so an interrupt (130) is not an error here.
demo: $(RUNTIME) ## A whole evening on this computer: a pretended platform, a hub, the scanner page (PORT=, DEMO=both, DEMO_ARGS=)
	@trap : INT; $(BIN)/doorcheck demo $(PORT_ARG) $(if $(DEMO),--platforms $(DEMO)) $(DEMO_ARGS) || [ $$? -eq 130 ]

serve: $(RUNTIME) ## The hub with your own settings (PORT=, SERVE_ARGS=)
	@trap : INT; $(BIN)/doorcheck serve $(PORT_ARG) $(SERVE_ARGS) || [ $$? -eq 130 ]

test: $(DEV) ## All tests (TEST_ARGS="-k outbox", WORKERS=4)
	$(PAGE) test
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadscope --no-loadscope-reorder -m "not soak" $(TEST_ARGS)

check: $(DEV) ## Format, lint, types, architecture, migrations
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy --strict
	$(BIN)/lint-imports
	$(BIN)/python -m migrations.check
	$(PAGE) check

bench: $(DEV) ## Measure speed against a floor measured in the same run (BENCH_ARGS=)
	$(BIN)/python -m benchmarks $(BENCH_ARGS)

format: $(DEV) ## Put the sources in shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(PAGE) format

kiosk-install: ## Make a kiosk of this machine: 64-bit Raspberry Pi OS or Debian (docs/kiosk.md)
	@if [ "$$(id -u)" -eq 0 ]; then deploy/kiosk/install; else sudo deploy/kiosk/install; fi

clean: ## Remove everything that make can make again (never data)
	rm -rf $(VENV) build dist *.egg-info test-artifacts scanner/page scanner/pwa/node_modules
	rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	find app scanner migrations tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +

define venv
	@command -v $(PYTHON) >/dev/null \
	    || { echo "$(PYTHON) is missing. Cure: apt-get install python3 python3-venv, or make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	    || { echo "$(PYTHON) is older than 3.11. Cure: install a newer one and run make PYTHON=python3.12"; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null \
	    || { echo "$(PYTHON) has no venv. Cure: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv --clear $(VENV)
endef

# pip is the last thing a new venv gets: without it the making was interrupted, and starts over.
$(BIN)/pip:
	$(venv)

$(RUNTIME): pyproject.toml constraints.txt $(PAGE_SOURCES) | $(BIN)/pip
	@echo "Installing doorcheck into $(VENV) ..."
	@$(PIP) -e .
	@grep -q '"how":"plain"' scanner/page/made.json && echo "$(PLAIN_PAGE)" || true
	@touch $@

$(DEV): pyproject.toml constraints.txt $(PAGE_SOURCES) | $(BIN)/pip
	@echo "Installing doorcheck and its tools into $(VENV) ..."
	@$(PIP) -e '.[dev,postgres]'
	@touch $(RUNTIME) $@
