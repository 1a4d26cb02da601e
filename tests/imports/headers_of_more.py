"""Columns as Zoho, Pipedrive and Dynamics write them in their exports; see ``headers_of_others.py``."""

MORE = {
    "zoho en accounts": """Record Id > external_id | Account Owner > owner | Account Name > name | Phone > phone
        | Website > website | Parent Account > parent | Account Type > type | Industry > industry
        | Employees > employees
        | Billing Street > street | Billing City > city | Billing State > region | Billing Code > postal_code
        | Billing Country > country""",
    "zoho en contacts": """Contact Owner > owner | First Name > first_name | Last Name > last_name
        | Account Name > account | Title > job_title | Email > email | Phone > phone | Mobile > mobile
        | Mailing Street > street | Mailing City > city | Mailing Zip > postal_code | Mailing Country > country
        | Reporting To > reports_to | Email Opt Out > opted_out""",
    "zoho en leads": """Lead Owner > owner | Company > company | First Name > first_name | Last Name > last_name
        | Title > job_title | Email > email | Phone > phone | Mobile > | Website > website | Lead Source > source
        | Lead Status > status | No of Employees > employees | Rating > rating | Zip Code > postal_code""",
    "zoho de leads": """Lead-Besitzer > owner | Firma > company | Vorname > first_name | Nachname > last_name
        | Titel > job_title | E-Mail > email | Telefon > phone | Mobil > | Lead-Quelle > source
        | Lead-Status > status""",
    "zoho fr leads": """Société > company | Prénom > first_name | Nom > last_name | E-mail > email | Téléphone > phone
        | Source du prospect > source | Statut du prospect > status""",
    "zoho es leads": """Empresa > company | Nombre > first_name | Apellidos > last_name | Correo electrónico > email
        | Teléfono > phone | Fuente de Posible cliente > source | Estado de Posible cliente > status""",
    "zoho en opportunities": """Record Id > external_id | Deal Name > name | Account Name > account
        | Contact Name > contact | Stage > stage | Closing Date > close_day | Deal Owner > owner | Amount > amount
        | Probability (%) > probability | Campaign Source > campaign | Reason For Loss > loss_reason""",
    "zoho de opportunities": """Geschäftsname > name | Kontoname > account | Phase > stage
        | Abschlussdatum > close_day
        | Betrag > amount | Wahrscheinlichkeit (%) > probability""",
    "zoho fr opportunities": """Nom de l'affaire > name | Nom du compte > account | Étape > stage
        | Date de clôture > close_day | Montant > amount""",
    "zoho es opportunities": """Nombre de Trato > name | Nombre de cuenta > account | Fase > stage
        | Fecha de cierre > close_day | Cantidad > amount""",
    "pipedrive en opportunities": """Deal - ID > external_id | Deal - Title > name | Deal - Organization > account
        | Deal - Contact person > contact | Deal - Value > amount | Deal - Stage > stage | Deal - Pipeline >
        | Deal - Deal created > opened_on | Deal - Won time > closed_on
        | Deal - Expected close date > expected_close_on | Deal - Owner > owner | Deal - Lost reason > loss_reason""",
    "pipedrive de opportunities": """Deal - Titel > name | Deal - Organisation > account
        | Deal - Kontaktperson > contact | Deal - Wert > amount | Deal - Phase > stage | Deal - Besitzer > owner
        | Deal - Erwartetes Abschlussdatum > expected_close_on | Deal - Verlustgrund > loss_reason""",
    "pipedrive fr opportunities": """Affaire - Titre > name | Affaire - Organisation > account
        | Affaire - Personne de contact > contact | Affaire - Valeur > amount | Affaire - Étape > stage
        | Affaire - Date de clôture prévue > expected_close_on | Affaire - Propriétaire > owner""",
    "pipedrive es opportunities": """Trato - Título > name | Trato - Organización > account
        | Trato - Persona de contacto > contact | Trato - Valor > amount | Trato - Etapa > stage
        | Trato - Fecha prevista de cierre > expected_close_on | Trato - Propietario > owner
        | Trato - Motivo de pérdida > loss_reason""",
    "pipedrive en contacts": """Person - Name > name | Person - Email - Work > email | Person - Phone - Work > phone
        | Person - Organization > account | Person - Owner > owner | Person - ID > external_id
        | Person - Label > tags""",
    "pipedrive de contacts": """Person - Name > name | Person - E-Mail > email | Person - Telefon > phone
        | Person - Organisation > account | Person - Besitzer > owner""",
    "pipedrive en accounts": """Organization - Name > name | Organization - Owner > owner
        | Organization - Address > street | Organization - ID > external_id | Organization - People >""",
    "pipedrive en leads": """Lead - Title > product_interest | Lead - Organization > company | Lead - Owner > owner
        | Lead - Value > estimated_value | Lead - Contact person > name""",
    "dynamics en accounts": """Account Name > name | Main Phone > phone | Address 1: City > city
        | Address 1: Street 1 > street | Address 1: ZIP/Postal Code > postal_code | Parent Account > parent
        | Relationship Type > type | Number of Employees > employees | Owner > owner""",
    "dynamics de accounts": """Kontoname > name | Haupttelefon > phone | Adresse 1: Ort > city
        | Adresse 1: Straße 1 > street | Adresse 1: Postleitzahl > postal_code | Übergeordnete Firma > parent
        | Branche > industry | Besitzer > owner""",
    "dynamics fr accounts": """Nom du compte > name | Téléphone principal > phone | Adresse 1 : Ville > city
        | Adresse 1 : Rue 1 > street | Adresse 1 : Code postal > postal_code | Propriétaire > owner""",
    "dynamics es accounts": """Nombre de cuenta > name | Teléfono principal > phone | Dirección 1: ciudad > city
        | Dirección 1: calle 1 > street | Dirección 1: código postal > postal_code | Propietario > owner""",
    "dynamics en contacts": """Full Name > name | Email > email | Company Name > account | Business Phone > phone
        | Mobile Phone > mobile | Job Title > job_title | Address 1: Country/Region > country""",
    "dynamics de contacts": """Vollständiger Name > name | E-Mail > email | Firmenname > account
        | Telefon (geschäftlich) > phone | Mobiltelefon > mobile | Position > job_title""",
    "dynamics fr contacts": """Nom complet > name | Courrier électronique > email | Téléphone professionnel > phone
        | Téléphone mobile > mobile | Poste > job_title""",
    "dynamics es contacts": """Nombre completo > name | Correo electrónico > email | Teléfono del trabajo > phone
        | Teléfono móvil > mobile | Puesto > job_title""",
    "dynamics en leads": """Topic > product_interest | First Name > first_name | Last Name > last_name
        | Company Name > company | Lead Source > source | Status Reason > status | Rating > rating
        | Est. Value > estimated_value""",
    "dynamics en opportunities": """Topic > name | Potential Customer > account | Est. Close Date > expected_close_on
        | Actual Close Date > closed_on | Est. Revenue > amount | Actual Revenue > | Contact > contact
        | Probability > probability | Rating > rating | Owner > owner | Created On > opened_on""",
    "dynamics de opportunities": """Thema > name | Potenzieller Kunde > account
        | Gesch. Abschlussdatum > expected_close_on
        | Gesch. Umsatz > amount | Kontakt > contact | Wahrscheinlichkeit > probability""",
    "dynamics fr opportunities": """Sujet > name | Client potentiel > account
        | Date de clôture estimée > expected_close_on | Revenu estimé > amount | Probabilité > probability""",
    "dynamics es opportunities": """Tema > name | Cliente potencial > account
        | Fecha de cierre estimada > expected_close_on | Ingresos estimados > amount | Probabilidad > probability""",
    "zoho de accounts": """Datensatz-ID > external_id | Kontobesitzer > owner | Kontoname > name | Telefon > phone
        | Website > website | Übergeordnetes Konto > parent | Kontotyp > type | Branche > industry
        | Mitarbeiter > employees | Jahresumsatz > annual_revenue | Rechnungsstraße > street | Rechnungsort > city
        | Rechnungsbundesland > region | Rechnungs-PLZ > postal_code | Rechnungsland > country | Lieferstraße >
        | Beschreibung > description""",
    "zoho fr accounts": """Propriétaire du compte > owner | Nom du compte > name | Téléphone > phone
        | Site Web > website | Compte parent > parent | Type de compte > type | Secteur > industry
        | Employés > employees | Chiffre d'affaires annuel > annual_revenue | Rue de facturation > street
        | Ville de facturation > city | État de facturation > region | Code de facturation > postal_code
        | Pays de facturation > country | Rue d'expédition > | Description > description""",
    "zoho es accounts": """ID de registro > external_id | Propietario de Cuenta > owner | Nombre de Cuenta > name
        | Teléfono > phone | Sitio web > website | Cuenta principal > parent | Tipo de Cuenta > type
        | Sector > industry | Empleados > employees | Ingresos anuales > annual_revenue
        | Calle de facturación > street | Ciudad de facturación > city | Estado de facturación > region
        | Código de facturación > postal_code | País de facturación > country | Calle de envío >
        | Descripción > description""",
    "zoho de contacts": """Datensatz-ID > external_id | Kontaktbesitzer > owner | Vorname > first_name
        | Nachname > last_name | Kontoname > account | Titel > job_title | E-Mail > email | Telefon > phone
        | Mobil > mobile | Vorgesetzter > reports_to | E-Mail-Abmeldung > opted_out | Postanschrift Straße > street
        | Postanschrift Ort > city | Postanschrift PLZ > postal_code | Postanschrift Land > country | Tag > tags""",
    "zoho fr contacts": """Propriétaire du contact > owner | Prénom > first_name | Nom > last_name
        | Nom du compte > account | Fonction > job_title | E-mail > email | Téléphone > phone | Mobile > mobile
        | Supérieur hiérarchique > reports_to | Désinscription e-mail > opted_out | Rue > street | Ville > city
        | Code postal > postal_code | Pays > country | Date de naissance > | Étiquette > tags""",
    "zoho es contacts": """ID de registro > external_id | Propietario de Contacto > owner | Nombre > first_name
        | Apellidos > last_name | Nombre de Cuenta > account | Título > job_title | Correo electrónico > email
        | Teléfono > phone | Móvil > mobile | Depende de > reports_to | Calle de correspondencia > street
        | Ciudad de correspondencia > city | Estado de correspondencia > region
        | Código postal de correspondencia > postal_code | País de correspondencia > country | Etiqueta > tags
        | Nombre completo >""",
    "zoho-2 fr leads": """Propriétaire du lead > owner | Salutation > | Prénom > first_name | Fonction > job_title
        | Nom > last_name | Société > company | Origine du lead > source | Secteur > | Téléphone > phone | Mobile >
        | E-mail > email | Statut du lead > status | Évaluation > rating | Nombre d'employés > employees
        | Site Web > website""",
    "zoho-2 es leads": """ID de registro > external_id | Hora de creación > created_at | Nombre completo >
        | Nombre > first_name | Apellidos > last_name | Correo electrónico > email | Teléfono > phone
        | Estado de Posible Cliente > status | Propietario de Posible Cliente > owner | Empresa > company
        | Fuente de Posible Cliente > source | Número de empleados > employees | Etiqueta > tags""",
    "pipedrive-all de contacts": """Person - ID > external_id | Person - Name > | Person - Vorname > first_name
        | Person - Nachname > last_name | Person - Organisation > account | Person - E-Mail - Büro > email
        | Person - E-Mail - Privat > | Person - Telefon - Büro > phone | Person - Telefon - Mobil > mobile
        | Person - Label > tags | Person - Besitzer > owner | Person - Offene Deals >""",
    "pipedrive fr contacts": """Personne - ID > external_id | Personne - Nom > name | Personne - Organisation > account
        | Personne - E-mail - Travail > email | Personne - E-mail - Domicile > | Personne - Téléphone - Travail > phone
        | Personne - Téléphone - Mobile > mobile | Personne - Étiquettes > tags | Personne - Propriétaire > owner
        | Personne - Intitulé du poste > job_title""",
    "pipedrive es contacts": """Persona - ID > external_id | Persona - Nombre > name
        | Persona - Organización > account | Persona - Correo electrónico - Trabajo > email
        | Persona - Correo electrónico - Casa > | Persona - Teléfono - Trabajo > phone
        | Persona - Teléfono - Móvil > mobile | Persona - Etiqueta > tags | Persona - Propietario > owner
        | Persona - Código postal > postal_code""",
    "pipedrive-parts fr contacts": """Personne - Prénom > first_name | Personne - Nom de famille > last_name
        | Personne - Nom >""",
    "pipedrive-pair fr contacts": "Personne - Prénom > first_name | Personne - Nom > last_name",
    "pipedrive-pair es contacts": "Persona - Nombre > first_name | Persona - Apellidos > last_name",
    "pipedrive de accounts": """Organisation - ID > external_id | Organisation - Name > name
        | Organisation - Besitzer > owner | Organisation - Adresse > street | Organisation - Label > tags
        | Organisation - Personen > | Organisation - Branche > industry | Organisation - Website > website""",
    "pipedrive fr accounts": """Organisation - ID > external_id | Organisation - Nom > name
        | Organisation - Propriétaire > owner | Organisation - Adresse > street | Organisation - Étiquettes > tags
        | Organisation - Personnes > | Organisation - Secteur d'activité > industry""",
    "pipedrive es accounts": """Organización - ID > external_id | Organización - Nombre > name
        | Organización - Propietario > owner | Organización - Dirección > street | Organización - Etiqueta > tags
        | Organización - Personas > | Organización - Sector > industry""",
    "pipedrive de leads": """Lead - ID > external_id | Lead - Titel > product_interest | Lead - Organisation > company
        | Lead - Kontaktperson > name | Lead - Besitzer > owner | Lead - Wert > estimated_value | Lead - Label > tags
        | Lead - Quelle > source | Lead - Lead erstellt > created_at | Person - E-Mail - Büro > email
        | Person - Telefon - Büro > phone""",
    "pipedrive fr leads": """Lead - ID > external_id | Lead - Titre > product_interest | Lead - Organisation > company
        | Lead - Personne de contact > name | Lead - Propriétaire > owner | Lead - Valeur > estimated_value
        | Lead - Étiquettes > tags | Lead - Source > source | Personne - E-mail - Travail > email
        | Personne - Téléphone - Travail > phone""",
    "pipedrive es leads": """Lead - ID > external_id | Lead - Título > product_interest | Lead - Organización > company
        | Lead - Persona de contacto > name | Lead - Propietario > owner | Lead - Valor > estimated_value
        | Lead - Etiqueta > tags | Lead - Fuente > source | Persona - Correo electrónico - Trabajo > email
        | Persona - Teléfono - Trabajo > phone""",
    "pipedrive-2 en leads": """Lead - Title > product_interest | Lead - Person > name | Lead - Organization > company
        | Lead - Source > source | Lead - Label > tags | Lead - Lead created > created_at
        | Person - Email - Work > email | Person - Phone - Work > phone""",
    "pipedrive-2 de leads": "Kontaktperson > name | Organisation > company | Wert > estimated_value",
    "pipedrive-2 fr leads": "Personne > name | Organisation > company | Valeur > estimated_value",
    "pipedrive-2 es leads": "Persona > name | Organización > company | Valor > estimated_value",
    "dynamics-2 en accounts": """(Do Not Modify) Account > external_id | (Do Not Modify) Row Checksum >
        | (Do Not Modify) Modified On > | Account Name > name | Main Phone > phone | Address 1: City > city
        | Primary Contact > | Email (Primary Contact) (Contact) > | Website > website | Industry > industry
        | Annual Revenue > annual_revenue | Address 1: State/Province > region""",
    "dynamics de leads": """(Nicht ändern) Lead > external_id | (Nicht ändern) Zeilenprüfsumme >
        | (Nicht ändern) Geändert am > | Thema > product_interest | Vorname > first_name | Nachname > last_name
        | Firmenname > company | E-Mail > email | Telefon (geschäftlich) > phone | Mobiltelefon >
        | Leadquelle > source | Statusgrund > status | Bewertung > rating | Gesch. Wert > estimated_value
        | Position > job_title | Besitzer > owner | Erstellt am > created_at | Anzahl der Mitarbeiter > employees
        | Ort > city | Website > website""",
    "dynamics fr leads": """(Ne pas modifier) Prospect > external_id | (Ne pas modifier) Modifié le >
        | Sujet > product_interest | Prénom > first_name | Nom > last_name | Nom de la société > company
        | Courrier électronique > email | Téléphone professionnel > phone | Source du prospect > source
        | Raison du statut > status | Évaluation > rating | Valeur estimée > estimated_value | Poste > job_title
        | Propriétaire > owner | Créé le > created_at | Nombre d'employés > employees""",
    "dynamics es leads": """(No modificar) Cliente potencial > external_id | (No modificar) Fecha de modificación >
        | Tema > product_interest | Nombre > first_name | Apellidos > last_name | Nombre de la compañía > company
        | Correo electrónico > email | Teléfono del trabajo > phone | Origen del cliente potencial > source
        | Razón para el estado > status | Clasificación > rating | Valor estimado > estimated_value
        | Puesto > job_title | Propietario > owner | Fecha de creación > created_at
        | Número de empleados > employees""",
    "dynamics-2 en leads": """(Do Not Modify) Lead > external_id | Name > name | Topic > product_interest
        | Status Reason > status | Created On > created_at | Company Name > company | Email > email
        | Owner > owner""",
}
