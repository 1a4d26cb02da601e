"""What other systems call the columns of people; see ``crm.records.headers``."""

from __future__ import annotations

from accounts.headers import COMPANY_NAMES
from accounts.vendors.headers import VENDOR_NAMES
from crm.catalogue.types import Headers
from crm.records.headers import OWNERSHIP, PERSON, PLACE, PREFIXES, SURE

# ``name`` of a company in a sheet of people: the words that are a person's own there are left out.
ACCOUNT_NAMES = "|".join(
    ["primary company", "associated company", "associated company primary", "person organization", "employer"]
    + [name.strip() for name in COMPANY_NAMES.split("|") if name.strip() not in ("nom", "nombre")]
    + ["company account", "arbeitgeber", "employeur", "empleador", "parent customer"]
)

HEADERS: Headers = {
    **OWNERSHIP,
    **PLACE,
    PREFIXES: f"{PLACE[PREFIXES]}|person|personne|persona",
    **PERSON,
    "name": f"{PERSON['name']}|contact",
    "account": ACCOUNT_NAMES,
    f"{SURE}account": "company",  # Outlook has both: that of the mailbox is further on
    "vendor": VENDOR_NAMES,
    "relationship": """relationship|contact type|type|lifecycle stage|beziehung|kontakttyp|relation|relación
        |lifecycle phase|phase du cycle de vie|etapa del ciclo de vida""",
    "mobile": """mobile|mobile phone|mobile phone number|cell phone|cell|phone mobile|person phone mobile
        |phone 2 value|phone 2
        |mobiltelefon|handy|mobil|mobilnummer|tél mobile|téléphone mobile|portable|móvil|teléfono móvil|celular
        |mobiltelefonnummer|handynummer|tél portable|téléphone portable|téléphone mobile|numéro de téléphone mobile
        |número de teléfono móvil
        |telefon mobil|person telefon mobil|personne téléphone mobile|persona teléfono móvil""",
    "reports_to": """reports to|manager|manager s name|supervisor|reports to name|reports to id|vorgesetzter
        |chef
        |responsable hiérarchique|supérieur|jefe|informa a
        |reporting to|name des der vorgesetzten|nom du responsable|nombre del director
        |berichtet an|name des r vorgesetzten|supérieur hiérarchique|depende de|rinde cuentas a""",
    "external_id": f"""contact id|person id|contact id 18|{OWNERSHIP["external_id"]}
        |do not modify contact|nicht ändern kontakt|ne pas modifier contact|no modificar contacto
        |id du contact|id del contacto|id de contacto""",
    "owner": f"contact owner|person owner|{OWNERSHIP['owner']}",
    "phone": PERSON["phone"],
}
