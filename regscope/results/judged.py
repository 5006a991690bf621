"""The judged claims, read back from metrics/claims.json."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from regscope.base import paths
from regscope.base.checksums import KEY, without_checksum
from regscope.base.errors import RegscopeError
from regscope.base.json_files import read_json

_ANEW = "make it anew with: dvc repro --force --single-item claims"


def read_claims(verdicts: Sequence[str]) -> tuple[Mapping[str, Any], ...]:
    """Every judged claim, in the order of claims.yaml; none where they were not judged.

    `verdicts`: those that one may have. Raises RegscopeError where the file is not as the stage
    `claims` wrote it.
    """
    if not paths.CLAIMS.is_file():
        return ()
    found = read_json(paths.CLAIMS)
    claims = found.get("claims")
    if KEY in found and without_checksum(found) is None:
        raise RegscopeError(f"{paths.CLAIMS}: not as it was written; {_ANEW}")
    if not isinstance(claims, list):
        raise RegscopeError(f"{paths.CLAIMS}: has no list of claims; {_ANEW}")
    names = set()
    for number, claim in enumerate(claims, start=1):
        name, verdict = (
            (claim.get(key) for key in ("id", "verdict")) if isinstance(claim, dict) else (None, "")
        )
        if verdict not in verdicts or name is None or name in names:
            raise RegscopeError(
                f"{paths.CLAIMS}: claim {number}: must have an id of its own and one of the"
                f" verdicts; {_ANEW}"
            )
        names.add(name)
    return tuple(claims)
