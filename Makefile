PYTHON ?= python3
BIN := .venv/bin

.PHONY: demo test check bench soak

.venv/.ready: requirements-dev.txt pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/pip install --quiet --require-hashes -r requirements-dev.txt
	$(BIN)/pip install --quiet --no-deps --no-build-isolation --editable .
	touch $@

demo: .venv/.ready
	$(BIN)/fenbo demo

test: .venv/.ready
	$(BIN)/pytest -m "not soak"

check: .venv/.ready
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
