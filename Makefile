# Everything a person does here, by name. `make` alone lists it. Set-up needs only Python and make.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
LEARN := build/learn-venv

.PHONY: learn
.PHONY: help setup report test oldest check notebooks peers web app lab lock clean

BIN := .venv/bin
STAMP := .venv/.installed
NEEDED := import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))

# The first Python of this computer that fits; or `make setup PYTHON=/some/python3.12`
PYTHON ?= $(shell for python in python3 python3.13 python3.12 python3.11 python; do \
	$$python -c '$(NEEDED)' 2>/dev/null && echo $$python && break; done)
# Small arrays gain nothing from threads of their own, and two test processes would fight for the cores
export OPENBLAS_NUM_THREADS := 1
export OMP_NUM_THREADS := 1

PYTEST_ARGS ?= -n 2 --dist loadgroup
RUN_ARGS ?=
LOCK_ARGS ?=
DATA ?= ../shared/benchmarks
PEERS_ARGS ?=

# An environment holds the path of its folder and of its Python: after a move of either it is made again
USABLE := $(shell test "$$(cat $(STAMP) 2>/dev/null)" = "$(CURDIR)" && $(BIN)/python -c '' 2>/dev/null && echo yes)

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-10s %s\n", $$1, $$2 }' $(firstword $(MAKEFILE_LIST))

setup: $(STAMP) ## install into .venv what requirements.lock names; nothing to do when it is up to date

# The stamp goes first and comes back last, so an interrupted set-up starts over from an empty environment
$(STAMP): requirements.lock pyproject.toml $(if $(USABLE),,out-of-place)
	@$(if $(PYTHON),$(PYTHON) -c '$(NEEDED)' 2>/dev/null,false) || { \
		echo "Python 3.11, 3.12 or 3.13 is needed, and '$(or $(PYTHON),python3)' is not one:" \
			"install one, or name it: make setup PYTHON=python3.12" >&2; exit 1; }
	@echo "Setting up .venv (a minute or two the first time)"
	@rm -f $@
	@$(if $(USABLE),,$(PYTHON) -m venv --clear .venv)
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --require-hashes -r requirements.lock
	@$(BIN)/python -m pip --disable-pip-version-check install --quiet --no-deps --no-build-isolation -e .
	@echo "$(CURDIR)" > $@

.PHONY: out-of-place
out-of-place:

report: $(STAMP) ## make every report and their index; RUN_ARGS="--plan P --lang fr" narrows
	@status=0; $(BIN)/forecast run $(RUN_ARGS) || status=$$?; \
	if [ -f results/index.html ]; then echo "Reports: $(CURDIR)/results/index.html"; fi; exit $$status

test: $(STAMP) ## all tests; PYTEST_ARGS="-k words" narrows
	$(BIN)/python -m pytest $(if $(FORECAST_NO_SKIPS),-p tests.plugins.no_skips) $(PYTEST_ARGS)

check: $(STAMP) ## format, lint, types, direction of imports, spelling, data and parameters
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/codespell
	$(BIN)/forecast check

# In a folder of .venv, so that a clean copy has one environment; from a lock of its own, so that it does not drift
oldest: $(STAMP) ## all tests with the oldest dependencies that pyproject.toml allows
	@$(BIN)/uv venv --quiet --clear --python $(BIN)/python .venv/oldest
	@$(BIN)/uv pip sync --quiet --python .venv/oldest/bin/python --require-hashes --compile-bytecode requirements.oldest.lock
	@$(BIN)/uv pip install --quiet --python .venv/oldest/bin/python --no-deps --no-build-isolation -e .
	.venv/oldest/bin/python -m pytest $(if $(FORECAST_NO_SKIPS),-p tests.plugins.no_skips) $(PYTEST_ARGS)

notebooks: $(STAMP) ## execute every notebook with its default parameters
	$(BIN)/python -m pytest --nbmake --nbmake-timeout=600 notebooks

learn: $(STAMP) $(LEARN)/.installed ## learn the default model again, a quarter of an hour; DATA=DIR names the series
	$(LEARN)/bin/python benchmarks/learn.py --data $(DATA)
	$(BIN)/python benchmarks/measure.py --data $(DATA)

# What only learning needs, on top of .venv
$(LEARN)/.installed: benchmarks/learn/requirements.lock $(STAMP)
	@$(BIN)/python -m venv --clear $(LEARN)
	@$(LEARN)/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes --no-deps -r $<
	@echo "import site; site.addsitedir('$$($(BIN)/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')')" > \
		"$$($(LEARN)/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')/project.pth"
	@touch $@

# In an environment of its own, outside .venv: statsforecast needs an older pandas. Goes on where it was stopped
peers: build/peers-venv/.installed ## forecasts of other tools for benchmarks/accuracy.py, about an hour; DATA=DIR names the series
	build/peers-venv/bin/python benchmarks/peers/run.py --data $(DATA) $(PEERS_ARGS)

build/peers-venv/.installed: benchmarks/peers/requirements.lock
	@$(if $(PYTHON),$(PYTHON) -m venv --clear build/peers-venv,false)
	@build/peers-venv/bin/python -m pip --disable-pip-version-check install --quiet --require-hashes -r $<
	@touch $@

web: ## build the explorer's page again from web/; needs Node.js 20 and npm
	cd web && npm ci --ignore-scripts --no-audit --no-fund && npm run build

lab: $(STAMP) ## open the notebooks in JupyterLab
	$(BIN)/forecast lab

app: $(STAMP) ## open the what-if explorer in the browser, without JupyterLab
	$(BIN)/forecast app

lock: $(STAMP) ## make both locks again from pyproject.toml; LOCK_ARGS=--upgrade takes newer versions
	$(BIN)/uv pip compile pyproject.toml --quiet --extra dev --universal --python-version 3.11 \
		--generate-hashes --no-emit-index-url --no-header $(LOCK_ARGS) -o requirements.lock
	$(BIN)/uv pip compile pyproject.toml --quiet --extra dev --universal --python-version 3.11 --resolution lowest-direct \
		--generate-hashes --no-emit-index-url --no-header $(LOCK_ARGS) -o requirements.oldest.lock

clean: ## remove .venv and caches; results/ is kept
	rm -rf .venv .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find src tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} +
