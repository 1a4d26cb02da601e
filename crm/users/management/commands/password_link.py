"""manage.py password_link EMAIL: for whoever runs the installation, where no admin can help."""

from __future__ import annotations

from typing import Any

from allauth.account.forms import default_token_generator
from django.core.management import BaseCommand, CommandError, CommandParser

from crm.tenants.urls import global_url, whole_url
from crm.users.models import User


class Command(BaseCommand):
    help = "Print a link with which somebody sets a new password: once, within three days."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, email: str, **options: Any) -> None:
        user = User.objects.filter(email=User.objects.address_of(email), is_active=True).first()
        if user is None:
            raise CommandError(f"Nobody signs in with {email}.")
        key = default_token_generator.make_token(user)
        path = global_url("account_reset_password_from_key", uidb36=user.pk.hex, key=key)
        self.stdout.write(whole_url(path))
