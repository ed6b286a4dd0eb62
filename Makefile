# `make serve` and `make test` set up everything they need.

PYTHON ?= python3
ADDR   ?= 127.0.0.1:8000
VENV   := .venv
BIN    := $(VENV)/bin
VERSION := $(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])')
READY   := $(VENV)/.ready-$(VERSION)
# What tests and tools need beside it: a browser's driver, types, linters. Serving and building need none of it.
DEV     := $(VENV)/.dev-$(VERSION)
export NO_MKDOCS_2_WARNING := 1
# Compiled modules are kept: where an environment forbids it, each of the many processes would compile them anew.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: serve build book release offline check coverage watch new diff schemas test golden lint bench peers train experiments requirements

# What was typed reaches the shell as it stands, `$` and spaces among it.
$(foreach name,ID CONFIG BIB OF ARXIV NAME DAY PARENT TOTAL LICENCE REV RULE MARKDOWN COPIES,$(eval export TYPED_$(name) := $$(value $(name))))

$(READY): requirements.txt
	@$(PYTHON) -c 'import sys; sys.exit("this needs Python 3.11 or newer, and $(PYTHON) is %d.%d: make PYTHON=python3.13 …" % sys.version_info[:2] if sys.version_info < (3, 11) else 0)'
	@old=$$($(BIN)/python -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null); \
	if [ -n "$$old" ] && [ "$$old" != "$(VERSION)" ]; then echo "$(VENV) is of Python $$old: it is made anew with $(VERSION)"; rm -rf $(VENV); fi
	@echo "Installing packages into $(VENV), once; it takes about a minute."
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements.txt
	touch $@

$(DEV): requirements-dev.txt $(READY)
	$(BIN)/python -m pip install --disable-pip-version-check --require-hashes -r requirements-dev.txt
	touch $@

# make serve ID=deepseek-v3: the pages of one entry alone, which follow a change in two seconds; ID=guides/experts: one guide.
serve: $(READY)
	PREVIEW="$$TYPED_ID" $(BIN)/mkdocs serve --open --dev-addr $(ADDR)

build: $(READY)
	$(BIN)/mkdocs build --strict

# Guides and techniques as PDF and EPUB, sheets of problems and a deck of cards in book/, for the next `make release`. Needs Chromium; SITE_URL for links out of it.
book: build $(DEV)
	$(BIN)/python tools/book site book

# Takes along what `make book` made, the offline site, and the data of releases before it, which it keeps in releases/.
release: offline
	$(BIN)/python -m zipfile -c offline.zip offline/
	COMPRESS=true $(BIN)/mkdocs build --strict
	mkdir -p releases && cp site/data/releases/*.zip releases/

offline: $(READY)
	OFFLINE=true $(BIN)/mkdocs build --strict -d offline

# make check ID=deepseek-v3: with what this entry does not say yet. RULE=dates_in_order: what this rule of data/FIELDS.md finds alone.
check: $(READY)
	@$(BIN)/python hooks/check.py check --entry "$$TYPED_ID" --rule "$$TYPED_RULE"

coverage: $(READY)
	@$(BIN)/python hooks/check.py coverage

# What the places of UPDATING.md list and the catalogue does not, and dead links; writes what was read into data/watched.json. COPIES=folder.
watch: $(READY)
	@$(BIN)/python tools/watch.py $${TYPED_MARKDOWN:+--markdown "$$TYPED_MARKDOWN"} $${TYPED_COPIES:+--copies "$$TYPED_COPIES"}

# make new ID=deepseek-x CONFIG=config.json BIB=paper.bib: the file of an entry and its references, with what these say.
# ARXIV=2601.01234 NAME=DeepSeek-X DAY=2026-01-31 PARENT=deepseek-v3 TOTAL=671B LICENCE=MIT say more; a model
# of another maker belongs into data/contemporaries.yaml.
# make new ID=deepseek-v3-0815 OF=deepseek-v3 DAY=2027-08-15 LICENCE=MIT: a later checkpoint with the same network, three lines of its family.
new: $(READY)
	@test -n "$$TYPED_ID" || { echo "say which: make new ID=deepseek-x CONFIG=config.json BIB=paper.bib"; exit 1; }
	@$(BIN)/python hooks/check.py new "$$TYPED_ID" --config "$$TYPED_CONFIG" --bib "$$TYPED_BIB" --of "$$TYPED_OF" --arxiv "$$TYPED_ARXIV" \
	  --name "$$TYPED_NAME" --day "$$TYPED_DAY" --parent "$$TYPED_PARENT" --total "$$TYPED_TOTAL" --licence "$$TYPED_LICENCE"

# make diff REV=main: the facts that changed since a revision, and what follows from them.
diff: $(READY)
	@$(BIN)/python hooks/check.py diff "$${TYPED_REV:-HEAD}"

# The JSON Schemas, the reference of fields and the policy in deploy/, which are written from the code.
schemas: $(READY)
	@$(BIN)/python hooks/check.py schemas

test: $(DEV)
	$(BIN)/python -m pytest -q -n auto --dist worksteal

# The text of the small site that tests hold it against; read what `git diff` shows before you commit it.
golden: $(DEV)
	@$(BIN)/python -m pytest -q --no-header --update-golden tests/test_golden.py

lint: $(DEV)
	$(BIN)/ruff check hooks labs tests bench peers fonts tools
	$(BIN)/ruff format --check hooks labs tests bench peers fonts tools
	$(BIN)/mypy
	$(BIN)/mypy tools

# Needs PyTorch and transformers, in an environment of their own: PEERS. Nothing else does.
PEERS := .venv-peers
$(PEERS)/.ready: pyproject.toml
	$(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check bibtexparser markupsafe numpy pydantic pyyaml "quickjs-ng>=0.17" "torch>=2.6" "transformers>=5.24"
	touch $@

peers: $(PEERS)/.ready
	PYTHONPATH=hooks:. $(PEERS)/bin/python -m peers

bench: $(DEV)
	$(BIN)/python bench/run.py

COMPILE := $(BIN)/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-emit-index-url --no-emit-trusted-host --no-emit-find-links
requirements: $(READY)
	$(BIN)/python -m pip install --quiet pip-tools
	$(COMPILE) --output-file requirements.txt pyproject.toml
	$(COMPILE) --extra dev --constraint requirements.txt --output-file requirements-dev.txt pyproject.toml

# The labs that learn, in an environment of their own: PyTorch, and transformers for the tests. labs/train/README.md.
TRAIN := .venv-train
$(TRAIN)/.ready: pyproject.toml
	$(PYTHON) -m venv $(TRAIN)
	$(TRAIN)/bin/python -m pip install --quiet --disable-pip-version-check "torch>=2.6" "transformers>=5.24" bibtexparser numpy pydantic pytest pyyaml
	touch $@

# make train FLAGS='--attention gqa': less than three minutes on two cores; ends with a model that writes words.
train: $(TRAIN)/.ready
	$(TRAIN)/bin/python -m labs.train $(value FLAGS)

# make experiments ONLY=muon: what the papers claim, tried on small models; all of them take about 70 minutes of one core.
experiments: $(TRAIN)/.ready
	$(TRAIN)/bin/python -m labs.train.experiments $(value ONLY)
