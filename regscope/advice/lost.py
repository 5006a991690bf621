"""Arms that fit a study and came to nothing, told from those that do not fit it."""

from __future__ import annotations

from collections.abc import Mapping

UNTRAINED = "no setting of it could be trained"
DIVERGES = "its choice diverges with fresh seeds"


def lost(unfit: Mapping[str, str]) -> list[str]:
    """Of the arms that are left out, by why, those that were tried, and diverged."""
    return [arm for arm, why in unfit.items() if why.startswith((UNTRAINED, DIVERGES))]
