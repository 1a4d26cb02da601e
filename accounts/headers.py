"""What other systems call the columns of companies; see ``crm.records.headers``."""

from __future__ import annotations

from crm.catalogue.types import Headers
from crm.records.headers import OWNERSHIP, PLACE, PREFIXES, WEBSITE

_NAME = """account name|company name|organization name|organisation name|account|company|organization
        |organisation
        |customer|customer name|organization 1 name|firm|business name
        |firma|firmenname|unternehmen|unternehmensname|kunde|kundenname|organisation
        |société|nom de la société|entreprise|nom de l entreprise|raison sociale|client|nom du compte|compte|nom
        |empresa|nombre de la empresa|compañía|organización|cliente|razón social|nombre de la cuenta|cuenta
        |nombre|kontoname|nombre de cuenta|zugehöriges unternehmen|entreprise associée|empresa asociada
        |organisation name|organisation nom|nom de l organisation|organización nombre|nombre de la organización
        |nombre de la compañía|name des unternehmens|hauptunternehmen|zugeordnetes unternehmen|firma account
        |entreprise principale|société compte|empresa principal|compañía cuenta"""

HEADERS: Headers = {
    **OWNERSHIP,
    **PLACE,
    PREFIXES: f"{PLACE[PREFIXES]}|organization|organisation|organización|empresa",
    **WEBSITE,
    "name": _NAME,
    "type": """account type|customer type|relationship type|company type|lifecycle stage|type|relationship
        |kundentyp|kontotyp|art des kunden|type de compte|type de client|tipo de cuenta|tipo de cliente|tipo
        |typ
        |beziehungstyp|lifecycle phase|type de relation|phase du cycle de vie|tipo de relación
        |etapa del ciclo de vida""",
    "type_since": "type since",
    "customer_since": """customer since|client since|became a customer date|customer from
        |kunde seit|client depuis|cliente desde""",
    "industry": """industry|sector|industry sector|branch|vertical|branche|wirtschaftszweig|secteur
        |secteur d activité
        |industrie|sector|industria""",
    "phone": """phone|main phone|account phone|company phone|phone number|business phone|telephone
        |organization phone
        |company main phone|telefon|telefonnummer|telefon zentrale|téléphone|téléphone société
        |téléphone principal|tél|tél fixe|téléphone fixe
        |teléfono|teléfono principal
        |haupttelefon
        |numéro de téléphone|número de teléfono""",
    "employees": """employees|number of employees|no of employees|employee count|headcount|company size|size
        |mitarbeiter|anzahl mitarbeiter|mitarbeiterzahl|beschäftigte
        |effectif|nombre d employés|nombre de salariés|employés
        |empleados|número de empleados|plantilla
        |anzahl der mitarbeiter
        |anzahl der mitarbeitenden|nbre d employés|n o de empleados""",
    "annual_revenue": """annual revenue|revenue|turnover|yearly revenue|sales|jahresumsatz|umsatz
        |chiffre d affaires|revenu annuel|ca
        |ingresos anuales|facturación anual|facturación
        |chiffre d affaires annuel""",
    "founded": """founded|year founded|founded year|year established|founded in|year started|gründungsjahr
        |gegründet
        |année de création|fondée en|año de fundación|fundada
        |gründung""",
    "parent": """parent account|parent company|parent account name|parent name|subsidiary of|parent
        |parent account id
        |muttergesellschaft|übergeordneter kunde|konzern|société mère|compte parent|empresa matriz
        |cuenta principal
        |übergeordneter account|übergeordnete firma|übergeordnetes unternehmen|compte principal
        |übergeordnetes konto
        |entreprise mère|cuenta primaria""",
    "contract_ends_on": """contract ends|contract end date|contract end|renewal date|end of contract
        |vertragsende
        |fin de contrat|fin de contrato|vencimiento del contrato""",
    "external_id": f"""account id|company id|organization id|account id 18|{OWNERSHIP["external_id"]}
        |do not modify account|nicht ändern firma|nicht ändern konto|ne pas modifier compte|no modificar cuenta""",
    "owner": f"account owner|company owner|organization owner|{OWNERSHIP['owner']}",
    "description": f"{OWNERSHIP['description']}|about us|company description",
}
COMPANY_NAMES = _NAME
