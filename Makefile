# Two commands: `make demo` and `make test`. Everything else is for those who build Foyer.
PYTHON ?= python3
PORT   ?= 8501
BIN    := .venv/bin
DEMO   := var/demo

.PHONY: demo demo-reset test env env-test lint types lock bench crash races fuzz screenshots

demo: env ## the whole product on this machine: SQLite, sandbox, built-in engine, no keys
	@$(BIN)/foyer demo --port $(PORT) --folder $(DEMO)

demo-reset: ## the same, from an empty database
	rm -rf $(DEMO)
	@$(MAKE) --no-print-directory demo

test: env-test lint types ## everything that can be checked on this machine
	$(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

lint: env-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: env-test
	$(BIN)/mypy

env: .venv/ready ## .venv from the hash-pinned lock
env-test: .venv/ready-test

.venv/ready: requirements.lock pyproject.toml
	@PYTHON=$(PYTHON) sh tests/make_env.sh requirements.lock
	@touch $@

.venv/ready-test: requirements-dev.lock pyproject.toml
	@PYTHON=$(PYTHON) sh tests/make_env.sh requirements-dev.lock
	@touch .venv/ready $@

lock: ## newest versions that fit, with hashes and without any index address (needs uv)
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade -q pyproject.toml --group build -o requirements.lock
	uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-header \
		--upgrade -q pyproject.toml --group build --group dev -o requirements-dev.lock

bench: env-test ## figures beside a peer or a floor, measured here and now
	$(BIN)/python -m tests.bench

crash: env-test ## 1,000 kill -9 of the worker during open sends, on each database
	$(BIN)/python -m tests.crash --kills 1000

races: env-test ## 100 races of the kill switch against open sends, on each database
	$(BIN)/python -m tests.races --races 100

fuzz: env-test ## ten minutes of anything at all for what reads X12 (needs atheris: pip install atheris)
	$(BIN)/python -m tests.fuzz x12 --minutes 10

screenshots: env-test ## the pictures of metrics and rollout in the README, taken anew
	$(BIN)/python -m tests.browser.screenshots
