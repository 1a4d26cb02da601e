"""What other systems call the columns of leads; see ``crm.records.headers``."""

from __future__ import annotations

from contacts.headers import ACCOUNT_NAMES
from crm.catalogue.types import Headers
from crm.records.headers import OWNERSHIP, PERSON, PLACE, PREFIXES, WEBSITE

HEADERS: Headers = {
    **OWNERSHIP,
    **PLACE,
    PREFIXES: f"{PLACE[PREFIXES]}|lead",
    **WEBSITE,
    **PERSON,
    "name": f"{PERSON['name']}|contact|contact person",
    "company": ACCOUNT_NAMES,
    "status": """lead status|status|status reason|lead stage|stage|status des leads|statut|statut de la piste
        |estado|estado del candidato
        |leadstatus|statut du prospect|estado de posible cliente|estado del prospecto
        |statusgrund|statut du lead|raison du statut|estado del lead|estado del cliente potencial
        |razón para el estado""",
    "source": """lead source|source|original source|original traffic source|lead origin|origin|channel
        |source name
        |leadquelle|quelle|herkunft|source de la piste|origine|origen|origen del candidato|fuente
        |origine de la piste|source du prospect|fuente de posible cliente|fuente del prospecto
        |ursprüngliche quelle|ursprüngliche traffic quelle|origine du lead|source du lead|source d origine
        |source de trafic d origine|origen del lead|fuente del lead|fuente original|fuente original de tráfico
        |origen del cliente potencial|fuente del cliente potencial""",
    "rating": """rating|lead rating|temperature|lead score|score|bewertung|priorität|évaluation|valoración
        |clasificación|calificación""",
    "campaign": """campaign|campaign name|source campaign|utm campaign|event|kampagne|veranstaltung|messe
        |campagne|campaña|evento""",
    "product_interest": """product interest|interested in|product|interest|topic|lead title|produkt
        |produktinteresse|interesse
        |produit|intérêt|producto|interés
        |lead titel|lead titre|lead título|thema|sujet|tema|asunto""",
    "estimated_value": """estimated value|value|lead value|estimated amount|est value|budget amount|amount
        |expected revenue|budget
        |wert|geschätzter wert|auftragswert|valeur|valeur estimée|montant|valor|valor estimado|importe
        |gesch wert|valeur est|valor est""",
    "employees": """number of employees|no of employees|employees|company size|headcount|size|mitarbeiter
        |anzahl mitarbeiter
        |effectif|nombre d employés|empleados|número de empleados
        |anzahl der mitarbeiter
        |anzahl der mitarbeitenden|nbre d employés|n o de empleados""",
    "unqualified_reason": """unqualified reason|disqualification reason|lost reason|reason|ablehnungsgrund|grund
        |motif|motivo""",
    "created_at": """created|created on|created at|created date|create date|creation date|date created|came in|received
        |lead creation time|lead created|added on|date added
        |erstellt|erstellt am|erstellungsdatum|angelegt am|eingegangen am|erstelldatum
        |créé le|date de création|fecha de creación|creado el
        |lead erstellt|lead créé|lead creado|heure de création|hora de creación""",
    "status_since": """status since|last status change|status changed|status changed on|status change date
        |last status change date|lead status since|date entered current stage
        |status seit|statusänderung|letzte statusänderung|statut depuis|estado desde""",
    "converted_at": """converted date|converted on|converted at|date converted|conversion date|converted time
        |konvertiert am|umgewandelt am|converti le|date de conversion|convertido el|fecha de conversión""",
    "phone": f"""phone|business phone|mobile phone|{PERSON["phone"]}|mobile|mobiltelefon|mobil|tél mobile
        |tél portable|portable|móvil""",
    "external_id": f"""lead id|lead id 18|{OWNERSHIP["external_id"]}
        |do not modify lead|nicht ändern lead|ne pas modifier prospect|no modificar cliente potencial
        |id de la piste|id du lead|id del lead|id de candidato|id del candidato""",
    "owner": f"lead owner|contact owner|{OWNERSHIP['owner']}",
}
