"""Writing opportunities: making and changing them, moving them through the stages, and who plays which part."""

from opportunities.services.contact_roles import add_contact_role, remove_contact_role
from opportunities.services.losing import lose_opportunity
from opportunities.services.writing import (
    create_opportunity,
    delete_opportunity,
    move_to_stage,
    prepare_opportunity,
    restore_opportunity,
    take_move_back,
    update_opportunity,
)

__all__ = [
    "add_contact_role",
    "create_opportunity",
    "delete_opportunity",
    "lose_opportunity",
    "move_to_stage",
    "prepare_opportunity",
    "remove_contact_role",
    "restore_opportunity",
    "take_move_back",
    "update_opportunity",
]
