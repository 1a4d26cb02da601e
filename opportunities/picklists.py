"""The lists of choices that opportunities have, two of them with leads, and the stages of a new pipeline."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from crm.picklists.lists import Picklist
from crm.picklists.models import ForecastCategory, Meaning
from crm.picklists.stages import FirstStages

LEAD_SOURCE = Picklist(
    key="lead_source",
    icon="radar",
    order=20,
    label=_("Lead sources"),
    help=_("Where a lead, and the opportunity that came of it, was found."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Web form"),
            _("Trade show/event"),
            _("Seminar"),
            _("Conference"),
            _("Advertisement"),
            _("Purchased list"),
            _("Third-party data"),
            _("Directory"),
            _("Referral"),
            _("Research"),
            _("Inbound marketing"),
            _("Marketing campaign"),
            _("Business card"),
            _("Other"),
        )
    ),
)

RATING = Picklist(
    key="rating",
    icon="flame",
    order=30,
    label=_("Ratings"),
    help=_("How promising a lead or an opportunity is."),
    defaults=((_("Hot"), "", "hot"), (_("Warm"), "", "warning"), (_("Cold"), "", "info")),
)


class LossClass(TextChoices):
    """Whose failure a loss was."""

    SALES = "sales", _("Lost in selling")
    VETTING = "vetting", _("Should not have passed vetting")
    OTHER = "other", _("Other")


LOSS_REASON = Picklist(
    key="loss_reason",
    icon="circle-x",
    order=90,
    label=_("Loss reasons"),
    help=_("Why an opportunity was lost. The class says whose failure it was: sales' or vetting's."),
    meanings=dict(LossClass.choices),
    defaults=(
        (_("Price too high"), LossClass.SALES, ""),
        (_("Lost to a competitor"), LossClass.SALES, ""),
        (_("Missing functions"), LossClass.SALES, ""),
        (_("Poor follow-up"), LossClass.SALES, ""),
        (_("No budget after all"), LossClass.VETTING, ""),
        (_("No authority after all"), LossClass.VETTING, ""),
        (_("No need after all"), LossClass.VETTING, ""),
        (_("No timeline after all"), LossClass.VETTING, ""),
        (_("Customer stopped the project"), LossClass.OTHER, ""),
        (_("Other"), LossClass.OTHER, ""),
    ),
)

CONTACT_ROLE = Picklist(
    key="contact_role",
    icon="id-card",
    order=80,
    label=_("Contact roles"),
    help=_("The part a person plays in an opportunity."),
    defaults=tuple(
        (label, "", "")
        for label in (
            _("Decision maker"),
            _("Economic buyer"),
            _("Influencer"),
            _("Connector/referrer"),
            _("User"),
            _("Technical evaluator"),
            _("Other"),
        )
    ),
)

STAGES = FirstStages(
    (
        (
            _("Qualifying"),
            Meaning.OPEN,
            10,
            ForecastCategory.PIPELINE,
            _("Find out who decides, what it is worth to them, and by when. Fix the next conversation before it ends."),
        ),
        (
            _("Requirements gathering"),
            Meaning.OPEN,
            20,
            ForecastCategory.PIPELINE,
            _(
                "Write down under Requirements what they need, in their words. "
                "Add everybody who has a say to the contacts."
            ),
        ),
        (
            _("Proposal preparation"),
            Meaning.OPEN,
            35,
            ForecastCategory.PIPELINE,
            _(
                "Check amount and expected close with your contact before you write: "
                "a proposal should hold no surprise."
            ),
        ),
        (
            _("Proposal submitted"),
            Meaning.OPEN,
            50,
            ForecastCategory.BEST_CASE,
            _("Fix a day on which you go through it together, and set it as the next step. Ask who else is offering."),
        ),
        (
            _("Demo given"),
            Meaning.OPEN,
            60,
            ForecastCategory.BEST_CASE,
            _("Note what convinced them and what did not. Ask what is still missing for a decision, and who takes it."),
        ),
        (
            _("Negotiation"),
            Meaning.OPEN,
            80,
            ForecastCategory.COMMIT,
            _("Trade, do not give: each concession gets one in return. Know who signs, and when."),
        ),
        (_("Won"), Meaning.WON, 100, ForecastCategory.CLOSED, ""),
        (_("Lost"), Meaning.LOST, 0, ForecastCategory.OMITTED, ""),
    )
)
