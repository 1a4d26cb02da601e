"""Types of events for the tests of the log itself, which mean nothing."""

from crm.events.types import declare

HAPPENED = declare("test.happened", "Something happened", payload={"number": "which", "depth": "how many came before"})
EFFECT = declare("test.effect", "Something followed")
OTHER = declare("test.other", "Something else happened")
COUNTED = declare("test.counted", "Something was counted", about="users", payload={"depth": "how many came before"})
