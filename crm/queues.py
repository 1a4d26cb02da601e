"""Where jobs wait. Long work has workers of its own, so that nothing short ever waits behind it."""

QUICK = "quick"  # what a person waits for, or what wakes other jobs: workflows, reminders, sweeps. Two seconds at most.
LONG = "long"  # bulk runs, imports, and what goes through all workspaces: in turns (``crm/tenants/turns.py``)

HOUR = 3600  # seconds
