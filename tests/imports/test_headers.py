"""Columns as other systems name them: ``header > field``, "" where none fits."""

from __future__ import annotations

import pytest

from crm.imports.guessing import guess_mapping
from crm.records.registry import record_type
from tests.people import Firm

FILES = {
    "outlook contacts": """Title > | First Name > first_name | Middle Name > | Last Name > last_name | Suffix >
        | Company > account | Department > | Job Title > job_title | Business Street > street | Business City > city
        | Business State > region | Business Postal Code > postal_code | Business Country/Region > country
        | Home Street > | Home City > | Business Fax > | Home Phone > | Business Phone > phone | Mobile Phone > mobile
        | Categories > tags | E-mail 2 Address > | E-mail Address > email | Manager's Name > reports_to
        | Notes > description""",
    "outlook-de contacts": """Anrede > | Vorname > first_name | Nachname > last_name | Firma > account
        | Position > job_title | Straße geschäftlich > street | Ort geschäftlich > city
        | Bundesland/Kanton geschäftlich > region | Postleitzahl geschäftlich > postal_code
        | Land/Region geschäftlich > country | Straße privat > | Telefon (privat) > | Telefon geschäftlich > phone
        | Mobiltelefon > mobile | E-Mail-Adresse > email | Kategorien > tags | Notizen > description""",
    "outlook-fr contacts": """Prénom > first_name | Nom > last_name | Société > account | Titre > job_title
        | Rue (bureau) > street | Ville (bureau) > city | Code postal (bureau) > postal_code
        | Pays/Région (bureau) > country | Téléphone (bureau) > phone | Tél. mobile > mobile
        | Adresse de messagerie > email""",
    "outlook-es contacts": """Nombre > first_name | Apellidos > last_name | Organización > account | Puesto > job_title
        | Calle del trabajo > street | Ciudad del trabajo > city | Código postal del trabajo > postal_code
        | País o región del trabajo > country | Teléfono del trabajo > phone | Móvil > mobile
        | Dirección de correo electrónico > email""",
    "google contacts": """Name > | Given Name > first_name | Family Name > last_name | E-mail 1 - Type >
        | E-mail 1 - Value > email | Phone 1 - Value > phone | Organization 1 - Name > account
        | Organization 1 - Title > job_title | Address 1 - Street > street | Address 1 - City > city""",
    "salesforce contacts": """Id > external_id | FirstName > first_name | LastName > last_name | Account.Name > account
        | Title > job_title | Email > email | Phone > phone | MobilePhone > mobile | MailingStreet > street
        | MailingCity > city | MailingState > region | MailingPostalCode > postal_code | MailingCountry > country
        | Owner.Name > owner | ReportsTo.Name > reports_to | HasOptedOutOfEmail > opted_out""",
    "salesforce accounts": """Id > external_id | Name > name | Type > type | Industry > industry
        | AnnualRevenue > annual_revenue | NumberOfEmployees > employees | BillingStreet > street | BillingCity > city
        | BillingPostalCode > postal_code | BillingCountry > country | ShippingCity > | Phone > phone | Fax >
        | Website > website | Parent.Name > parent | Owner.Name > owner""",
    "salesforce leads": """Id > external_id | FirstName > first_name | LastName > last_name | Company > company
        | Title > job_title | Email > email | MobilePhone > | Phone > phone | LeadSource > source | Status > status
        | Rating > rating | NumberOfEmployees > employees | Street > street | PostalCode > postal_code""",
    "salesforce opportunities": """Id > external_id | Name > name | Account.Name > account | StageName > stage
        | Amount > amount | Probability > probability | CloseDate > close_day | LeadSource > source
        | NextStep > next_step | Owner.Name > owner | CreatedDate > opened_on | Pricebook2.Name >""",
    "hubspot opportunities": """Record ID > external_id | Deal Name > name | Deal Stage > stage | Deal owner > owner
        | Amount > amount | Associated Company > account | Associated Contact > contact | Create Date > opened_on
        | Closed Lost Reason > loss_reason""",
    "hubspot accounts": """Company name > name | Company Domain Name > website | Phone Number > phone
        | Company owner > owner | State/Region > region | Number of Employees > employees
        | Annual Revenue > annual_revenue | Record ID > external_id""",
    "zoho opportunities": """Record Id > external_id | Deal Name > name | Account Name > account
        | Contact Name > contact | Stage > stage | Closing Date > close_day | Deal Owner > owner
        | Probability (%) > probability""",
    "pipedrive opportunities": """Deal - ID > external_id | Deal - Title > name | Deal - Organization > account
        | Deal - Contact person > contact | Deal - Value > amount | Deal - Stage > stage
        | Deal - Expected close date > expected_close_on | Deal - Owner > owner | Deal - Lost reason > loss_reason""",
    "pipedrive contacts": """Person - Name > name | Person - Email - Work > email | Person - Phone - Work > phone
        | Person - Organization > account | Person - Owner > owner | Person - ID > external_id""",
    "dynamics opportunities": """Topic > name | Potential Customer > account | Est. Close Date > expected_close_on
        | Est. Revenue > amount | Contact > contact | Probability > probability | Rating > rating | Owner > owner""",
    "dynamics accounts": """Account Name > name | Main Phone > phone | Address 1: City > city
        | Address 1: Street 1 > street | Address 1: ZIP/Postal Code > postal_code | Parent Account > parent""",
    "german leads": """Vorname > first_name | Nachname > last_name | Firma > company | E-Mail > email | Telefon > phone
        | Leadquelle > source | PLZ > postal_code | Ort > city | Land > country | Bemerkung > description""",
    "german accounts": """Kundennummer > | Firma > name | Branche > industry | Umsatz > annual_revenue
        | Mitarbeiter > employees | Straße > street | Webseite > website""",
}


@pytest.mark.parametrize("name", FILES)
def test_columns_of_other_systems_are_known(inside: Firm, name: str) -> None:
    pairs = [pair.rpartition(">")[::2] for pair in FILES[name].split("|")]
    headers = [" ".join(header.split()) for header, _field in pairs]
    guessed = guess_mapping(record_type(name.split()[1]), headers)
    assert dict(zip(headers, guessed, strict=True)) == {
        header: field.strip() for header, (_header, field) in zip(headers, pairs, strict=True)
    }
