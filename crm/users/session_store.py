"""Django's sessions in the database, and how one is ended so that it stays ended."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid4

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db import router, transaction
from django.db.models import QuerySet
from django.utils import timezone

from crm.tenants.prepared import prepared

LEFT_BEHIND = "left_behind"  # in a session that was ended: whose it was, and when that was as a word of its own


@prepared
def _live(*, key: str, now: datetime) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key, expire_date__gt=now)


@prepared
def _held(*, key: str) -> QuerySet[Session]:
    return Session.objects.filter(session_key=key).select_for_update()


class SessionStore(db.SessionStore):
    def _get_session_from_db(self) -> Session | None:
        found = _live(key=self.session_key or "", now=timezone.now())
        if not found:
            self._session_key = None
        return found[0] if found else None

    def shut_out(self, whom: str) -> None:
        """End the session, and keep ``whom`` it was of: the browser can still be told why."""
        self.clear()
        self[LEFT_BEHIND] = f"{whom} {uuid4().hex}"
        super().save()

    def whose(self) -> str:
        """Whose session it was that was ended here, or ""."""
        return str(self.get(LEFT_BEHIND, "")).partition(" ")[0]

    def save(self, must_create: bool = False) -> None:
        """Write nothing where somebody has ended the session since this request read it: a request that was under way
        would else bring all of it back, who is signed in too."""
        if must_create or self.session_key is None:
            return super().save(must_create=must_create)
        with transaction.atomic(using=router.db_for_write(self.model), savepoint=False):
            row = next(iter(_held(key=self.session_key)), None)
            ended = self.decode(row.session_data).get(LEFT_BEHIND) if row is not None else None
            if row is None:
                super().save()  # which says that it is gone
            elif ended in (None, self.get(LEFT_BEHIND)):
                kept = self.create_model_instance(dict(self.items()))
                row_of = self.model.objects.filter(session_key=self.session_key)
                row_of.update(session_data=kept.session_data, expire_date=kept.expire_date)
        return None
