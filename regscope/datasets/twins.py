"""Pictures that are there twice: files of the same bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from regscope.base.lines import listed

MOST = 20
"""Groups of files that are named one by one."""


def twin_notes(
    digests: Mapping[str, bytes], classes: Mapping[str, str], test: Mapping[str, str]
) -> tuple[str, ...]:
    """A sentence on how many there are, then one on each of the first groups of equal files.

    `digests` and `classes` are of every file, `test` holds those that test.
    """
    alike: dict[bytes, list[str]] = defaultdict(list)
    for name, digest in digests.items():
        alike[digest].append(name)
    groups = [names for names in alike.values() if len(names) > 1]
    if not groups:
        return ()
    spare = sum(len(names) - 1 for names in groups)
    several = sum(len({classes[name] for name in names}) > 1 for names in groups)
    across = sum(
        name in test for names in groups for name in names if any(one not in test for one in names)
    )
    told = f"{_counted(spare, 'file')} of {len(digests):,} repeat another, byte for byte"
    if across:
        told += f"; {_counted(across, 'test file')} also train"
    if several:
        told += f"; {_counted(several, 'group')} of equal files {_have(several)} several classes"
    notes = [f"{told}."]
    for names in groups[:MOST]:
        called = [f"{name} ({classes[name]})" for name in names]
        notes.append(f"{listed(called[:-1], most=400)} and {called[-1]} are the same file.")
    if len(groups) > MOST:
        notes.append(f"So are the files of {_counted(len(groups) - MOST, 'further group')}.")
    return tuple(notes)


def _counted(count: int, what: str) -> str:
    return f"{count:,} {what}{'' if count == 1 else 's'}"


def _have(count: int) -> str:
    return "has" if count == 1 else "have"
