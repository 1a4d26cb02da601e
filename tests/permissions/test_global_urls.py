"""Every URL outside the workspaces: what it answers to a stranger and to somebody who is signed in."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from crm.tenants.urls import global_url
from tests.people import client_of
from tests.permissions.asking import url_names
from tests.permissions.samples import Samples

# Name, arguments, answer to a stranger, answer to a person. 302: to the place that fits.
TABLE = """
front_door                              -                        302 302
workspaces                              -                        302 200
new_workspace                           -                        200 200
sign_up_sent                            -                        200 200
sign_up                                 token=wrong              404 404
invitation                              slug=$slug token=$token  200 200
invitation                              slug=$slug token=wrong   404 404
invitation                              slug=nowhere token=x     404 404
healthz                                 -                        200 200
readyz                                  -                        200 200
account_login                           -                        200 302
account_logout                          -                        302 200
account_inactive                        -                        200 200
account_signup                          -                        302 302
account_change_password                 -                        302 200
account_set_password                    -                        302 302
account_reset_password                  -                        200 200
account_reset_password_done             -                        200 200
account_reset_password_from_key         uidb36=1 key=x           200 200
account_reset_password_from_key_done    -                        200 200
password_link                           slug=$slug token=$password_token  200 200
password_link                           slug=$slug token=wrong   404 404
password_link                           slug=nowhere token=x     404 404
mail_address_proof                      -                        405 405
verify_address                          token=wrong              302 404
usersessions_list                       -                        302 200
"""
ROWS = [line.split() for line in TABLE.splitlines() if line]


def test_every_url_has_a_row_and_every_row_a_url() -> None:
    assert {name for name, *_rest in ROWS} == set(url_names(settings.ROOT_URLCONF))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: " ".join(row[:-2]))
def test_the_answer_is_what_the_table_says(row: list[str], samples: Samples) -> None:
    name, *arguments, stranger, person = row
    values = dict(part.split("=") for part in arguments if part != "-")
    path = global_url(name, **{key: samples.ours.value(text) for key, text in values.items()})
    assert Client().get(path).status_code == int(stranger)
    assert client_of(samples.ours.firm.ana).get(path).status_code == int(person)
