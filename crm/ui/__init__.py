"""How pages are answered and drawn. Knows nothing of the CRM: the apps above register what the frame shows."""

from crm.ui.http import respond

__all__ = ["respond"]
