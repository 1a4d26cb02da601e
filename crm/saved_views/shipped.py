"""Which views have their names from the product."""

from crm.catalogue import record_types
from crm.preferences.shipped import ShippedTexts
from crm.saved_views.models import SavedView

NAMES = ShippedTexts(
    rows=lambda: SavedView.objects.filter(owner=None),
    column="name",
    texts=lambda: ((one.key, view.name) for one in record_types() for view in one.views),
    group="record_type",
)
