"""Columns as other systems write them in their exports: ``header > field``, "" where there is none.

By system, its language (of Salesforce also the names of its API), and the type of record. Google writes English ones
whatever language one has. Zoho, Pipedrive and Dynamics stand in ``headers_of_more.py``, more of all
CRMs in ``headers_in_full.py``.
"""

from tests.imports.headers_in_full import IN_FULL
from tests.imports.headers_of_more import MORE

FILES = {
    **MORE,
    **IN_FULL,
    "outlook en contacts": """Title > | First Name > first_name | Middle Name > middle_name | Last Name > last_name
        | Suffix > name_suffix
        | Company > account | Department > | Job Title > job_title | Business Street > street | Business City > city
        | Business State > region | Business Postal Code > postal_code | Business Country/Region > country
        | Home Street > | Home City > | Business Fax > | Home Phone > | Business Phone > phone | Mobile Phone > mobile
        | Birthday > | Web Page > | Spouse > | Office Location > | Assistant's Name >
        | Categories > tags | E-mail 2 Address > | E-mail Address > email | Manager's Name > reports_to
        | Notes > description""",
    "outlook de contacts": """Anrede > | Vorname > first_name | Weitere Vornamen > middle_name | Nachname > last_name
        | Suffix > name_suffix
        | Firma > account | Abteilung > | Position > job_title | Straße geschäftlich > street
        | Ort geschäftlich > city
        | Bundesland/Kanton geschäftlich > region | Postleitzahl geschäftlich > postal_code
        | Land/Region geschäftlich > country | Straße privat > | Telefon (privat) > | Telefon geschäftlich > phone
        | Fax geschäftlich > | Mobiltelefon > mobile | E-Mail-Adresse > email | E-Mail 2: Adresse > | Geburtstag >
        | Kategorien > tags | Name des/der Vorgesetzten > reports_to | Notizen > description""",
    "outlook fr contacts": """Prénom > first_name | Nom > last_name | Société > account | Service >
        | Titre > job_title
        | Rue (bureau) > street | Ville (bureau) > city | Code postal (bureau) > postal_code
        | Pays/Région (bureau) > country | Téléphone (bureau) > phone | Tél. mobile > mobile
        | Adresse de messagerie > email | Anniversaire > | Catégories > tags | Nom du responsable > reports_to
        | Notes > description""",
    "outlook es contacts": """Tratamiento > | Nombre > first_name | Apellidos > last_name | Organización > account
        | Puesto > job_title | Calle del trabajo > street | Ciudad del trabajo > city
        | Estado o provincia del trabajo > region | Código postal del trabajo > postal_code
        | País o región del trabajo > country | Teléfono del trabajo > phone | Móvil > mobile
        | Dirección de correo electrónico > email | Cumpleaños > | Categorías > tags | Notas > description
        | Nombre del director > reports_to""",
    "google en contacts": """Name > | Given Name > first_name | Family Name > last_name | E-mail 1 - Type >
        | E-mail 1 - Value > email | Phone 1 - Value > phone | Organization 1 - Name > account
        | Organization 1 - Title > job_title | Address 1 - Street > street | Address 1 - City > city""",
    "google-2024 en contacts": """First Name > first_name | Middle Name > middle_name | Last Name > last_name
        | Name Prefix > | File As > | Organization Name > account | Organization Title > job_title
        | Organization Department >
        | Birthday > | Notes > description | Photo > | Labels > tags | E-mail 1 - Label > | E-mail 1 - Value > email
        | E-mail 2 - Value > | Phone 1 - Label > | Phone 1 - Value > phone | Phone 2 - Value > mobile
        | Address 1 - Formatted > | Address 1 - Street > street | Address 1 - City > city
        | Address 1 - Region > region
        | Address 1 - Postal Code > postal_code | Address 1 - Country > country | Website 1 - Value >""",
    "outlook-all en contacts": """Title > | First Name > first_name | Middle Name > middle_name
        | Last Name > last_name | Suffix > name_suffix | Company > account | Department > | Job Title > job_title
        | Business Street > street | Business Street 2 > | Business Street 3 > | Business City > city
        | Business State > region | Business Postal Code > postal_code | Business Country/Region > country
        | Home Street > | Home Street 2 > | Home Street 3 > | Home City > | Home State > | Home Postal Code >
        | Home Country/Region > | Other Street > | Other City > | Other State > | Other Postal Code >
        | Other Country/Region > | Assistant's Phone > | Business Fax > | Business Phone > phone
        | Business Phone 2 > | Callback > | Car Phone > | Company Main Phone > | Home Fax > | Home Phone >
        | Home Phone 2 > | ISDN > | Mobile Phone > mobile | Other Fax > | Other Phone > | Pager > | Primary Phone >
        | Radio Phone > | TTY/TDD Phone > | Telex > | Account > | Anniversary > | Assistant's Name >
        | Billing Information > | Birthday > | Business Address PO Box > | Categories > tags | Children >
        | Directory Server > | E-mail Address > email | E-mail Type > | E-mail Display Name > | E-mail 2 Address >
        | E-mail 2 Type > | E-mail 2 Display Name > | E-mail 3 Address > | E-mail 3 Type > | E-mail 3 Display Name >
        | Gender > | Government ID Number > | Hobby > | Home Address PO Box > | Initials > | Internet Free Busy >
        | Keywords > | Language > | Location > | Manager's Name > reports_to | Mileage > | Notes > description
        | Office Location > | Organizational ID Number > | Other Address PO Box > | Priority > | Private >
        | Profession > | Referred By > | Sensitivity > | Spouse > | User 1 > | User 2 > | User 3 > | User 4 >
        | Web Page >""",
    "salesforce api contacts": """Id > external_id | FirstName > first_name | LastName > last_name
        | Account.Name > account | Title > job_title | Email > email | Phone > phone | MobilePhone > mobile
        | MailingStreet > street | MailingCity > city | MailingState > region | MailingPostalCode > postal_code
        | MailingCountry > country | Owner.Name > owner | ReportsTo.Name > reports_to | HasOptedOutOfEmail > opted_out
        | Birthdate > | Description > description""",
    "salesforce en contacts": """Contact ID > external_id | First Name > first_name | Last Name > last_name
        | Account Name > account | Title > job_title | Email > email | Phone > phone | Mobile > mobile
        | Mailing Street > street | Mailing City > city | Mailing State/Province > region
        | Mailing Zip/Postal Code > postal_code | Mailing Country > country | Contact Owner > owner
        | Reports To > reports_to | Email Opt Out > opted_out""",
    "salesforce de contacts": """Kontakt-ID > external_id | Vorname > first_name | Nachname > last_name
        | Accountname > account | Titel > job_title | E-Mail > email | Telefon > phone | Mobiltelefon > mobile
        | Postanschrift (Straße) > street | Postanschrift (Stadt) > city | Postanschrift (Postleitzahl) > postal_code
        | Postanschrift (Land) > country | Kontaktinhaber > owner | Vorgesetzter > reports_to""",
    "salesforce fr contacts": """Prénom > first_name | Nom > last_name | Nom du compte > account
        | Fonction > job_title
        | Adresse e-mail > email | Téléphone > phone | Téléphone portable > mobile | Rue > street | Ville > city
        | Code postal > postal_code | Pays > country | Propriétaire du contact > owner""",
    "salesforce es contacts": """Nombre > first_name | Apellidos > last_name | Nombre de la cuenta > account
        | Cargo > job_title | Correo electrónico > email | Teléfono > phone | Móvil > mobile | Calle > street
        | Ciudad > city | Código postal > postal_code | País > country | Propietario del contacto > owner""",
    "salesforce api accounts": """Id > external_id | Name > name | Type > type | Industry > industry
        | AnnualRevenue > annual_revenue | NumberOfEmployees > employees | BillingStreet > street | BillingCity > city
        | BillingState > region | BillingPostalCode > postal_code | BillingCountry > country | ShippingCity >
        | Phone > phone | Fax > | Website > website | Parent.Name > parent | Owner.Name > owner
        | YearStarted > founded""",
    "salesforce en accounts": """Account ID > external_id | Account Name > name | Account Owner > owner | Type > type
        | Parent Account > parent | Billing Street > street | Billing City > city | Billing State/Province > region
        | Billing Zip/Postal Code > postal_code | Billing Country > country | Shipping Street > | Phone > phone
        | Website > website | Industry > industry | Annual Revenue > annual_revenue | Employees > employees
        | Year Started > founded | Description > description""",
    "salesforce de accounts": """Account-ID > external_id | Accountname > name | Accountinhaber > owner | Typ > type
        | Übergeordneter Account > parent | Rechnungsanschrift (Straße) > street | Rechnungsanschrift (Stadt) > city
        | Rechnungsanschrift (Postleitzahl) > postal_code | Rechnungsanschrift (Land) > country | Telefon > phone
        | Website > website | Branche > industry | Jahresumsatz > annual_revenue | Mitarbeiter > employees""",
    "salesforce fr accounts": """Nom du compte > name | Propriétaire du compte > owner | Type > type
        | Compte principal > parent | Rue de facturation > street | Ville de facturation > city
        | Code postal de facturation > postal_code | Pays de facturation > country | Téléphone > phone
        | Site Web > website | Secteur d'activité > industry | Chiffre d'affaires annuel > annual_revenue
        | Employés > employees""",
    "salesforce es accounts": """Nombre de la cuenta > name | Propietario de la cuenta > owner | Tipo > type
        | Cuenta principal > parent | Calle de facturación > street | Ciudad de facturación > city
        | Código postal de facturación > postal_code | País de facturación > country | Teléfono > phone
        | Sitio Web > website | Sector > industry | Ingresos anuales > annual_revenue | Empleados > employees""",
    "salesforce api leads": """Id > external_id | FirstName > first_name | LastName > last_name | Company > company
        | Title > job_title | Email > email | MobilePhone > | Phone > phone | LeadSource > source | Status > status
        | Rating > rating | NumberOfEmployees > employees | Street > street | City > city | State > region
        | PostalCode > postal_code | Country > country | Website > website | Owner.Name > owner""",
    "salesforce en leads": """Lead ID > external_id | First Name > first_name | Last Name > last_name
        | Company / Account > company | Title > job_title | Email > email | Phone > phone | Lead Source > source
        | Lead Status > status | Lead Owner > owner | Rating > rating | No. of Employees > employees | Street > street
        | City > city | State/Province > region | Zip/Postal Code > postal_code | Country > country""",
    "salesforce de leads": """Vorname > first_name | Nachname > last_name | Firma > company | Titel > job_title
        | E-Mail > email | Telefon > phone | Lead-Quelle > source | Leadstatus > status | Leadinhaber > owner
        | Bewertung > rating | Anzahl der Mitarbeiter > employees | Straße > street | Stadt > city
        | Postleitzahl > postal_code | Land > country""",
    "salesforce fr leads": """Prénom > first_name | Nom > last_name | Société > company | Fonction > job_title
        | Adresse e-mail > email | Téléphone > phone | Origine de la piste > source | Statut de la piste > status
        | Propriétaire de la piste > owner | Évaluation > rating | Nombre d'employés > employees""",
    "salesforce es leads": """Nombre > first_name | Apellidos > last_name | Compañía > company | Cargo > job_title
        | Correo electrónico > email | Teléfono > phone | Origen del candidato > source
        | Estado del candidato > status | Propietario del candidato > owner | Número de empleados > employees""",
    "salesforce api opportunities": """Id > external_id | Name > name | Account.Name > account | StageName > stage
        | Amount > amount | Probability > probability | CloseDate > close_day | LeadSource > source | IsWon >
        | NextStep > next_step | Owner.Name > owner | CreatedDate > opened_on | Pricebook2.Name >
        | Description > description""",
    "salesforce en opportunities": """Opportunity ID > external_id | Opportunity Name > name | Account Name > account
        | Stage > stage | Amount > amount | Probability (%) > probability | Close Date > close_day
        | Created Date > opened_on | Next Step > next_step | Lead Source > source | Opportunity Owner > owner
        | Primary Campaign Source > campaign | Expected Revenue > | Age >""",
    "salesforce de opportunities": """Opportunity-Name > name | Accountname > account | Phase > stage
        | Betrag > amount
        | Wahrscheinlichkeit (%) > probability | Schlusstermin > close_day | Erstelldatum > opened_on
        | Nächster Schritt > next_step | Lead-Quelle > source | Opportunity-Inhaber > owner""",
    "salesforce fr opportunities": """Nom de l'opportunité > name | Nom du compte > account | Étape > stage
        | Montant > amount | Probabilité (%) > probability | Date de clôture > close_day
        | Date de création > opened_on
        | Étape suivante > next_step | Origine de la piste > source | Propriétaire de l'opportunité > owner""",
    "salesforce es opportunities": """Nombre de la oportunidad > name | Nombre de la cuenta > account | Etapa > stage
        | Importe > amount | Probabilidad (%) > probability | Fecha de cierre > close_day
        | Fecha de creación > opened_on | Paso siguiente > next_step | Origen del candidato > source
        | Propietario de la oportunidad > owner""",
    "hubspot en contacts": """Record ID > external_id | First Name > first_name | Last Name > last_name
        | Email > email
        | Phone Number > phone | Mobile Phone Number > mobile | Contact owner > owner | Company Name > account
        | Job Title > job_title | Lifecycle Stage > relationship | City > city | State/Region > region
        | Country/Region > country | Postal Code > postal_code | Street Address > street | Last Modified Date >""",
    "hubspot en leads": """First Name > first_name | Last Name > last_name | Email > email | Phone Number > phone
        | Company Name > company | Lead Status > status | Original Traffic Source > source | Contact owner > owner""",
    "hubspot de leads": """Datensatz-ID > external_id | Vorname > first_name | Nachname > last_name | E-Mail > email
        | Telefonnummer > phone | Unternehmensname > company | Jobbezeichnung > job_title | Lead-Status > status
        | Ursprüngliche Traffic-Quelle > source | Zuständiger Mitarbeiter > owner | Erstellungsdatum > created_at""",
    "hubspot fr leads": """ID de fiche d'informations > external_id | Prénom > first_name | Nom > last_name
        | E-mail > email | Numéro de téléphone > phone | Nom de l'entreprise > company
        | Intitulé du poste > job_title | Statut du lead > status | Source de trafic d'origine > source
        | Propriétaire du contact > owner | Date de création > created_at""",
    "hubspot es leads": """ID de registro > external_id | Nombre > first_name | Apellidos > last_name
        | Correo > email | Número de teléfono > phone | Nombre de la empresa > company | Cargo > job_title
        | Estado del lead > status | Fuente original de tráfico > source | Propietario del contacto > owner
        | Fecha de creación > created_at""",
    "hubspot-object en leads": """Record ID > external_id | Lead Name > name | Lead Owner > owner
        | Lead Stage > status | Lead Type > | Associated Company > company | Create Date > created_at""",
    "hubspot de contacts": """Datensatz-ID > external_id | Vorname > first_name | Nachname > last_name
        | E-Mail > email
        | Telefonnummer > phone | Mobiltelefonnummer > mobile | Zuständiger Mitarbeiter > owner
        | Unternehmensname > account | Position > job_title | Stadt > city | Bundesland/Region > region
        | Land/Region > country | Postleitzahl > postal_code | Straße und Hausnummer > street""",
    "hubspot fr contacts": """ID de fiche d'informations > external_id | Prénom > first_name | Nom > last_name
        | E-mail > email | Numéro de téléphone > phone | Numéro de téléphone mobile > mobile
        | Propriétaire du contact > owner | Nom de l'entreprise > account | Intitulé du poste > job_title
        | Ville > city | État/Région > region | Pays/Région > country | Code postal > postal_code""",
    "hubspot es contacts": """ID de registro > external_id | Nombre > first_name | Apellidos > last_name
        | Correo > email | Número de teléfono > phone | Número de teléfono móvil > mobile
        | Propietario del contacto > owner | Nombre de la empresa > account | Cargo > job_title | Ciudad > city
        | Estado/región > region | País/región > country | Código postal > postal_code""",
    "hubspot en accounts": """Company name > name | Company Domain Name > website | Phone Number > phone
        | Company owner > owner | State/Region > region | Number of Employees > employees | Industry > industry
        | Annual Revenue > annual_revenue | Record ID > external_id | Year Founded > founded""",
    "hubspot de accounts": """Unternehmensname > name | Domain-Name des Unternehmens > website | Branche > industry
        | Jahresumsatz > annual_revenue | Anzahl der Mitarbeiter > employees | Zuständiger Mitarbeiter > owner
        | Datensatz-ID > external_id""",
    "hubspot fr accounts": """Nom de l'entreprise > name | Nom de domaine de l'entreprise > website
        | Secteur d'activité > industry | Nombre d'employés > employees | Propriétaire de l'entreprise > owner""",
    "hubspot es accounts": """Nombre de la empresa > name | Nombre de dominio de la empresa > website
        | Sector > industry
        | Número de empleados > employees | Propietario de la empresa > owner""",
    "hubspot en opportunities": """Record ID > external_id | Deal Name > name | Deal Stage > stage
        | Deal owner > owner
        | Amount > amount | Associated Company > account | Associated Contact > contact | Create Date > opened_on
        | Close Date > close_day | Closed Lost Reason > loss_reason | Pipeline >""",
    "hubspot de opportunities": """Deal-Name > name | Deal-Phase > stage | Zuständiger Mitarbeiter > owner
        | Betrag > amount | Abschlussdatum > close_day | Erstellungsdatum > opened_on
        | Zugehöriges Unternehmen > account""",
    "hubspot fr opportunities": """Nom de la transaction > name | Phase de la transaction > stage | Montant > amount
        | Date de fermeture > close_day | Date de création > opened_on | Propriétaire de la transaction > owner""",
    "hubspot es opportunities": """Nombre del negocio > name | Etapa del negocio > stage | Valor > amount
        | Fecha de cierre > close_day | Fecha de creación > opened_on | Propietario del negocio > owner""",
    "sheet de leads": """Vorname > first_name | Nachname > last_name | Firma > company | E-Mail > email
        | Telefon > phone | Leadquelle > source | PLZ > postal_code | Ort > city | Land > country
        | Bemerkung > description""",
    "sheet de accounts": """Kundennummer > | Firma > name | Branche > industry | Umsatz > annual_revenue
        | Mitarbeiter > employees | Straße > street | Webseite > website""",
    "sheet de opportunities": """Projekt > name | Kunde > account | Ansprechpartner > contact | Phase > stage
        | Volumen > amount | Abschluss > close_day | Verlustgrund > loss_reason | Betreuer > owner""",
}
