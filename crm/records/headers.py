"""What other systems call the columns of their files, where several types of record have the same field.

Each field has its names, the surest first, by line: CRMs (Salesforce, HubSpot, Zoho, Pipedrive, Dynamics), then
address books (Outlook, Google), then German, French and Spanish. Case, spaces and signs do not matter. A name with
``*`` stands for all that begin or end so. ``PREFIXES`` names what may stand before a name: ``Deal - Title``.
"""

from __future__ import annotations

from crm.catalogue.types import Headers

PREFIXES = "*"  # in the place of a field
SURE = "="  # before a field: names as sure as its own, of which a file with both has the first

OWNERSHIP: Headers = {
    "owner": """owner name|owner id|owner|record owner|assigned to|sales rep|salesperson|sales agent|responsible
        |besitzer|eigentümer|inhaber|zuständig|verantwortlich|betreuer|bearbeiter
        |propriétaire|responsable|assigné à|commercial
        |propietario|responsable|asignado a|comercial
        |rep|account manager|zuständiger mitarbeiter|* owner|*inhaber|*besitzer|propriétaire *|propietario *""",
    "team": "team|sales team|territory|vertriebsteam|équipe|equipo",
    "tags": """tags|tag|labels|label|categories|categorías|catégories|kategorien|schlagwörter|étiquettes|etiquetas
        |keywords|group membership
        |schlagwort|étiquette|etiqueta""",
    "description": """description|notes|note|comments|comment|remarks|about|background info
        |beschreibung|notizen|notiz|bemerkung|bemerkungen|kommentar|anmerkungen
        |remarques|commentaire|commentaires
        |descripción|notas|nota|observaciones|comentarios""",
    "external_id": """id|record id|external id|externe id|identifiant|identificador|kennung
        |reference|datensatz id|kontakt id|id de fiche d informations|id d enregistrement|id de registro""",
}

# Work before home, and billing before shipping: where an address book or a CRM has both.
PLACE: Headers = {
    PREFIXES: """address 1|address|adresse 1|adresse|dirección 1|dirección|rechnungsanschrift|postanschrift
        |mailing address|billing address""",
    "street": """street|street address|mailing street|business street|work street|address 1 street
        |billing street
        |billing address line 1|address 1 street 1|street 1|address line 1|address 1 formatted|address
        |street or po box
        |straße|straße geschäftlich|anschrift|adresse|straße und hausnummer|rechnungsstraße|home street
        |rue|rue bureau|adresse postale|rue de facturation
        |calle|calle del trabajo|dirección|dirección de facturación|domicilio
        |straße 1|rue 1|calle 1|calle de facturación
        |postanschrift straße|rue de correspondance|calle de correspondencia
        |rue adresse postale|calle de correo""",
    "city": """city|town|mailing city|business city|work city|address 1 city|billing city|home city
        |ort geschäftlich|ort|stadt|wohnort|rechnungsort
        |ville|ville bureau|localité|ville de facturation
        |ciudad|ciudad del trabajo|población|localidad|ciudad de facturación
        |postanschrift ort|postanschrift stadt|ville de correspondance|ciudad de correspondencia
        |ville adresse postale|ciudad de correo""",
    "region": """state or region|state|region|state province|state region|mailing state|mailing state province
        |business state
        |address 1 state province|address 1 region|billing state|billing state province|province|county
        |home state
        |bundesland|bundesland kanton geschäftlich|region geschäftlich|kanton
        |dép région bureau|département|région|état province
        |provincia|estado|estado o provincia del trabajo|región|comunidad autónoma
        |bundesland region|état région|estado región
        |rechnungsbundesland|postanschrift bundesland|état de facturation|état de correspondance
        |estado de facturación|estado de correspondencia
        |bundesland provinz|bundesland kanton|état province adresse postale|estado provincia|estado o provincia
        |estado o provincia de correo""",
    "postal_code": """postal code|zip|zip code|postcode|zip postal code|mailing zip|mailing postal code
        |mailing zip postal code|business postal code|address 1 zip postal code|address 1 postal code
        |billing zip
        |billing postal code|billing zip postal code|billing code|mailing code|home postal code
        |plz|postleitzahl|postleitzahl geschäftlich
        |code postal|code postal bureau|cp
        |código postal|código postal del trabajo
        |code postal de facturation|código postal de facturación
        |rechnungs plz|rechnungspostleitzahl|postanschrift plz|postanschrift postleitzahl|code de facturation
        |code postal de correspondance|código de facturación|código postal de correspondencia
        |código de correspondencia
        |code postal adresse postale|código postal de correo""",
    "country": """country|country region|mailing country|business country region|business country
        |address 1 country region
        |address 1 country|billing country|home country region|home country
        |land|land region geschäftlich|staat
        |pays|pays région bureau|pays bureau
        |país|país o región del trabajo|país región
        |office location|location|land region|pays région|pays de facturation|país de facturación
        |rechnungsland|postanschrift land|pays de correspondance|país de correspondencia
        |pays adresse postale|país o región|país de correo""",
}

PERSON: Headers = {
    "name": """name|full name|display name|contact name|person name|file as|complete name
        |vollständiger name|anzeigename|ansprechpartner
        |nom complet|nom affiché
        |nombre completo|nombre para mostrar
        |personne nom|persona nombre|kontaktperson|person|personne|personne de contact|persona
        |persona de contacto|name der person|nom de la personne|nombre de la persona""",
    "first_name": """first name|given name|forename|firstname|person first name
        |vorname|rufname
        |prénom
        |nombre|nombre de pila|primer nombre""",
    "middle_name": """middle name|middle names|additional name|person middle name|second name
        |weitere vornamen|zweiter vorname
        |deuxième prénom|autres prénoms
        |segundo nombre""",
    "name_suffix": """suffix|name suffix|generational suffix|namenszusatz|suffixe|sufijo""",
    "last_name": """last name|surname|family name|lastname|person last name
        |nachname|familienname|zuname
        |nom|nom de famille
        |apellidos|apellido""",
    "job_title": """job title|organization title|organization 1 title|person job title|position|title|function
        |job|role
        |berufsbezeichnung|funktion|stellenbezeichnung|stelle
        |fonction|poste|titre|intitulé du poste
        |puesto|cargo|puesto de trabajo
        |titel
        |jobbezeichnung|titre du poste|título|título del puesto|nombre del puesto""",
    "email": """e mail|email|e mail address|email address|email work|work email|person email work|person email
        |e mail 1 value
        |primary email|email 1|business email|mail|e mail 1 address|person email home|e mail 2 address
        |e mail 2 value
        |e mail adresse|email adresse|e mail geschäftlich
        |adresse de messagerie|adresse e mail|courriel|adresse email|mél
        |dirección de correo electrónico|correo electrónico|correo|email del trabajo
        |courrier électronique
        |e mail büro|e mail arbeit|person e mail büro|person e mail arbeit|e mail travail|personne e mail
        |personne e mail travail|correo electrónico trabajo|persona correo electrónico
        |persona correo electrónico trabajo""",
    "phone": """phone|business phone|work phone|phone work|phone number|person phone work|person phone|telephone
        |phone 1 value|phone 1|primary phone|company main phone|business phone 2|office phone|home phone
        |other phone
        |telefon|telefon geschäftlich|telefonnummer|rufnummer|telefon privat
        |téléphone|téléphone bureau|tél|numéro de téléphone|téléphone domicile
        |teléfono|teléfono del trabajo|número de teléfono|teléfono particular
        |tél fixe|téléphone fixe|tél bureau|tél professionnel|fixe
        |haupttelefon|téléphone professionnel|téléphone principal|teléfono principal
        |telefon büro|telefon arbeit|person telefon büro|person telefon arbeit|person telefon|téléphone travail
        |personne téléphone|personne téléphone travail|teléfono trabajo|persona teléfono
        |persona teléfono trabajo""",
    "opted_out": """opted out|email opt out|has opted out of email|do not mail|unsubscribed|do not allow emails
        |unsubscribed from all email|do not allow bulk emails|marketing emails status|keine werbung|abgemeldet
        |désabonné|dado de baja
        |e mail abmeldung|e mail opt out|désinscription e mail|désinscription des e mails|no recibir correos
        |exclusión de correo electrónico
        |désinscription d e mail""",
}

WEBSITE: Headers = {
    "website": """website|web site|web page|website url|url|homepage|web|website 1 value|company domain name
        |domain
        |webseite|internetseite|internet
        |site web|page web|site internet
        |página web|sitio web|web de la empresa
        |domain name des unternehmens|unternehmensdomain name|nom de domaine de l entreprise
        |nombre de dominio de la empresa
        |url du site web|url del sitio web""",
}


def names_of(headers: Headers, field: str) -> list[str]:
    """The names of ``field``, the surest first."""
    return [" ".join(name.split()) for name in headers.get(field, "").split("|") if name.strip()]
