"""Which texts in its lists a workspace has from the product."""

from crm.picklists.lists import picklists
from crm.picklists.models import Choice, Stage
from crm.picklists.stages import first_stages
from crm.preferences.shipped import ShippedTexts

CHOICES = ShippedTexts(
    rows=Choice.objects.all,
    column="label",
    texts=lambda: ((one.key, label) for one in picklists().values() for label, _meaning, _tone in one.defaults),
    group="picklist",
    distinct=True,
)
GUIDANCE = ShippedTexts(
    rows=Stage.objects.all,
    column="guidance",
    texts=lambda: (("", guidance) for *_stage, guidance in first_stages()),
)
