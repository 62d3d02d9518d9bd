# EvalTrack: `make run` is all that is needed to look at it, `make test` to prove it.
.PHONY: help run test check bench fuzz messages lock clean doctor
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

BIND ?= 127.0.0.1:8000
VENV := .venv
PYTHON := $(VENV)/bin/python
export PIP_DISABLE_PIP_VERSION_CHECK := 1

# Compiling every module would delay the first page; Python compiles those that are used.
PIP_INSTALL := $(PYTHON) -m pip install -qq --no-compile --require-hashes

# What only the system's package manager has.
PDF_PACKAGES := libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0
# Playwright, which drives the browser, needs libatomic1; LibreOffice changes the files that people take away.
TEST_PACKAGES := $(PDF_PACKAGES) chromium libatomic1 poppler-utils libreoffice-writer-nogui libreoffice-calc-nogui

FIND_PYTHON = for p in python3.13 python3.12 python3.11 python3; do \
	$$p -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1 \
	&& { echo $$p; break; }; done
CAN_INSTALL = [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null
INSTALL = DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends >/dev/null
# Loading WeasyPrint takes a moment: once is enough.
HAS_PANGO = { [ -e $(VENV)/.pango ] || { $(PYTHON) -c 'import weasyprint' && touch $(VENV)/.pango; }; } >/dev/null 2>&1
HAS_TEST_TOOLS = { command -v chromium && command -v pdftotext && command -v soffice && $(PYTHON) -m playwright --version; } >/dev/null 2>&1

# Installs the packages as root, or names the command; goes on either way.
define system_packages
if $(CAN_INSTALL); then \
	echo "Installing $(1) ..."; \
	{ apt-get update -qq && $(INSTALL) $(1); } || echo "apt-get failed. $(2)"; \
else \
	echo "$(2) On Debian or Ubuntu: sudo apt-get install $(1)"; \
fi
endef

help:
	@echo "make run       start EvalTrack with demo data on http://$(BIND) (BIND=HOST:PORT for another address)"
	@echo "make test      run all tests on SQLite, then on PostgreSQL"
	@echo "make check     format, lint, types, import rules, templates, migrations, settings"
	@echo "make bench     the benchmarks"
	@echo "make fuzz      feed every reader with damaged files (MINUTES=10 each, READERS=\"docx pdf\")"
	@echo "make messages  bring the translations up to date with the strings in code and templates"
	@echo "make lock      pin the dependencies in pyproject.toml anew"
	@echo "make doctor    say what is there and what is missing"
	@echo "make clean     remove everything made here but the data"

run: $(VENV)/.run
	@$(HAS_PANGO) || { $(call system_packages,$(PDF_PACKAGES),PDF files cannot be made without pango.); }
	@$(PYTHON) manage.py serve --demo --stop-with-parent --bind $(BIND)

PYTEST := $(PYTHON) -m pytest --numprocesses auto
# Once is enough for what looks the same on either database: see docs/testing.md.
test: $(VENV)/.dev
	@$(HAS_PANGO) && $(HAS_TEST_TOOLS) \
		|| { $(call system_packages,$(TEST_PACKAGES),The tests of PDF files and in the browser need more.); }
	@$(PYTHON) manage.py compilemessages --verbosity 0
	@failed=0; \
	echo "On SQLite:"; $(PYTEST) -m "not production" || failed=1; \
	echo "On PostgreSQL:"; TEST_DATABASE=postgres $(PYTEST) -m "database and not browser and not own_database" || failed=1; \
	exit $$failed

check: $(VENV)/.dev
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/ruff check .
	$(VENV)/bin/mypy
	$(VENV)/bin/lint-imports
	$(VENV)/bin/djlint --lint --quiet templates
	$(PYTHON) manage.py makemigrations --check --dry-run
	$(PYTHON) manage.py check --fail-level WARNING
	$(PYTHON) manage.py makemessages --check

bench: $(VENV)/.dev
	@failed=0; for file in bench/[a-z]*.py; do $(PYTHON) $$file || failed=1; done; exit $$failed

MINUTES ?= 10
READERS ?=
fuzz: $(VENV)/.dev
	$(PYTHON) -m tests.fuzz.run --minutes $(MINUTES) $(READERS)

messages: $(VENV)/.dev
	$(PYTHON) manage.py makemessages
	$(PYTHON) manage.py compilemessages

COMPILE = $(VENV)/bin/uv pip compile pyproject.toml --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --no-emit-find-links --no-header
lock: $(VENV)/.dev
	$(COMPILE) --output-file requirements/runtime.lock
	$(COMPILE) --extra s3 --constraint requirements/runtime.lock --output-file requirements/production.lock
	$(COMPILE) --extra dev --constraint requirements/production.lock --output-file requirements/dev.lock

clean:
	rm -rf $(VENV) staticfiles .pytest_cache .mypy_cache .ruff_cache .import_linter_cache .hypothesis bench/out
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
	find locale -name '*.mo' -delete

doctor:
	@p=$$($(FIND_PYTHON)); echo "Python >= 3.11 with venv: $${p:-missing}"
	@test -x $(PYTHON) && $(PYTHON) --version || echo "environment: not made yet (make run)"
	@$(HAS_PANGO) && echo "pango, for PDF files: there" || echo "pango, for PDF files: missing (apt-get install $(PDF_PACKAGES))"
	@for tool in chromium pdftotext soffice clamd; do \
		command -v $$tool >/dev/null && echo "$$tool, for the tests: there" || echo "$$tool, for the tests: missing"; done

$(PYTHON):
	@python=$$($(FIND_PYTHON)); \
	if [ -z "$$python" ] && $(CAN_INSTALL); then \
		echo "Installing python3-venv ..."; apt-get update -qq && $(INSTALL) python3-venv; python=$$($(FIND_PYTHON)); \
	fi; \
	if [ -z "$$python" ]; then \
		echo "EvalTrack needs Python 3.11 or newer with venv." \
			"Debian or Ubuntu: sudo apt-get install python3-venv; macOS: brew install python"; exit 1; \
	fi; \
	$$python -m venv $(VENV)

$(VENV)/.run: requirements/runtime.lock | $(PYTHON)
	@echo "Installing EvalTrack's packages into $(VENV) ..."
	@$(PIP_INSTALL) -r $<
	@touch $@

$(VENV)/.dev: requirements/dev.lock | $(PYTHON)
	@echo "Installing the packages for development into $(VENV) ..."
	@$(PIP_INSTALL) -r $<
	@touch $@ $(VENV)/.run
