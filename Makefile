# The house commands. Each needs only make and Python 3.11 or newer with venv;
# what else they need is installed into .venv from the locked files in requirements/.
# PYTHON=/path/to/python chooses the interpreter.

PYTHON ?=
export PYTHON

BIN := .venv/bin
INSTALL := @sh requirements/install.sh
WORKERS ?= 2
PYTEST_ARGS ?=

.PHONY: help demo serve test check fix bench docs lock clean
.DEFAULT_GOAL := help

help: ## say what each command does
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-7s %s\n", $$1, $$2 }' Makefile

demo: ## build the example's reports into build/demo and its ledger into build/demo-home
	$(INSTALL) runtime
	@$(BIN)/python examples/maxima_2020/demo.py
	@$(BIN)/cartulary demo --no-serve

serve: ## open the app with the example programme; prints the address, accounts and codes
	$(INSTALL) runtime
	@$(BIN)/cartulary demo

test: check ## everything that must hold: check, then every test
	@sh requirements/browser.sh
	@$(if $(PYTEST_ARGS),true,$(BIN)/python -m pytest tests/registry --database postgresql -n $(WORKERS) -q)
	@$(BIN)/python -m pytest -n $(WORKERS) $(PYTEST_ARGS)

check: ## style, types and the layers, without the tests
	$(INSTALL) test
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy
	@$(BIN)/lint-imports

fix: ## put style right where that can be done by machine
	$(INSTALL) test
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .

bench: ## speed and memory, as ratios to the peers, in one run
	$(INSTALL) benchmark
	@$(BIN)/python -m benchmarks

docs: ## write the reference of definitions, commands and functions into build/docs
	$(INSTALL) runtime
	@$(BIN)/python docs/build.py build/docs

# UPGRADE=--upgrade takes the newest releases; without it pins that still fit are kept.
UPGRADE ?=
COMPILE = $(BIN)/uv pip compile --quiet $(UPGRADE) --universal --fork-strategy fewest \
	--python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
	--custom-compile-command "make lock"

EXTRAS = --extra reports --extra registry --extra postgresql --extra twin --extra calibration

# Each file holds to the one before it, so that no package stands in two versions.
lock: ## work out the locked requirement files anew
	$(INSTALL) lock
	@$(COMPILE) pyproject.toml $(EXTRAS) -o requirements/runtime.txt
	@$(COMPILE) pyproject.toml $(EXTRAS) --group benchmark \
		-c requirements/runtime.txt -o requirements/benchmark.txt
	@$(COMPILE) pyproject.toml $(EXTRAS) --group test \
		-c requirements/benchmark.txt -o requirements/test.txt
	@$(COMPILE) pyproject.toml $(EXTRAS) --extra dask --extra gpu \
		-c requirements/test.txt -o requirements/beyond.txt
	@$(COMPILE) --group build -c requirements/test.txt -o requirements/build.txt
	@$(COMPILE) --group lock -c requirements/test.txt -o requirements/lock.txt

clean: ## remove what the commands above made, .venv too
	rm -rf .venv build dist .hypothesis .mypy_cache .pytest_cache .ruff_cache .import_linter_cache
	find src tests examples benchmarks docs -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
