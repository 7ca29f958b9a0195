# Python 3.11 or newer and make are all that is needed; everything else goes into .venv.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ARGS ?=
# On all cores; a worker without work takes some of another's, because a few tests take far longer than others.
PARALLEL := -n auto --dist worksteal
# Else each of the processes that tests start would compile every module again, and so would pytest the tests.
unexport PYTHONDONTWRITEBYTECODE

# The Pythons that `make packages` tries; those that are missing are said to fail.
PYTHONS ?= python3.11 python3.12 python3.13 python3.14

.PHONY: help today check test coverage lint format readme docs pictures packages clean

help:
	@echo "make today    rank the shipped sample digest for the shipped profile (ARGS=\"--all\" passes options on)"
	@echo "make check    format check, lint, types and the fast tests: before each commit (ARGS=\"tests/store -x\")"
	@echo "make test     the same and all tests: before each push, and what CI runs"
	@echo "make coverage all tests, the rare too, and which lines none of them runs; takes twice as long"
	@echo "make format   format the code and mend what the linter can mend"
	@echo "make readme   write help texts, tables and the README's picture again"
	@echo "make docs     build the documentation in docs/_build/html; a warning is an error"
	@echo "make pictures draw the pages in docs/pictures again, by Chromium"
	@echo "make packages build wheel and sdist, and try both with PYTHONS=\"$(PYTHONS)\""
	@echo "make clean    remove what the above made"

today: $(VENV)/installed
	@$(BIN)/recommend today -p example $(ARGS)
	@{ echo; \
		echo "Next: put the command on your PATH, by \`pipx install .\` or in this shell by"; \
		echo "  PATH=\"$(CURDIR)/$(BIN):\$$PATH\""; \
		echo "Then rate what you see (recommend like 1 3), look again (recommend today),"; \
		echo "and make a profile of your own (recommend init)."; } >&2

# $(call tests_and_types,TESTS): types are checked beside the tests, and reported below them
define tests_and_types
	@types=$$(mktemp) && { $(BIN)/mypy >"$$types" 2>&1 & mypy=$$!; }; \
	echo 'pytest $(1) $(ARGS)'; $(BIN)/pytest $(PARALLEL) -q $(1) $(ARGS); tests=$$?; \
	wait $$mypy; wrong=$$?; echo mypy; cat "$$types"; rm -f "$$types"; exit $$((tests || wrong))
endef

# What is all slow or all for Chromium is not even looked at: it imports what no other test needs.
check: lint
	$(call tests_and_types,-m "not slow and not browser" --ignore=tests/benchmarks --ignore-glob="*_in_browser.py")

test: export HYPOTHESIS_PROFILE := ci
test: lint
	$(call tests_and_types)

coverage: $(VENV)/installed-dev
	$(BIN)/coverage erase
	HYPOTHESIS_PROFILE=ci $(BIN)/coverage run -m pytest $(PARALLEL) -q --rare $(ARGS)
	$(BIN)/coverage combine -q
	$(BIN)/coverage report

lint: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

format: $(VENV)/installed-dev
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

readme: $(VENV)/installed-dev
	$(BIN)/python tests/readme.py

docs: $(VENV)/installed-dev
	$(BIN)/sphinx-build -W --keep-going -q -E -b html docs docs/_build/html
	@echo "docs/_build/html/index.html"

pictures: $(VENV)/installed-dev
	$(BIN)/python tests/screenshots.py

packages: $(VENV)/installed-dev
	rm -rf dist
	$(BIN)/hatchling build -d dist
	$(BIN)/python tests/packages.py dist $(PYTHONS)

clean:
	rm -rf $(VENV) .coverage .coverage.* .mypy_cache .pytest_cache .ruff_cache .hypothesis dist docs/_build

# $(call install,WHAT): by uv where it is on PATH, else by venv and pip
define install
	@if command -v uv >/dev/null 2>&1; then \
		{ test -d $(VENV) || uv venv --quiet --python '>=3.11' $(VENV); } && \
		echo "Installing into $(VENV) with uv ..." && \
		uv pip install --quiet --compile-bytecode --python $(BIN)/python -e '$(1)'; \
	else \
		{ $(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
			{ echo "Python 3.11 or newer is needed, $(PYTHON) is older: make PYTHON=/path/to/python3.11" >&2; exit 1; }; } && \
		{ test -d $(VENV) || $(PYTHON) -m venv $(VENV); } && \
		echo "Installing into $(VENV) with pip ..." && \
		$(BIN)/python -m pip install --quiet --disable-pip-version-check -e '$(1)'; \
	fi
endef

$(VENV)/installed: pyproject.toml
	$(call install,.)
	@touch $@

$(VENV)/installed-dev: pyproject.toml
	$(call install,.[dev])
	@touch $@ $(VENV)/installed
