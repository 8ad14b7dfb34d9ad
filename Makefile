# Every command of the project stands here once; .ci/run calls `make test`.
PYTHON ?= python3
BIN := .venv/bin
# File by file in the folders' order: the long ones, which have few tests, would come last by size.
SPREAD := --numprocesses=auto --dist=loadfile --no-loadscope-reorder --max-worker-restart=0

.PHONY: run install test lint types imports tests coverage bench soak fuzz fuzz-guided lock audit licences sbom format clean broadcast segments scale wards reference
.DEFAULT_GOAL := run

run: install  ## create everything that is missing and serve on http://127.0.0.1:8080
	$(BIN)/vneid-bot serve

install: .venv/.installed  ## only install: .venv with .venv/bin/vneid-bot

.venv/.installed: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Cần Python 3.11 trở lên / Python 3.11 or newer is needed")'
	@echo "Đang cài đặt vào .venv, lần đầu mất khoảng một phút... / Installing into .venv, about a minute the first time ..."
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/.installed-dev: .venv/.installed requirements-dev.lock
	@echo "Đang cài công cụ kiểm thử... / Installing the test tools ..."
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

.venv/.installed-bench: .venv/.installed-dev requirements-bench.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-bench.lock
	touch $@

test: .venv/.installed-dev lint types imports tests  ## all checks, as CI runs them

lint: .venv/.installed-dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/.installed-dev
	$(BIN)/mypy

imports: .venv/.installed-dev
	$(BIN)/lint-imports --no-cache

tests: .venv/.installed-dev
	sh tests/e2e/ensure_chromium.sh
	sh tests/ensure_nginx.sh
	$(BIN)/pytest $(SPREAD)

coverage: .venv/.installed-dev  ## the same tests, a third slower, and the lines and branches that none of them reaches
	sh tests/e2e/ensure_chromium.sh
	sh tests/ensure_nginx.sh
	$(BIN)/coverage erase
	$(BIN)/pytest $(SPREAD) --cov --cov-report=term

format: .venv/.installed-dev
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/.installed-bench  ## compare with a baseline and with peers, in one run
	$(BIN)/python -m tests.bench

fuzz: .venv/.installed-dev  ## a million made-up inputs for every door of the service, some ten minutes
	$(BIN)/python -m tests.fuzz

fuzz-guided: .venv/.installed-bench  ## the same for one target, by coverage: make fuzz-guided TARGET=telegram
	$(BIN)/python -m tests.fuzz --guided --only "$(TARGET)"

broadcast: .venv/.installed-dev  ## a campaign to 10,000 people, killed three times: rate, opt-outs, quiet hours
	$(BIN)/python -m tests.bench.broadcast

segments: .venv/.installed-dev  ## selecting segments among 1,000,000 people beside hand-written statements
	$(BIN)/python -m tests.bench.segments

MINUTES ?= 30
soak: .venv/.installed-dev  ## load and faults for MINUTES; nothing may be lost (docs/reliability.md). DATABASE=postgresql, POLLING=1
	$(BIN)/python -m tests.soak --minutes $(MINUTES)$(if $(DATABASE), --database $(DATABASE))$(if $(POLLING), --polling)

scale: .venv/.installed-dev  ## one, two and four processes on one PostgreSQL, beside SQLite
	$(BIN)/python -m tests.bench.scale

reference: .venv/.installed-dev  ## write docs/cli.md and docs/config.md from the code
	$(BIN)/python deploy/reference.py

wards: .venv/.installed-dev  ## make bot/booking/wards.json anew from the development package that knows the old names
	$(BIN)/python deploy/wards.py

lock: .venv/.installed-dev  ## pin the newest allowed versions, with hashes and without addresses
	sh deploy/lock.sh

audit: .venv/.installed-dev  ## known vulnerabilities of what is pinned; "Error 3" when that cannot be told
	$(BIN)/python deploy/audit.py requirements.lock requirements-dev.lock

licences: .venv/.installed-dev  ## write docs/licences.md anew, after a change of requirements.lock
	$(BIN)/python deploy/licences.py

sbom: .venv/.installed-dev  ## build/sbom.json: all that a deployment runs, in CycloneDX form
	mkdir -p build
	$(BIN)/cyclonedx-py requirements requirements.lock --pyproject pyproject.toml --output-reproducible \
		--short-PURLs --output-file build/sbom.json

clean:
	rm -rf .venv .mypy_cache .pytest_cache .ruff_cache .coverage* build *.egg-info
