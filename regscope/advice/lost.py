"""Arms that fit a study and came to nothing, or not to an end, told from those that do not fit."""

from __future__ import annotations

from collections.abc import Mapping

UNTRAINED = "no setting of it could be trained"
DIVERGES = "its choice diverges with fresh seeds"
NO_ROOM = "no room in the minutes"


def lost(unfit: Mapping[str, str]) -> list[str]:
    """Of the arms that are left out, by why, those that were tried, and diverged."""
    return [arm for arm, why in unfit.items() if why.startswith((UNTRAINED, DIVERGES))]


def without_room(unfit: Mapping[str, str]) -> list[str]:
    """Those for which the minutes had no room."""
    return [arm for arm, why in unfit.items() if why.startswith(NO_ROOM)]
