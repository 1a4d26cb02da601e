"""What other systems call the columns of vendors; see ``crm.records.headers``."""

from __future__ import annotations

from accounts.headers import HEADERS as OF_ACCOUNTS
from crm.catalogue.types import Headers
from crm.records.headers import OWNERSHIP, PERSON, PLACE, PREFIXES, WEBSITE

VENDOR_NAMES = """vendor name|vendor|supplier name|supplier|vendor company|supplier company
        |lieferant|lieferantenname|name des lieferanten|kreditor|zulieferer
        |fournisseur|nom du fournisseur|proveedor|nombre del proveedor"""

HEADERS: Headers = {
    **OWNERSHIP,
    **PLACE,
    PREFIXES: f"{PLACE[PREFIXES]}|vendor|supplier|lieferant|fournisseur|proveedor",
    **WEBSITE,
    "name": f"""{VENDOR_NAMES}|company name|company|organization name|organization|firm|business name|name
        |firma|firmenname|unternehmen|société|raison sociale|entreprise|empresa|razón social|compañía""",
    "industry": f"""{OF_ACCOUNTS["industry"]}|category|vendor category|supplier category|vendor type
        |kategorie|catégorie|categoría""",
    "email": PERSON["email"],
    "phone": f"vendor phone|supplier phone|{OF_ACCOUNTS['phone']}",
    "customer_number": """customer number|our customer number|our account number|customer no|account number
        |account no|kundennummer|unsere kundennummer|numéro de client|n client|número de cliente""",
    "contract_ends_on": OF_ACCOUNTS["contract_ends_on"],
    "external_id": f"""vendor id|supplier id|vendor number|supplier number|{OWNERSHIP["external_id"]}
        |lieferantennummer|kreditorennummer|numéro de fournisseur|número de proveedor""",
    "owner": f"vendor owner|supplier owner|{OWNERSHIP['owner']}",
}
