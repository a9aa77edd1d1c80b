# The one surface of commands. `make help` lists them; CI and pre-commit call the same targets.

PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
TORCH_VENV := .venv-torch
KERAS2_VENV := .venv-keras2
IDES_VENV := .ides-venv
CODE_SERVER := .ides/code-server
BIN := $(VENV)/bin
PIP_FLAGS := --disable-pip-version-check --quiet
NODE = PATH="$(CURDIR)/$(IDES_VENV)/bin:$$PATH"
PIP := $(BIN)/python -m pip $(PIP_FLAGS)
PACKAGES := kit grader portal
CHECK ?=
PYTEST_ARGS ?=
GRADES ?= 500
PACKS := packs/practitioner packs/advanced
PRACTICE := packs/rehearsal
VARIANTS ?= 10
SEEDS ?= 1
export PYTHONDONTWRITEBYTECODE := 1

.DEFAULT_GOAL := help
.PHONY: help demo test coverage authoring models installs commands money certificates ides postgresql-suite runtimes starters hostile soak cuts flows together bench lint format check types imports reasons rules translations packs prove calibrate clean lock \
    wheels browser postgresql intellij tmux ide-environment vsix jupyter widget code-server libraries-of-code-server install install-dev torch keras2

help:  ## List the commands
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

demo: install  ## Watch a whole exam: five models trained, graded in a box, a certificate at a URL (CHECK=1 exits instead of serving)
	@$(BIN)/python -m demo $(if $(CHECK),--check)

test: install-dev browser  ## The fast gate: candidate, grader and portal, whole exams in a terminal and in headless Chromium
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup $(PYTEST_ARGS)

coverage: install-dev browser  ## The same, and which lines and branches it reaches (htmlcov/index.html); half as long again
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup -m 'not hostile and not soak and not torch and not keras2 and not cuts and not together and not certificates and not ides and not flows and not commands and not money' \
	    --cov --cov-report=term:skip-covered --cov-report=html:htmlcov $(PYTEST_ARGS)

authoring: install-dev  ## The tests of the author's tools, which build and train; the guide is walked to a live exam
	$(BIN)/python -m pytest --numprocesses=2 --dist=loadgroup -m 'authoring and not keras2 and not soak' grader/tests/authoring $(PYTEST_ARGS)

models: install-dev  ## Models of every library, version and style: the box answers as their library does; and every wrong file
	$(BIN)/python -m pytest --no-cov -m models grader/tests kit/tests/client tests/e2e/test_wrong_files.py $(PYTEST_ARGS)

flows: install-dev browser  ## What people do in headless Chromium: exams, uploads that are cut, papers and their reviewers, passkeys
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -m flows portal/tests $(PYTEST_ARGS)

commands: install-dev  ## Services and commands as an operator runs them: serve, init, roles, keys, doctor, the grader's socket
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -m commands grader/tests portal/tests $(PYTEST_ARGS)

money: install-dev  ## Orders, vouchers, stipends, transfers and cohorts, in any order of events
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -m money portal/tests $(PYTEST_ARGS)

certificates: install-dev browser postgresql  ## Certificates: foreign verifiers, forgeries, papers in many scripts, a thousand at once, the network at its size
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -m certificates kit/tests portal/tests tests $(PYTEST_ARGS)

ides: install-dev intellij browser tmux vsix code-server jupyter  ## Exams sat in a terminal, VS Code, JupyterLab and a notebook; PyCharm's own project model opens the folder
	$(BIN)/python -m pytest --no-cov -m ides kit/tests tests/ides tests/e2e/test_terminal_exam.py $(PYTEST_ARGS)

postgresql-suite: install-dev browser postgresql  ## Every test of the portal that asks for a database, on PostgreSQL; a thousand certificates through kill -9
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -p portal.tests.on_postgresql -m 'not soak' portal/tests $(PYTEST_ARGS)

installs: install-dev  ## Each wheel, built and installed alone, brings what it needs and nothing forbidden
	$(BIN)/python -m pytest --no-cov -m installs tests/packaging $(PYTEST_ARGS)

runtimes: install-dev torch  ## The tests of the runtimes that `make test` leaves out: PyTorch, in an environment of its own
	$(BIN)/python -m pytest --no-cov grader/torch/tests $(PYTEST_ARGS)

starters: install-dev keras2  ## Every starter, unchanged, on TensorFlow 2.12 (Keras 2), in an environment of its own
	GUILDMARK_KERAS2_ENVIRONMENT=$(CURDIR)/$(KERAS2_VENV) $(BIN)/python -m pytest --no-cov -m keras2 grader/tests/authoring $(PYTEST_ARGS)

hostile: install-dev torch  ## Hostile files and probes against the box, each shown to be live without it
	GUILDMARK_TORCH_ENVIRONMENT=$(CURDIR)/$(TORCH_VENV) $(BIN)/python -m pytest --no-cov -m hostile tests/hostile $(PYTEST_ARGS)

soak: install-dev  ## Hundreds of grades and what they leave behind (GRADES=500); attempts through hundreds of orders of events
	GRADES=$(GRADES) $(BIN)/python -m pytest --no-cov -m soak -s tests/soak portal/tests/exams/test_sitting_machine.py $(PYTEST_ARGS)

cuts: install-dev  ## Uploads that are cut at 456 places, and processes that are killed, each of which must lose nothing
	$(BIN)/python -m pytest --no-cov --numprocesses=2 --dist=loadgroup -m cuts tests/e2e/test_cut_uploads.py tests/e2e/test_crashes.py tests/e2e/test_lost_portal.py kit/tests/client/test_several_tools.py portal/tests/vouchers portal/tests/orders portal/tests/exams portal/tests/cohorts --durations=5 $(PYTEST_ARGS)

together: install-dev browser  ## One exam of two minutes, sat in Chromium and a terminal at once, through cuts, a crash and the deadline
	$(BIN)/python -m pytest --no-cov -m together tests/e2e/test_one_exam_together.py $(PYTEST_ARGS)

bench: install-dev browser postgresql  ## How soon a score is on the page, 200 pages that live at once, a large network, a class of 500; fails where a limit is missed
	@$(BIN)/python -m bench.score_latency
	@$(BIN)/python -m bench.live_pages
	@$(BIN)/python -m bench.network
	@$(BIN)/python -m bench.cohort

check: lint types imports packs  ## Everything that is checked without running the product

lint: install-dev  ## Ruff: rules and formatting
	$(BIN)/ruff check
	$(BIN)/ruff format --check

format: install-dev  ## Rewrite the code as Ruff formats it, and mend what it can
	$(BIN)/ruff check --fix
	$(BIN)/ruff format

types: install-dev  ## mypy, strict, over the three packages
	$(BIN)/mypy

imports: install-dev  ## The layers of docs/architecture.md, as import-linter sees them
	$(BIN)/lint-imports

reasons: install-dev  ## Write docs/reasons.md again: every reason of a verdict, from the one table
	$(BIN)/python -m guildmark.rules.reference > docs/reasons.md

rules: install-dev  ## Write docs/rules.md again: every rule of the certification with the tests that carry its id
	$(BIN)/python -m tests.rules_table

translations: install-dev  ## Bring every catalogue up to date with the code, and compile it; says what is to be translated
	$(BIN)/python -m translations

packs: install-dev  ## Every problem of every exam pack
	@for pack in $(PACKS) $(PRACTICE); do echo "$$pack"; $(BIN)/guildmark-grader pack check $$pack || exit 1; done

prove: packs  ## Check every pack in every language; train every reference, grade it in the box, and hold it against its role
	@for pack in $(PACKS) $(PRACTICE); do echo "$$pack"; $(BIN)/guildmark-grader pack prove $$pack || exit 1; done

calibrate: install-dev  ## Train the references on many variants; goes on where it was stopped (VARIANTS=10 SEEDS=1)
	@for pack in $(PACKS); do echo "$$pack"; $(BIN)/guildmark-grader pack calibrate $$pack --variants $(VARIANTS) --seeds $(SEEDS) || exit 1; done

vsix: ide-environment  ## The extension for VS Code: integrations/vscode/dist/guildmark.vsix
	@for folder in panel vscode; do $(NODE) npm ci --prefix integrations/$$folder --silent || exit 1; done
	@for folder in panel vscode; do $(NODE) npm run --prefix integrations/$$folder --silent check || exit 1; done
	@$(NODE) npm run --prefix integrations/vscode --silent package

jupyter: ide-environment  ## The extension for JupyterLab, as a wheel in dist/, and in the environment of the tests
	@for part in panel notebook jupyter; do $(NODE) npm ci --prefix integrations/$$part --silent || exit 1; done
	@$(NODE) npm run --prefix integrations/jupyter --silent check && $(NODE) npm run --prefix integrations/jupyter --silent build
	@$(IDES_VENV)/bin/python -m pip $(PIP_FLAGS) wheel --no-deps --no-build-isolation --wheel-dir dist integrations/jupyter
	@$(IDES_VENV)/bin/python -m pip $(PIP_FLAGS) install --no-deps --no-build-isolation --editable kit
	@$(IDES_VENV)/bin/python -m pip $(PIP_FLAGS) install --no-deps --no-index --force-reinstall dist/guildmark_jupyter-*.whl

widget: ide-environment  ## Build the notebook's widget into the kit again, after a change of the panel
	@for part in panel notebook; do $(NODE) npm ci --prefix integrations/$$part --silent || exit 1; done
	@$(NODE) npm run --prefix integrations/notebook --silent build

wheels: install-dev  ## Build the three wheels into dist/
	@for package in $(PACKAGES); do $(BIN)/python -m build --wheel --no-isolation --outdir dist $$package || exit 1; done

lock: install-dev  ## Resolve requirements/*.in again, with hashes and without index addresses
	@cd requirements && compile() { ../$(BIN)/uv pip compile --quiet --python-version 3.11 --generate-hashes --no-emit-index-url \
	    --no-header --no-annotate "$$@" > /dev/null; } \
	  && compile dev.in --output-file dev.txt \
	  && for name in kit candidate grader portal exam run ides; do compile $$name.in --constraints dev.txt --output-file $$name.txt || exit 1; done \
	  && compile no-deps.in --no-deps --output-file no-deps.txt \
	  && compile keras2.in --output-file keras2.txt \
	  && UV_FIND_LINKS="$${UV_FIND_LINKS-$$PIP_FIND_LINKS}" UV_INDEX="$${UV_INDEX-$$PIP_EXTRA_INDEX_URL}" \
	    compile torch.in --constraints dev.txt --no-emit-find-links --output-file torch.txt

clean:  ## Remove what was built, the demo and the environment included
	rm -rf $(VENV) $(TORCH_VENV) $(KERAS2_VENV) $(IDES_VENV) .ides integrations/*/node_modules .demo dist htmlcov .coverage .coverage.* .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache tests/foreign/node_modules portal/browser/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

install: $(VENV)/run.stamp
install-dev: $(VENV)/dev.stamp
torch: $(TORCH_VENV)/run.stamp  ## An environment with PyTorch, beside the other one
keras2: $(KERAS2_VENV)/run.stamp  ## An environment with TensorFlow 2.12, beside the other one
ide-environment: $(IDES_VENV)/run.stamp  ## An environment with Node 24, JupyterLab and notebooks, beside the others
code-server: $(CODE_SERVER)/run.stamp

$(VENV)/bin/python:
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info[:2] != (3, 11))' || \
	  { echo "Guildmark is locked for Python 3.11; found: $$($(PYTHON) --version 2>&1). Run: make PYTHON=/path/to/python3.11 …" >&2; exit 2; }
	@echo "Making an environment in $(VENV) …"
	@$(PYTHON) -m venv $(VENV)

$(VENV)/run.stamp: requirements/run.txt requirements/no-deps.txt $(PACKAGES:%=%/pyproject.toml) | $(VENV)/bin/python
	@echo "Installing what Guildmark runs on (TensorFlow is the largest part; a few minutes) …"
	@$(PIP) install --require-hashes --requirement requirements/run.txt
	@$(PIP) install --require-hashes --no-deps --requirement requirements/no-deps.txt
	@$(PIP) install --no-deps --no-build-isolation $(PACKAGES:%=--editable %)
	@touch $@

$(VENV)/dev.stamp: requirements/dev.txt $(VENV)/run.stamp
	@echo "Installing the tools of development …"
	@$(PIP) install --require-hashes --requirement requirements/dev.txt
	@touch $@

$(TORCH_VENV)/run.stamp: requirements/torch.txt | $(VENV)/bin/python
	@echo "Installing PyTorch in $(TORCH_VENV) (the build for the processor, 190 MB) …"
	@$(BIN)/python -m venv --clear $(TORCH_VENV)
	@$(TORCH_VENV)/bin/python -m pip $(PIP_FLAGS) install --require-hashes --requirement requirements/torch.txt || { \
	  echo "Give pip the place of PyTorch's builds for the processor (see its page on installation), and run this again:" >&2; \
	  echo "PIP_EXTRA_INDEX_URL=… make torch, or PIP_FIND_LINKS=FOLDER make torch with the wheel in a folder." >&2; exit 1; }
	@touch $@

$(KERAS2_VENV)/run.stamp: requirements/keras2.txt | $(VENV)/bin/python
	@echo "Installing TensorFlow 2.12 in $(KERAS2_VENV) …"
	@$(BIN)/python -m venv --clear $(KERAS2_VENV)
	@$(KERAS2_VENV)/bin/python -m pip $(PIP_FLAGS) install --require-hashes --requirement requirements/keras2.txt
	@touch $@

$(IDES_VENV)/run.stamp: requirements/ides.txt | $(VENV)/bin/python
	@echo "Installing Node, JupyterLab and notebooks in $(IDES_VENV) …"
	@$(BIN)/python -m venv --clear $(IDES_VENV)
	@$(IDES_VENV)/bin/python -m pip $(PIP_FLAGS) install --require-hashes --requirement requirements/ides.txt
	@touch $@

$(CODE_SERVER)/run.stamp: tests/ides/vscode/package-lock.json | ide-environment libraries-of-code-server
	@echo "Installing code-server in $(CODE_SERVER), which builds parts of it (a few minutes, once) …"
	@mkdir -p $(CODE_SERVER) && cp tests/ides/vscode/package.json tests/ides/vscode/package-lock.json $(CODE_SERVER)
	@$(NODE) npm ci --prefix $(CODE_SERVER) --silent
	@touch $@

libraries-of-code-server:  # what its parts are built with, from the distribution
	@if [ -f /usr/include/X11/extensions/XKBrules.h ] && ls /usr/include/libsecret-1/libsecret/secret.h /usr/include/gssapi.h > /dev/null 2>&1; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Debian's packages libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev pkg-config …"; \
	  apt-get update -qq && apt-get install -y -qq libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev pkg-config > /dev/null; \
	else echo "make ides builds code-server. Install Debian's packages: apt-get install libkrb5-dev libsecret-1-dev libx11-dev libxkbfile-dev pkg-config" >&2; exit 1; fi

browser:  # one flow runs in a real browser, from the distribution
	@if command -v chromium > /dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Debian's package chromium …"; apt-get update -qq && apt-get install -y -qq chromium > /dev/null; \
	else echo "make test needs Chromium. Install Debian's package: apt-get install chromium" >&2; exit 1; fi

postgresql:  # the network is tried on a server of its own, from the distribution; the one that the package starts is not touched
	@if ls /usr/lib/postgresql/*/bin/initdb > /dev/null 2>&1 || command -v initdb > /dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Debian's package postgresql …"; apt-get update -qq && apt-get install -y -qq postgresql > /dev/null; \
	else echo "make certificates needs PostgreSQL. Install Debian's package: apt-get install postgresql" >&2; exit 1; fi

tmux:  # holds the terminal of the tests, from the distribution
	@if command -v tmux > /dev/null; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Debian's package tmux …"; apt-get update -qq && apt-get install -y -qq tmux > /dev/null; \
	else echo "make ides needs tmux. Install Debian's package: apt-get install tmux" >&2; exit 1; fi

intellij:  # the project model that PyCharm is built on, from the distribution, and a compiler for the program that asks it
	@if command -v javac > /dev/null && [ -f /usr/share/java/intellij-model-serialization.jar ]; then :; \
	elif [ "$$(id -u)" = 0 ] && command -v apt-get > /dev/null; then \
	  echo "Installing Debian's packages libintellij-jps-model-java and default-jdk-headless …"; \
	  apt-get update -qq && apt-get install -y -qq libintellij-jps-model-java default-jdk-headless > /dev/null; \
	else echo "make ides needs IntelliJ's project model. Install Debian's packages: apt-get install libintellij-jps-model-java default-jdk-headless" >&2; exit 1; fi
