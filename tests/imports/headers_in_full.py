"""More columns of Outlook and CRMs, as whole exports and reports have them; see ``headers_of_others.py``."""

IN_FULL = {
    "outlook-all de contacts": """Anrede > | Vorname > first_name | Weitere Vornamen > middle_name
        | Nachname > last_name | Suffix > name_suffix | Firma > account | Abteilung > | Position > job_title
        | Straße geschäftlich > street | Straße geschäftlich 2 > | Straße geschäftlich 3 > | Ort geschäftlich > city
        | Region geschäftlich > region | Postleitzahl geschäftlich > postal_code
        | Land/Region geschäftlich > country | Straße privat > | Straße privat 2 > | Ort privat >
        | Bundesland/Kanton privat > | Postleitzahl privat > | Land/Region privat > | Weitere Straße >
        | Weiterer Ort > | Weiteres/r Bundesland/Kanton > | Weitere Postleitzahl > | Weiteres/e Land/Region >
        | Telefon Assistent > | Fax geschäftlich > | Telefon geschäftlich > phone | Telefon geschäftlich 2 >
        | Rückmeldung > | Autotelefon > | Telefon Firma > | Fax privat > | Telefon (privat) > | Telefon (privat 2) >
        | ISDN > | Mobiltelefon > mobile | Weiteres Fax > | Weiteres Telefon > | Pager > | Haupttelefon >
        | Mobiltelefon 2 > | Telefon für Hörbehinderte > | Telex > | Abrechnungsinformation > | Assistent(in) >
        | Benutzer 1 > | Benutzer 2 > | Benutzer 3 > | Benutzer 4 > | Beruf > | Büro > | E-Mail-Adresse > email
        | E-Mail-Typ > | E-Mail: Angezeigter Name > | E-Mail 2: Adresse > | E-Mail 2: Typ >
        | E-Mail 2: Angezeigter Name > | E-Mail 3: Adresse > | E-Mail 3: Typ > | E-Mail 3: Angezeigter Name >
        | Empfohlen von > | Geburtstag > | Geschlecht > | Hobby > | Initialen > | Internet-Frei/Gebucht >
        | Jahrestag > | Kategorien > tags | Kinder > | Konto > | Name des/r Vorgesetzten > reports_to
        | Notizen > description | Organisationsnr. > | Ort > | Partner > | Postfach geschäftlich >
        | Postfach privat > | Priorität > | Privat > | Regierungsnr. > | Reisekilometer > | Sprache >
        | Stichwörter > | Vertraulichkeit > | Verzeichnisserver > | Webseite > | Weiteres Postfach >""",
    "outlook-all fr contacts": """Titre > | Prénom > first_name | Deuxième prénom > middle_name | Nom > last_name
        | Suffixe > name_suffix | Société > account | Service > | Titre > job_title | Rue (bureau) > street
        | Rue (bureau) 2 > | Rue (bureau) 3 > | Ville (bureau) > city | Dép/Région (bureau) > region
        | Code postal (bureau) > postal_code | Pays/Région (bureau) > country | Rue (domicile) >
        | Ville (domicile) > | Dép/Région (domicile) > | Code postal (domicile) > | Pays/Région (domicile) >
        | Rue (autre) > | Ville (autre) > | Code postal (autre) > | Téléphone de l'assistant(e) >
        | Télécopie (bureau) > | Téléphone (bureau) > phone | Téléphone 2 (bureau) > | Rappel >
        | Téléphone (voiture) > | Téléphone société > | Télécopie (domicile) > | Téléphone (domicile) >
        | Téléphone 2 (domicile) > | RNIS > | Tél. mobile > mobile | Téléphone (autre) >
        | Récepteur de radiomessagerie > | Téléphone principal > | Radio téléphone > | Téléphone TDD/TTY > | Télex >
        | Adresse de messagerie > email | Type de messagerie > | Nom complet de l'adresse de messagerie >
        | Adresse de messagerie 2 > | Type de messagerie 2 > | Anniversaire > | Anniversaire de mariage ou fête >
        | Autre boîte postale > | B.P. professionnelle > | Boîte postale du domicile > | Bureau >
        | Catégories > tags | Code gouvernement > | Compte > | Conjoint(e) > | Critère de diffusion >
        | Disponibilité Internet > | Emplacement > | Enfants > | Informations facturation > | Initiales >
        | Kilométrage > | Langue > | Mots clés > | Nom de l'assistant(e) > | Notes > description | Page Web >
        | Passe-temps > | Priorité > | Privé > | Profession > | Recommandé par > | Serveur d'annuaire > | Sexe >
        | Utilisateur 1 > | Utilisateur 2 >""",
    "salesforce-full en contacts": """Contact ID > external_id | Salutation > | First Name > first_name
        | Last Name > last_name | Title > job_title | Department > | Birthdate > | Lead Source >
        | Mailing Street > street | Mailing City > city | Email > email | Account ID > | Account Name > account
        | Reports To: Full Name > | Contact Owner > owner | Created Date > | Last Modified Date > | Last Activity >""",
    "salesforce-full de contacts": """Kontakt-ID > external_id | Anrede > | Vorname > first_name
        | Nachname > last_name | Titel > job_title | Abteilung > | Postanschrift (Bundesland/Provinz) > region
        | E-Mail-Abmeldung > opted_out | Account-ID > | Accountname > account | Kontaktinhaber > owner
        | Erstelldatum > | Mobil > mobile | Kontakt: Vollständiger Name >""",
    "salesforce-full fr contacts": """ID du contact > external_id | Civilité > | Prénom > first_name
        | Nom > last_name | Titre > job_title | Rue (adresse postale) > street | Ville (adresse postale) > city
        | Code postal (adresse postale) > postal_code | Pays (adresse postale) > country
        | Désinscription d'e-mail > opted_out | Responsable hiérarchique > reports_to | Nom du compte > account
        | Propriétaire du contact > owner""",
    "salesforce-full es contacts": """Id. del contacto > external_id | Tratamiento > | Nombre > first_name
        | Apellidos > last_name | Título > job_title | Calle de correo > street | Ciudad de correo > city
        | Código postal de correo > postal_code | País de correo > country | Depende de > reports_to
        | Nombre de la cuenta > account | Propietario del contacto > owner | Teléfono móvil > mobile
        | Correo electrónico > email""",
    "hubspot-full en contacts": """Record ID > external_id | First Name > first_name | Last Name > last_name
        | Email > email | Phone Number > phone | Contact owner > owner | Primary Associated Company ID >
        | Last Activity Date (GMT+1) > | Lead Status > | Marketing contact status > | Create Date >
        | Associated Company > account | Associated Company IDs >""",
    "hubspot-full de contacts": """Datensatz-ID > external_id | Vorname > first_name | Nachname > last_name
        | E-Mail > email | Telefonnummer > phone | Kontakt-Inhaber > owner | Hauptunternehmen > account
        | Zugeordnetes Unternehmen > | Lead-Status > | Jobbezeichnung > job_title | Lifecycle-Phase > relationship""",
    "hubspot-full fr contacts": """ID de fiche d'informations > external_id | Prénom > first_name | Nom > last_name
        | E-mail > email | Numéro de téléphone > phone | Propriétaire du contact > owner | Entreprise principale >
        | Entreprise associée > account | Phase du cycle de vie > relationship | Statut du lead >""",
    "hubspot-full es contacts": """ID de registro > external_id | Nombre > first_name | Apellido > last_name
        | Correo > email | Número de teléfono > phone | Propietario del contacto > owner | Empresa principal >
        | Empresa asociada > account | Etapa del ciclo de vida > relationship | Estado del lead >""",
    "hubspot-full en accounts": """Record ID > external_id | Company name > name | Company owner > owner
        | Create Date > | Phone Number > phone | Last Activity Date > | City > city | Country/Region > country
        | Industry > industry | Street Address > street | Postal Code > postal_code | Lifecycle Stage >
        | Type > type | Parent Company > parent | Website URL > website | Description > description""",
    "hubspot-full de accounts": """Datensatz-ID > external_id | Name des Unternehmens > name
        | Zuständiger Mitarbeiter > owner | Telefonnummer > phone | Stadt > city | Land/Region > country
        | Branche > industry | Straße und Hausnummer > street | Postleitzahl > postal_code
        | Übergeordnetes Unternehmen > parent | Website-URL > website | Anzahl der Mitarbeitenden > employees
        | Typ > type""",
    "hubspot-full fr accounts": """ID de fiche d'informations > external_id | Nom de l'entreprise > name
        | Propriétaire de l'entreprise > owner | Numéro de téléphone > phone | Ville > city | Pays/Région > country
        | Secteur d'activité > industry | Adresse postale > street | Code postal > postal_code
        | Entreprise mère > parent | URL du site web > website | Nombre d'employés > employees | Type > type
        | Chiffre d'affaires annuel > annual_revenue""",
    "hubspot-full es accounts": """ID de registro > external_id | Nombre de la empresa > name
        | Propietario de la empresa > owner | Número de teléfono > phone | Ciudad > city | País/región > country
        | Sector > industry | Dirección > street | Código postal > postal_code | Empresa matriz > parent
        | URL del sitio web > website | Número de empleados > employees | Tipo > type
        | Ingresos anuales > annual_revenue""",
    "hubspot-full en opportunities": """Record ID > external_id | Deal Name > name | Deal Stage > stage
        | Close Date > close_day | Deal owner > owner | Amount > amount | Amount in company currency >
        | Associated Company > account | Associated Contact > contact | Pipeline > | Priority > rating | Deal Type >
        | Create Date > opened_on | Next Step > next_step | Closed Won Reason > | Closed Lost Reason > loss_reason
        | Deal probability > probability""",
    "hubspot-full de opportunities": """Datensatz-ID > external_id | Deal-Name > name | Deal-Phase > stage
        | Abschlussdatum > close_day | Deal-Inhaber > owner | Betrag > amount | Zugeordnetes Unternehmen > account
        | Zugeordneter Kontakt > contact | Pipeline > | Priorität > rating | Deal-Typ >
        | Erstellungsdatum > opened_on | Nächster Schritt > next_step | Grund für Abschluss (verloren) > loss_reason
        | Deal-Wahrscheinlichkeit > probability""",
    "hubspot-full fr opportunities": """Nom de la transaction > name | Phase de la transaction > stage
        | Date de fermeture > close_day | Propriétaire de la transaction > owner | Montant > amount
        | Entreprise associée > account | Contact associé > contact | Pipeline > | Priorité > rating
        | Probabilité de la transaction > probability | Motif de la perte > loss_reason""",
    "hubspot-full es opportunities": """Nombre del negocio > name | Etapa del negocio > stage
        | Fecha de cierre > close_day | Propietario del negocio > owner | Valor > amount
        | Empresa asociada > account | Contacto asociado > contact | Pipeline > | Prioridad > rating
        | Probabilidad del negocio > probability | Motivo de cierre perdido > loss_reason""",
    "pipedrive-full en opportunities": """Deal - ID > external_id | Deal - Title > name
        | Deal - Organization > account | Deal - Contact person > contact | Deal - Value > amount
        | Deal - Currency of Value > amount_currency | Deal - Stage > stage | Deal - Status >
        | Deal - Probability > probability | Deal - Expected close date > expected_close_on | Deal - Won time >
        | Deal - Lost time > | Deal - Deal closed on > closed_on | Deal - Next activity date > next_step_on
        | Deal - Label > tags | Deal - Source channel >""",
    "pipedrive-full de opportunities": """Deal - ID > external_id | Deal - Titel > name
        | Deal - Organisation > account | Deal - Kontaktperson > contact | Deal - Wert > amount
        | Deal - Währung von Wert > amount_currency | Deal - Phase > stage | Deal - Status >
        | Deal - Wahrscheinlichkeit > probability | Deal - Voraussichtliches Abschlussdatum > expected_close_on
        | Deal - Deal erstellt > opened_on | Deal - Gewonnen am > | Deal - Verloren am > | Deal - Label > tags
        | Deal - Deal abgeschlossen am > closed_on""",
    "pipedrive-full fr opportunities": """Affaire - ID > external_id | Affaire - Titre > name
        | Affaire - Organisation > account | Affaire - Personne de contact > contact | Affaire - Valeur > amount
        | Affaire - Devise de Valeur > amount_currency | Affaire - Étape > stage | Affaire - Statut >
        | Affaire - Probabilité > probability | Affaire - Date de clôture prévue > expected_close_on
        | Affaire - Affaire créée > opened_on | Affaire - Raison de la perte > loss_reason
        | Affaire - Étiquette > tags""",
    "pipedrive-full es opportunities": """Trato - ID > external_id | Trato - Título > name
        | Trato - Organización > account | Trato - Persona de contacto > contact | Trato - Valor > amount
        | Trato - Moneda de Valor > amount_currency | Trato - Etapa > stage | Trato - Estado >
        | Trato - Probabilidad > probability | Trato - Fecha prevista de cierre > expected_close_on
        | Trato - Trato creado > opened_on | Trato - Razón de pérdida > loss_reason | Trato - Etiqueta > tags""",
    "zoho-full en opportunities": """Record Id > external_id | Deal Owner > owner | Amount > amount
        | Deal Name > name | Closing Date > close_day | Account Name > account | Stage > stage | Type >
        | Probability (%) > probability | Expected Revenue > | Next Step > next_step | Lead Source > source
        | Campaign Source > campaign | Contact Name > contact | Description > description | Tag > tags""",
    "zoho-full de opportunities": """Datensatz-ID > external_id | Geschäftsinhaber > owner | Betrag > amount
        | Geschäftsname > name | Abschlussdatum > close_day | Kontoname > account | Phase > stage | Typ >
        | Wahrscheinlichkeit (%) > probability | Nächster Schritt > next_step | Lead-Quelle > source
        | Kampagnenquelle > campaign | Kontaktname > contact | Grund für Verlust > loss_reason""",
    "zoho-full fr opportunities": """Propriétaire de l'affaire > owner | Montant > amount | Nom de l'affaire > name
        | Date de clôture > close_day | Nom du compte > account | Étape > stage | Type >
        | Probabilité (%) > probability | Étape suivante > next_step | Origine du lead > source
        | Nom du contact > contact | Raison de la perte > loss_reason""",
    "zoho-full es opportunities": """ID de registro > external_id | Propietario de Trato > owner | Importe > amount
        | Nombre de Trato > name | Fecha de cierre > close_day | Nombre de Cuenta > account | Fase > stage
        | Probabilidad (%) > probability | Paso siguiente > next_step | Fuente de Posible cliente > source
        | Nombre de Contacto > contact | Motivo de la pérdida > loss_reason""",
    "dynamics-full en opportunities": """(Do Not Modify) Opportunity > external_id | Topic > name
        | Potential Customer > | Account > account | Contact > contact | Est. Close Date > expected_close_on
        | Est. Revenue > amount | Currency > amount_currency | Probability > probability | Rating > rating
        | Pipeline Phase > | Status Reason > | Sales Stage > stage | Owner > owner | Originating Lead >""",
    "dynamics-full de opportunities": """(Nicht ändern) Verkaufschance > external_id | Thema > name
        | Potenzieller Kunde > | Firma > account | Kontakt > contact | Gesch. Abschlussdatum > expected_close_on
        | Geschätztes Abschlussdatum > | Gesch. Umsatz > amount | Währung > amount_currency
        | Wahrscheinlichkeit > probability | Bewertung > rating | Pipelinephase > stage | Statusgrund >
        | Besitzer > owner | Tatsächliches Abschlussdatum > closed_on""",
    "dynamics-full fr opportunities": """(Ne pas modifier) Opportunité > external_id | Sujet > name
        | Client potentiel > | Compte > account | Contact > contact | Date de clôture estimée > expected_close_on
        | Revenu estimé > amount | Devise > amount_currency | Probabilité > probability | Évaluation > rating
        | Phase du pipeline > stage | Raison du statut > | Propriétaire > owner | Date de clôture réelle > closed_on""",
    "dynamics-full es opportunities": """(No modificar) Oportunidad > external_id | Tema > name
        | Cliente potencial > | Cuenta > account | Contacto > contact | Fecha de cierre estimada > expected_close_on
        | Ingresos estimados > amount | Divisa > amount_currency | Probabilidad > probability
        | Clasificación > rating | Fase de canalización > stage | Razón para el estado > | Propietario > owner
        | Fecha de cierre real > closed_on""",
    "dynamics-full en contacts": """(Do Not Modify) Contact > external_id | Full Name > name | Email > email
        | Company Name > account | Business Phone > phone | Mobile Phone > mobile | Address 1: Street 1 > street
        | Address 1: City > city | Job Title > job_title | Status >""",
    "dynamics-full de contacts": """(Nicht ändern) Kontakt > external_id | Vollständiger Name > name
        | E-Mail > email | Firmenname > account | Telefon (geschäftlich) > phone | Mobiltelefon > mobile
        | Adresse 1: Straße 1 > street | Adresse 1: Ort > city | Adresse 1: Bundesland/Kanton > region
        | Adresse 1: Land/Region > country | Position > job_title | Besitzer > owner | Manager > reports_to""",
    "dynamics-full fr contacts": """(Ne pas modifier) Contact > external_id | Nom complet > name
        | Courrier électronique > email | Nom de la société > account | Téléphone professionnel > phone
        | Téléphone mobile > mobile | Adresse 1 : Rue 1 > street | Adresse 1 : Ville > city
        | Adresse 1 : Code postal > postal_code | Adresse 1 : Pays/Région > country | Fonction > job_title
        | Propriétaire > owner""",
    "dynamics-full es contacts": """(No modificar) Contacto > external_id | Nombre completo > name
        | Correo electrónico > email | Nombre de la compañía > account | Teléfono del trabajo > phone
        | Teléfono móvil > mobile | Dirección 1: calle 1 > street | Dirección 1: ciudad > city
        | Dirección 1: código postal > postal_code | Dirección 1: país o región > country | Puesto > job_title
        | Propietario > owner""",
    "dynamics-full de accounts": """(Nicht ändern) Konto > external_id | Firmenname > name | Haupttelefon > phone
        | Adresse 1: Bundesland/Kanton > region | Adresse 1: Land/Region > country
        | Anzahl der Mitarbeiter > employees | Jahresumsatz > annual_revenue | Website > website
        | Branche > industry | Beziehungstyp > type | Übergeordnetes Konto > parent | Primärer Kontakt >""",
    "dynamics-full fr accounts": """(Ne pas modifier) Compte > external_id | Nom du compte > name
        | Téléphone principal > phone | Adresse 1 : État/Province > region | Adresse 1 : Pays/Région > country
        | Nombre d'employés > employees | Chiffre d'affaires annuel > annual_revenue | Site web > website
        | Secteur d'activité > industry | Type de relation > type | Compte parent > parent | Contact principal >""",
    "dynamics-full es accounts": """(No modificar) Cuenta > external_id | Nombre de cuenta > name
        | Teléfono principal > phone | Dirección 1: estado o provincia > region
        | Dirección 1: país o región > country | Número de empleados > employees | Ingresos anuales > annual_revenue
        | Sitio web > website | Sector > industry | Tipo de relación > type | Cuenta primaria > parent
        | Contacto principal >""",
    "salesforce-full de leads": """Lead-ID > external_id | Anrede > | Vorname > first_name | Nachname > last_name
        | Titel > job_title | Firma > company | Firma/Account > | Lead-Inhaber > owner | Lead-Status > status
        | Lead-Quelle > source | Bewertung > rating | Branche > | Jahresumsatz > | Anzahl Mitarbeiter > employees
        | Bundesland/Provinz > region | Straße > street | PLZ > postal_code | Mobil > phone | Website > website
        | Erstelldatum > created_at""",
    "salesforce-full fr leads": """ID de la piste > external_id | Prénom > first_name | Nom > last_name
        | Titre > job_title | Société/Compte > company | Propriétaire de la piste > owner
        | Statut de la piste > status | Origine de la piste > source | Évaluation > rating | Secteur d'activité >
        | Nbre d'employés > employees | Rue > street | Ville > city | État/Province > region
        | Code postal > postal_code | Pays > country | Site Web > website | Mobile > phone
        | Date de création > created_at""",
    "salesforce-full es leads": """Id. de candidato > external_id | Nombre > first_name | Apellidos > last_name
        | Cargo > job_title | Compañía/Cuenta > company | Propietario del candidato > owner
        | Estado del candidato > status | Origen del candidato > source | Valoración > rating
        | N.º de empleados > employees | Calle > street | Ciudad > city | Estado/Provincia > region
        | Código postal > postal_code | País > country | Sitio Web > website | Móvil > phone
        | Fecha de creación > created_at""",
    "zoho-full de leads": """Prospect-Inhaber > owner | Firma > company | Vorname > first_name
        | Nachname > last_name | Titel > job_title | E-Mail > email | Telefon > phone | Lead-Quelle > source
        | Lead-Status > status | Branche > | Straße > street | Stadt > city | Postleitzahl > postal_code""",
}
