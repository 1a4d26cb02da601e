"""Which queue each job waits in. Long work has workers of its own, so that nothing short ever waits behind it.

QUICK: what a person waits for, or what wakes other jobs: workflows, reminders, mail, sweeps. A job here takes two
seconds at most. LONG: bulk runs, imports, and what goes through all workspaces; these work in turns
(``crm/tenants/turns.py``).
"""

QUICK = "quick"
LONG = "long"

ROUTES = {
    "crm.events.jobs.deliver_tenant": QUICK,
    "crm.events.jobs.sweep": QUICK,
    "crm.activities.jobs.sweep_reminders": QUICK,
    "crm.activities.jobs.remind_tenant": QUICK,
    "crm.activities.jobs.note_meetings": LONG,
    "crm.activities.jobs.clear_files": LONG,
    "crm.imports.jobs.sweep": QUICK,
    "crm.imports.jobs.run": LONG,
    "crm.imports.jobs.delete_files": LONG,
    "crm.bulk.jobs.sweep": QUICK,
    "crm.bulk.jobs.run": LONG,
    "crm.bulk.jobs.tidy": LONG,
    "crm.pages.jobs.tidy": LONG,
    "crm.records.jobs.sweep_phone_keys": QUICK,
    "crm.records.jobs.remake_phone_keys": LONG,
    "crm.users.jobs.tidy": LONG,
    "opportunities.jobs.lapse": LONG,
    "opportunities.jobs.lapse_one": LONG,
}
