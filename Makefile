# `make run` and `make test` need nothing but Python 3.11 or newer: they make .venv first, and bring their own
# PostgreSQL and Redis unless DATABASE_URL and REDIS_URL name others. Local data lies in var/ (or $ANGLER_VAR).

PYTHON_IN = .venv/bin/python
# further arguments of a command: make test ARGS="tests/leads -k convert"
ARGS ?=

.PHONY: help run test chaos mutants check sizes bench demo-big shell reset lock env

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

run: env ## start everything on http://localhost:8000 (PORT=… for another); Ctrl-C stops it
	@$(PYTHON_IN) -m crm.local run

test: env ## the tests but the slow ones, those in the browser too (ARGS="tests/leads -x" for some)
	@$(PYTHON_IN) -m crm.local test -- $(ARGS)

chaos: env ## the slow tests, which take minutes: workers killed, Redis lost, many at once
	@$(PYTHON_IN) -m crm.local test -- -m slow $(ARGS)

mutants: env ## take each safeguard away in a copy, and see that a test notices (half an hour; again: what changed)
	@$(PYTHON_IN) -m tests.mutants $(ARGS)

check: env ## lint, format, types, import order, templates, migrations, deployment settings
	@$(PYTHON_IN) -m crm.local check

sizes: env ## print how large files, functions, templates and circles of imports are, and may be
	@$(PYTHON_IN) -m tests.shape.sizes

bench: env ## measure speed against a floor, on the data of `make demo-big`
	@$(PYTHON_IN) -m tests.bench $(ARGS)

demo-big: env ## load a workspace with a million leads, and 200 small ones
	@$(PYTHON_IN) manage.py demo_big $(ARGS)

shell: env ## Django's shell on the local data
	@$(PYTHON_IN) manage.py shell $(ARGS)

reset: env ## delete all local data, after asking (YES=1 does not ask)
	@$(PYTHON_IN) -m crm.local reset $(if $(YES),--yes)

lock: env ## write requirements.lock anew from pyproject.toml; UPGRADE=1 takes newer versions
	@sh crm/local/lock.sh $(if $(UPGRADE),--upgrade)

env: ## make .venv from requirements.lock; the other targets do so by themselves
	@sh crm/local/venv.sh
