"""Imports as a kind of run."""

from __future__ import annotations

from crm.imports.deferring import forget_links
from crm.imports.keeping import delete_old_files
from crm.imports.models import Import
from crm.imports.running import TakingIn, set_links
from crm.runs.kinds import RunKind, add_kind

IMPORT = add_kind(
    RunKind(
        key="imports",
        model=Import,
        begin=TakingIn,
        rest=set_links,
        ended=forget_links,
        tidy=delete_old_files,
        progress=(
            "position", "created_count", "updated_count", "unchanged_count", "folded_count", "skipped_count",
            "refused_count", "emptied_count", "added", "added_more", "follows",
        ),
        found=("tried_at", "named_otherwise", "survey"),
        large=("named_otherwise", "survey"),
    )
)  # fmt: skip
