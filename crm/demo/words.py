"""The made-up firm's world: its people, the companies it meets, and what is said."""

from __future__ import annotations

# (name, e-mail's local part, role's key, team)
PEOPLE: tuple[tuple[str, str, str, str], ...] = (
    ("Nora Lindqvist", "admin", "admin", "Mid-market"),
    ("Marcus Bell", "marcus", "manager", "Mid-market"),
    ("Priya Nair", "priya", "manager", "Enterprise"),
    ("Tomás Herrera", "tomas", "manager", "Partners"),
    ("Ana Winter", "ana", "rep", "Mid-market"),
    ("Sam Okoye", "sam", "rep", "Mid-market"),
    ("Julia Kowalska", "julia", "rep", "Mid-market"),
    ("Ben Carter", "ben", "rep", "Enterprise"),
    ("Yuki Tanaka", "yuki", "rep", "Enterprise"),
    ("Léa Moreau", "lea", "rep", "Partners"),
    ("David Stein", "david", "rep", "Partners"),
    ("Rita Alves", "rita", "read_only", ""),
)

FIRST_NAMES = (
    "Adrian Aisha Alice Amir Anders Angela Arjun Astrid Beatriz Bruno Camille Carlos Chen Chloe Christian"
    " Clara Daniel Daria Diego Elena Elif Emil Emma Erik Fatima Felix Fiona Gabriel Grace Greta Hannah"
    " Hassan Helena Hugo Ida Igor Ines Isaac Isabel Ivan Jakob Jana Javier Jing Joanna Jonas Karim Karin"
    " Kofi Laila Lars Laura Leo Lina Lucas Luca Lucía Maja Malik Manon Marco Maria Marta Mateo Maya Mehmet"
    " Mia Mika Mina Mohammed Naomi Nikhil Nils Nina Noah Oliver Olga Omar Oscar Paula Pavel Petra Rafael"
    " Ravi Rebecca Robert Rosa Ruth Sami Sara Sofia Stefan Susan Tara Theo Thomas Tim Ursula Valentina"
    " Victor Wei Yara Yusuf Zoe"
).split()

LAST_NAMES = (
    "Abbott Adeyemi Almeida Andersen Aydin Bauer Becker Berg Bianchi Björk Blanc Bose Brandt Brooks Byrne"
    " Castro Chan Cohen Costa Dahl Das Diaz Dubois Eriksen Evans Farah Fischer Flores Fontaine Fraser"
    " Garcia Ghosh Gomez Graham Haas Hansen Hassan Hayes Hoffmann Horvat Hughes Ibrahim Ito Jansen Jensen"
    " Johansson Kaur Keller Khan Kim Klein Koch Kovač Kumar Lang Larsen Laurent Lee Lehmann Li Lopez Lund"
    " Maier Martin Mbeki Mendes Meyer Moore Morales Murphy Nakamura Nguyen Nielsen Novak Olsen Ortiz Osei"
    " Park Patel Pereira Petrov Popescu Quinn Rahman Reyes Ricci Roberts Romano Rossi Roy Ruiz Saito"
    " Santos Sato Schmidt Schulz Sharma Silva Simon Singh Sousa Svensson Tran Varga Vogt Wagner Walsh Wang"
    " Weber Wolf Wong Yilmaz Young Zhang"
).split()

COMPANY_STARTS = (
    "Alder Amber Anchor Apex Arbor Argent Aspen Atlas Aurora Beacon Birch Bolt Brook Canyon Cedar Cinder Clear"
    " Cliff Cobalt Compass Copper Coral Crest Crown Delta Drift East Ember Falcon Fern Field Flint Forge Garnet"
    " Glacier Granite Harbor Haven Hazel Heron Hollow Indigo Iron Ivory Jade Juniper Kestrel Keystone Lark"
    " Laurel Ledger Linden Lumen Lunar Maple Meridian Mesa Mistral Monarch Moss North Oak Ocean Onyx Opal"
    " Orchard Osprey Pacific Pine Pioneer Prairie Quarry Quartz Raven Redwood Ridge River Rowan Saffron Sage"
    " Sierra Silver Sparrow Spruce Sterling Stone Summit Swift Tamarind Terra Thistle Timber Topaz Tundra Union"
    " Valley Vector Verdant Vista Walnut Willow Zephyr"
).split()

COMPANY_ENDS: dict[str, tuple[str, ...]] = {
    "Transport": ("Logistics", "Freight", "Haulage", "Couriers", "Shipping"),
    "Manufacturing": ("Works", "Manufacturing", "Components", "Industries"),
    "Retail": ("Stores", "Outfitters", "Grocers", "Market"),
    "Energy": ("Energy", "Power", "Utilities"),
    "Health care": ("Health", "Clinics", "Medical"),
    "Software": ("Software", "Systems", "Labs"),
    "Finance": ("Capital", "Insurance", "Bank"),
    "Services": ("Services", "Facilities", "Partners"),
}

CITIES: tuple[tuple[str, str, str, str], ...] = (  # city, region, country, phone prefix
    ("Hamburg", "Hamburg", "Germany", "+49 40 66969"),
    ("Munich", "Bavaria", "Germany", "+49 89 99998"),
    ("Copenhagen", "Hovedstaden", "Denmark", "+45 32 12"),
    ("Rotterdam", "South Holland", "Netherlands", "+31 10 808"),
    ("Lyon", "Auvergne-Rhône-Alpes", "France", "+33 4 65 71"),
    ("Manchester", "England", "United Kingdom", "+44 161 496 0"),
    ("Leeds", "England", "United Kingdom", "+44 113 496 0"),
    ("Chicago", "IL", "United States", "+1 312-555-0"),
    ("Denver", "CO", "United States", "+1 303-555-0"),
    ("Atlanta", "GA", "United States", "+1 404-555-0"),
    ("Toronto", "ON", "Canada", "+1 416-555-0"),
    ("Porto", "Norte", "Portugal", "+351 22 600"),
)

# (job title, the part its holder plays in a deal)
JOBS: tuple[tuple[str, str], ...] = (
    ("Head of Operations", "Decision maker"),
    ("Chief Operating Officer", "Decision maker"),
    ("Fleet Manager", "Influencer"),
    ("Plant Manager", "Influencer"),
    ("Chief Financial Officer", "Economic buyer"),
    ("Procurement Lead", "Economic buyer"),
    ("IT Manager", "Technical evaluator"),
    ("Maintenance Planner", "User"),
    ("Dispatcher", "User"),
    ("Business Development Manager", "Connector/referrer"),
)

# (name, price of one in whole dollars, smallest and largest number sold)
PRODUCTS: tuple[tuple[str, int, int, int], ...] = (
    ("Fleet telemetry", 240, 20, 400),
    ("Cold-chain sensors", 95, 50, 900),
    ("Plant monitoring", 1_800, 4, 40),
    ("Fuel analytics", 120, 30, 300),
    ("Driver safety kit", 310, 10, 150),
    ("Yard management", 14_500, 1, 6),
)

# source: (share of leads, how many of its leads qualify, how warm)
SOURCES: dict[str, tuple[int, float]] = {
    "Web form": (24, 0.36),
    "Trade show/event": (16, 0.42),
    "Referral": (12, 0.66),
    "Inbound marketing": (12, 0.4),
    "Purchased list": (14, 0.08),
    "Advertisement": (8, 0.2),
    "Directory": (6, 0.18),
    "Business card": (5, 0.45),
    "Seminar": (3, 0.4),
}

CAMPAIGNS: dict[str, tuple[str, ...]] = {
    "Trade show/event": ("transport logistic fair", "Cold Chain Expo", "SmartPlant Forum"),
    "Inbound marketing": ("Fuel cost calculator", "Guide: telemetry in 90 days"),
    "Advertisement": ("Spring banner", "Autumn search ads"),
    "Purchased list": ("Fleet operators 500+", "Food processors EU"),
    "Seminar": ("Breakfast seminar",),
}

UNQUALIFIED: dict[str, int] = {
    "No budget": 26, "No need": 24, "Unreachable": 18, "No authority": 10, "No timeline": 10, "Not real/bad data": 9,
    "Competitor": 2, "Duplicate": 1,
}  # fmt: skip

LOSSES: dict[str, int] = {
    "Price too high": 22, "Lost to a competitor": 24, "Missing functions": 12, "Poor follow-up": 8,
    "No budget after all": 14, "No need after all": 8, "No authority after all": 6, "No timeline after all": 5,
    "Customer stopped the project": 6,
}  # fmt: skip

CALL_NOTES = (
    "Reached {first}. They run {count} vehicles and want to know fuel per route. Open to a demo in two weeks.",
    "Left a message. Assistant says mornings are best.",
    "{first} has the budget for a pilot this quarter, the board decides on the rest.",
    "Asked who else decides: procurement, and IT for the interface.",
    "They compare us with two others. What counts: price of the sensors and the reaction time of support.",
    "Quick call: they read the offer, two questions about the warranty.",
    "Not now: new ERP until summer. Call again then.",
    "{first} confirmed the figures; contract goes to legal.",
)
MEETING_NOTES = (
    "Walked the yard in {city}. {count} units, three depots. They showed the spreadsheet that we would replace.",
    "Demo with operations and IT. Liked the alerts; want the API before they sign.",
    "Went through the proposal line by line. Asks for 8 % off for two years.",
)
EMAIL_SUBJECTS = (
    "Our offer",
    "Follow-up to our call",
    "Answers to your questions",
    "Dates for the demo",
    "Reference customers",
)
_YES: dict[str, tuple[str, ...]] = {
    "budget": ("Has a line in this year's plan.", "Pilot is below the limit that needs the board.", "CFO said so."),
    "authority": ("Signs up to 50,000 alone.", "Decides together with the CFO.", ""),
    "need": ("Loses two loads a month to broken cooling.", "Insurer asks for it.", "Spreadsheet takes a day a week."),
    "timeline": ("Wants it live before the summer.", "Contract with the present supplier ends in spring.", ""),
}
_NO: dict[str, tuple[str, ...]] = {
    "budget": ("Nothing planned for this year.", "All of it went into the new depot.", "CFO said no."),
    "authority": ("Only collects offers for the board.", "The parent company decides.", ""),
    "need": ("Their present system does all of it.", "Ten vehicles, one spreadsheet: they are content.", ""),
    "timeline": ("Not before the merger is through.", "Bound to the present supplier for two more years.", ""),
}
EVIDENCE = {"yes": _YES, "no": _NO}  # by the answer, then by the criterion
TASKS = ("Call {first} back", "Send the revised price list", "Book the demo", "Ask for the date of the decision",
         "Prepare the proposal", "Send two references", "Check the credit limit")  # fmt: skip
NEXT_STEPS = (
    "Call about the proposal",
    "Demo with IT",
    "Send the contract",
    "Agree on the pilot",
    "Wait for the board",
    "Site visit",
)
