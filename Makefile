# `make serve` and `make test` set up everything they need.

PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
READY  := $(VENV)/.ready
export NO_MKDOCS_2_WARNING := 1

.PHONY: serve build offline check coverage slips markdown test lint fonts bench requirements clean

$(READY): requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

serve: $(READY)
	$(BIN)/mkdocs serve --open

build: $(READY)
	$(BIN)/mkdocs build --strict

offline: $(READY)
	OFFLINE=true $(BIN)/mkdocs build --strict -d offline

check: $(READY)
	$(BIN)/python hooks/check.py

coverage: $(READY)
	$(BIN)/python hooks/check.py --coverage

slips: $(READY)
	$(BIN)/python hooks/check.py --slips

markdown: $(READY)
	$(BIN)/python hooks/plain.py $(or $(DIR),markdown)

test: $(READY)
	$(BIN)/python -m pytest -q -n auto --dist worksteal

lint: $(READY)
	$(BIN)/ruff check hooks labs tests bench fonts
	$(BIN)/ruff format --check hooks labs tests bench fonts
	$(BIN)/mypy

fonts: $(READY)
	$(BIN)/python -m pip install --quiet 'fonttools[woff]' fontpkg-inter fontpkg-source-serif-4 ziamath
	$(BIN)/python fonts/subset.py

bench: $(READY)
	$(BIN)/python bench/run.py

requirements: $(READY)
	$(BIN)/python -m pip install --quiet pip-tools
	$(BIN)/pip-compile --quiet --extra dev --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links --output-file requirements.txt pyproject.toml

clean:
	rm -rf $(VENV) site offline
