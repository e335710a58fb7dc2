# What CI runs is `make check`. Everything needs Python 3.11 or newer, nothing else.

PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
UV := $(BIN)/uv
STAMP := $(VENV)/.installed
WEB := sheetflow/workspace/web
VENDOR := $(WEB)/static/vendor/.installed
COMPILE := $(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-annotate --no-header --upgrade
OLD_PYTHON := 'sheetflow needs Python 3.11 or newer; none was found as $(PYTHON) or python3.N. Name one: make PYTHON=/path/to/python3'

.DEFAULT_GOAL := help
.PHONY: help venv run demo screenshots test explore check format audit lock bench clean

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1\t/p' $(MAKEFILE_LIST)

venv: $(STAMP) $(VENDOR) ## the virtual environment, from the hashed lock

$(STAMP): requirements.lock pyproject.toml
	@test -x $(BIN)/python || { \
		for python in $(PYTHON) python3.14 python3.13 python3.12 python3.11; do \
			if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
				$$python -m venv $(VENV) && exit 0; \
				rm -rf $(VENV); exit 1; \
			fi; \
		done; \
		echo $(OLD_PYTHON) >&2; exit 1; }
	@# uv comes out of the same lock, by its hash: pip installs that one entry, uv all the others.
	@sed -n '/^uv==/,/[^\\]$$/p' requirements.lock > $(VENV)/uv.txt
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $(VENV)/uv.txt
	@VIRTUAL_ENV=$(VENV) $(UV) pip sync --quiet --require-hashes --compile-bytecode requirements.lock
	@VIRTUAL_ENV=$(VENV) $(UV) pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

$(VENDOR): $(WEB)/package.json $(WEB)/package-lock.json .ci/vendor.py | $(STAMP)
	@$(BIN)/python .ci/vendor.py
	@test ! -e $@ || touch $@

run: $(STAMP) $(VENDOR) ## the local workspace, with demo data
	$(BIN)/sheetflow local --demo

demo: $(STAMP) ## every person's part played on a fresh local workspace
	$(BIN)/sheetflow demo --requests tests/data/requests.csv

screenshots: $(STAMP) $(VENDOR) ## pictures of every page, with chromium: into build/, the README's into docs/
	$(BIN)/python -m tests.screenshots

test: $(STAMP) $(VENDOR) ## the tests
	$(BIN)/python -m pytest -n 2 --dist worksteal

explore: $(STAMP) $(VENDOR) ## the property tests, on examples that no run has seen
	SHEETFLOW_EXAMPLES=random $(BIN)/python -m pytest -n 2 tests/property

torture: $(STAMP) $(VENDOR) ## what CI does in short in full: kills at every call, more and other examples, the longest suites
	rm -rf build/torture
	SHEETFLOW_LONG=1 SHEETFLOW_EXAMPLES=random $(BIN)/python -m pytest -n 2 --dist worksteal \
		tests/torture tests/faults tests/scenario tests/property tests/clients; \
		ended=$$?; $(BIN)/python -m tests.torture && exit $$ended

check: $(STAMP) $(VENDOR) ## what CI runs
	$(BIN)/python .ci/locks.py check
	$(BIN)/python .ci/readme.py check
	$(BIN)/python .ci/emulator_docs.py check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -n 2 --dist worksteal

format: $(STAMP) ## ruff's formatting and its safe fixes
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/python .ci/readme.py fill
	$(BIN)/python .ci/emulator_docs.py fill

audit: $(STAMP) ## known vulnerabilities of what is pinned; asks the package index, so it takes a network
	$(UV) tool run pip-audit --require-hashes --disable-pip -r requirements.lock -r functions/requirements.txt

lock: $(STAMP) ## both locks anew, with the newest versions allowed
	$(COMPILE) --extra dev pyproject.toml -o requirements.lock
	$(COMPILE) --constraint requirements.lock --extra invoices --extra orders pyproject.toml -o functions/requirements.txt
	$(BIN)/python .ci/locks.py stamp

bench: $(STAMP) ## timings, as ratios
	$(BIN)/python -m tests.bench

clean: ## everything that can be made again
	rm -rf $(VENV) dist build .mypy_cache .ruff_cache .pytest_cache .import_linter_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
