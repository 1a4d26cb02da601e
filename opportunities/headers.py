"""What other systems call the columns of deals; see ``crm.records.headers``."""

from __future__ import annotations

from contacts.headers import ACCOUNT_NAMES
from crm.catalogue.types import Headers
from crm.records.headers import OWNERSHIP, PREFIXES

PROSPECTS = "potenzieller kunde|client potentiel|cliente potencial"

HEADERS: Headers = {
    **OWNERSHIP,
    PREFIXES: "deal|affaire|trato|negocio|transaction|geschäft",
    "name": """opportunity name|deal name|deal title|opportunity|deal|topic|title|subject|name
        |verkaufschance|name der verkaufschance|opportunity titel|projekt|projektname|bezeichnung|thema|geschäft
        |nom de l opportunité|opportunité|affaire|nom de l affaire|titre|nom|sujet
        |nombre de la oportunidad|oportunidad|negocio|nombre del negocio|título|asunto|nombre
        |geschäftsname|titel|nom de la transaction|nombre de trato|nombre del trato|tema""",
    "account": f"potential customer|deal organization|account id|{ACCOUNT_NAMES}|{PROSPECTS}",
    "contact": """contact name|primary contact|contact|deal contact person|contact person|associated contact
        |person|contact full name
        |ansprechpartner|kontakt|kontaktperson|interlocuteur|personne de contact|contacto|persona de contacto
        |deal contact|contacto principal
        |kontakt name|personne|persona|nom du contact|nombre de contacto|nombre del contacto|kontaktname
        |zugehöriger kontakt|contact associé|contacto asociado
        |zugeordneter kontakt""",
    "stage": """stage|stage name|deal stage|sales stage|phase|pipeline phase
        |opportunity stage
        |vertriebsphase|verkaufsphase|stufe|étape|étape de la transaction|etapa|etapa del negocio|fase
        |deal phase|phase de la transaction|phase du pipeline|fase de canalización
        |deal status|status|statut|estado""",
    "amount": """amount|deal value|value|deal amount|est revenue|estimated revenue|actual revenue
        |opportunity amount|close value
        |total|price|deal size|auftragswert|betrag|wert|volumen|umsatz|montant|valeur|montant estimé|importe
        |valor|monto
        |gesch umsatz|geschätzter umsatz|revenu estimé|ingresos estimados|ingresos est|cantidad""",
    "probability": """probability|deal probability|probability percent|win probability|chance|wahrscheinlichkeit
        |abschlusswahrscheinlichkeit
        |probabilité|probabilité de gain|probabilidad
        |deal wahrscheinlichkeit|probabilité de la transaction|probabilidad del negocio""",
    "rating": "rating|priority|deal priority|bewertung|priorität|priorité|évaluation|prioridad|clasificación",
    "expected_close_on": """expected close date|deal expected close date|est close date|estimated close date
        |expected close
        |close by|forecast date|erwartetes abschlussdatum|erwarteter abschluss|voraussichtlicher abschluss
        |date de clôture prévue|date de fermeture prévue|clôture prévue|fecha de cierre prevista
        |fecha prevista de cierre
        |gesch abschlussdatum|geschätztes abschlussdatum|date de clôture estimée|date de fermeture estimée
        |fecha de cierre estimada|fecha est cierre
        |voraussichtliches abschlussdatum""",
    "close_day": """close date|closing date|abschlussdatum|schlusstermin|abschluss|abschlusstermin
        |date de clôture|date de fermeture|clôture|fecha de cierre|cierre""",
    "opened_on": """opened|opened on|engage date|open date|start date|created date|create date|deal created
        |created on|creation date
        |erstellt am|erstellungsdatum|angelegt am|date de création|créé le|fecha de creación|creado el
        |erstelldatum
        |deal erstellt|affaire créée|trato creado|negocio creado|hora de creación""",
    "closed_on": """closed on|closed date|deal deal closed on|deal closed on
        |actual close date|deal won time|won time|won date
        |date closed|closed
        |geschlossen am|tatsächliches abschlussdatum|date de clôture réelle|fermé le|fecha de cierre real
        |cerrado el
        |deal abgeschlossen am|affaire conclue le|trato cerrado el|gewonnen am|gagnée le|ganado el""",
    "stage_since": """in stage since|stage since|last stage change|last stage change date|stage change date
        |last time of stage change|stage changed on|date entered current stage|stage entered on
        |in phase seit|letzte phasenänderung|date de changement d étape|fecha de cambio de etapa""",
    "last_activity_at": """last activity|last activity date|last activity time|last activity on|last touched
        |letzte aktivität|letzte aktivität am|datum der letzten aktivität|dernière activité
        |date de la dernière activité|date de dernière activité|última actividad|fecha de la última actividad
        |fecha de última actividad""",
    "next_step": """next step|next action|follow up|nächster schritt|prochaine étape|próximo paso|siguiente paso
        |étape suivante|paso siguiente""",
    "next_step_on": """next step date|next activity date|follow up date|deal next activity date
        |nächster schritt am
        |date de la prochaine étape|fecha del próximo paso""",
    "loss_reason": """closed lost reason|lost reason|loss reason|deal lost reason|reason lost|reason for loss
        |verlustgrund
        |motif de perte|raison de la perte|motivo de pérdida
        |grund für verlust|grund für abschluss verloren|motif de la perte|raison de perte|motivo de la pérdida
        |motivo de cierre perdido|razón de pérdida|razón de la pérdida""",
    "loss_note": "loss comment|loss note",
    "source": """lead source|source|original source|origin|leadquelle|quelle|herkunft|origine|source|origen|fuente
        |lead quelle|origine de la piste|source du prospect|origen del candidato|fuente de posible cliente
        |origine du lead|source du lead|fuente del lead|ursprüngliche quelle""",
    "campaign": """campaign|primary campaign source|source campaign|campaign name|kampagne|campagne|campaña
        |campaign source
        |kampagnenquelle|source de la campagne|fuente de la campaña|fuente de campaña""",
    "product": """product|product name|product of interest|deal product name|produkt|produit|producto
        |service""",
    "requirements": "requirements|needs|customer need|anforderungen|bedarf|besoins|requisitos|necesidades",
    "external_id": f"""opportunity id|deal id|opportunity id 18|{OWNERSHIP["external_id"]}
        |do not modify opportunity|nicht ändern verkaufschance|ne pas modifier opportunité
        |no modificar oportunidad""",
    "owner": f"opportunity owner|deal owner|{OWNERSHIP['owner']}",
}
