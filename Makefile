# Two commands do everything on a fresh machine with Python 3.11-3.13 and make:  make demo   make test
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PYTEST := $(BIN)/pytest

.PHONY: demo serve test check format lint types docs bench clean

demo: $(VENV)/.demo            ## the main job on the embedded world; says where the report is
	$(BIN)/peyvand run --out peyvand-out

serve: $(VENV)/.serve          ## the workbench in a browser
	$(BIN)/peyvand serve

test: $(VENV)/.test            ## the whole suite
	$(PYTEST) -n auto

check: $(VENV)/.check lint types test docs   ## everything that CI asks

format: $(VENV)/.check
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

lint: $(VENV)/.check
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/.check
	$(BIN)/mypy

docs: $(VENV)/.check
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --config-file mkdocs.en.yml
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build --strict --quiet --config-file mkdocs.fa.yml

bench: $(VENV)/.bench          ## speed against the peers; PEYVAND_BENCH_SIZE=toy for a smoke run
	$(BIN)/python -m benchmarks

clean:
	rm -rf $(VENV) site peyvand-out

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.demo: $(BIN)/python pyproject.toml constraints.txt
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

$(VENV)/.serve: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[web,news]"
	@touch $@

$(VENV)/.test: $(VENV)/.demo
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test]"
	@touch $@

$(VENV)/.check: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,lint,docs]"
	@touch $@

$(VENV)/.bench: $(VENV)/.test
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e ".[test,bench]"
	@touch $@
