from django.apps import AppConfig


class FieldsConfig(AppConfig):
    name = "crm.fields"

    def ready(self) -> None:
        from django import forms

        from crm.fields import lookups  # noqa: F401  registers __prefix
        from crm.fields.currencies import find_currencies_in
        from crm.fields.custom import rows, workflows  # noqa: F401  register themselves
        from crm.fields.look.choice import GONE
        from crm.fields.models import CustomValue

        of_money = "one.kind = 'money'"
        find_currencies_in(CustomValue, "v_text", per="field", where="v_int IS NOT NULL", groups=of_money)

        # Django's own words name the value that was sent: an id, which nobody has ever seen.
        for field in (forms.ChoiceField, forms.MultipleChoiceField):
            field.default_error_messages = {**field.default_error_messages, "invalid_choice": GONE}
