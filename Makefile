PY ?= $(shell for p in python3 python3.14 python3.13 python3.12 python3.11; do $$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { echo $$p; break; }; done)
BIN := .venv/bin
LOCK := $(BIN)/uv pip compile pyproject.toml --all-extras --group build --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header --quiet
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

# Installs a lock into .venv, then the project itself. uv is quick; where it cannot be had, pip does the same.
define install
	@test -n "$(PY)" || { echo "Needs Python 3.11 or newer with venv. Debian and Ubuntu: apt-get install python3-venv"; exit 1; }
	@$(BIN)/python -c '' 2>/dev/null || $(PY) -m venv --clear .venv
	@echo "Setting up .venv from $(1)"
	@{ $(BIN)/python -m pip install -q --disable-pip-version-check 'uv>=0.13,<1' \
	    && $(BIN)/uv pip install -q --system-certs --compile-bytecode --python $(BIN)/python --require-hashes -r $(1) \
	    && $(BIN)/uv pip install -q --python $(BIN)/python --no-deps --no-build-isolation -e .; } >.venv/install.log 2>&1 \
	  || { $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1) \
	    && $(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .; }
	@touch $@
endef

.PHONY: help
help: ## list what there is
	@sed -n 's/^\([a-z-]*\):.*## \(.*\)/make \1@\2/p' Makefile | awk -F@ '{ printf "%-18s%s\n", $$1, $$2 }'

.PHONY: run
run: .venv/run.ok ## set up, then start everything on http://127.0.0.1:8000 (PORT=… for another); Ctrl-C ends it
	@exec $(BIN)/python -m supportgroup.up

.PHONY: test
test: .venv/test.ok ## set up, then run every test, each on SQLite or PostgreSQL or both (ARGS=… for pytest)
	@$(BIN)/python -m pytest -n 4 --dist worksteal $(ARGS)

.PHONY: test-whole
test-whole: .venv/test.ok ## every test on both databases, with everything odd everywhere and thirty rounds of each race (an hour)
	@TESTS=whole $(BIN)/python -m pytest -n 2 --dist worksteal $(ARGS)

.PHONY: test-faults
test-faults: .venv/test.ok ## the long fault tests: senders killed 200 times, a frozen broker … (half an hour; ARGS=… for single ones)
	@$(BIN)/python -m tests.faults.crash $(ARGS)

.PHONY: test-look
test-look: .venv/test.ok ## look at every page as everyone it is for, light and dark, on a phone and on a desk (10 to 20 minutes)
	@LOOK=whole $(BIN)/python -m pytest -v -n0 tests/browser/test_every_page.py $(ARGS)

.PHONY: check
check: .venv/test.ok ## lint, format, types, import contracts
	@$(BIN)/ruff check
	@$(BIN)/ruff format --check
	@$(BIN)/mypy
	@$(BIN)/lint-imports
	@$(BIN)/djlint --quiet --lint templates
	@! grep -nE '[a-z]+://' requirements.lock requirements-dev.lock

.PHONY: scan
scan: ## look for known mistakes: bandit, and semgrep with rules of our own (in an environment of their own)
	@.ci/scan

.PHONY: audit
audit: ## ask a database (OSV, elsewhere) for known faults of what the locks name; not a part of CI
	@.ci/audit

.PHONY: sbom
sbom: ## write var/sbom.json: every package that is installed, with its hashes (CycloneDX)
	@.ci/audit sbom

.PHONY: scan-pages
scan-pages: .venv/test.ok ## wapiti over the pages as a visitor, a member and a facilitator (WAPITI=… its command; 20 minutes)
	@$(BIN)/python -m tests.sweeps.by_wapiti

.PHONY: bench
bench: .venv/test.ok ## run the benchmarks, print a table, write benchmarks/results.json
	@$(BIN)/python -m benchmarks $(ARGS)

.PHONY: screenshots
screenshots: .venv/test.ok ## take the README's pictures, the board's, and a meeting's steps, anew (needs a Chromium)
	@$(BIN)/python -m tests.browser.screenshots

.PHONY: sheet
sheet: .venv/test.ok ## a sheet with a picture of every page, to look at: var/sheet/index.html (needs a Chromium)
	@$(BIN)/python -m tests.browser.sheet

.PHONY: sentences
sentences: .venv/test.ok ## bring the sentences that pages and letters say now into every catalogue, for translators
	@mkdir -p var
	@$(BIN)/pybabel -q extract -F pyproject.toml -k _l -k lazy_gettext -k to_say --no-wrap --add-location=file --sort-by-file -o var/sentences.pot supportgroup templates
	@for to in supportgroup/translations/*.po; do \
	    $(BIN)/pybabel -q update -i var/sentences.pot -o $$to -l $$(basename $$to .po) --no-wrap --no-fuzzy-matching --ignore-obsolete --ignore-pot-creation-date; \
	done

.PHONY: lock
lock: .venv/test.ok ## write both locks anew from pyproject.toml (UPGRADE=--upgrade to move versions)
	$(LOCK) $(UPGRADE) -o requirements.lock
	$(LOCK) --group test --group lint -c requirements.lock $(UPGRADE) -o requirements-dev.lock

.venv/run.ok: requirements.lock pyproject.toml
	$(call install,$<)

# What runs is a part of what is tested.
.venv/test.ok: requirements-dev.lock pyproject.toml
	$(call install,$<)
	@touch .venv/run.ok
