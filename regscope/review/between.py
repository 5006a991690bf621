"""The comment for a pull request, on what lies between a revision and the working tree or another.

Nothing is written. In a GitHub workflow, pictures are linked at the two commits.
"""

from __future__ import annotations

import os

from regscope.review.changes import compare
from regscope.review.comment import comment
from regscope.review.limits import FULL, POSTED
from regscope.review.metrics_diff import metrics_diff
from regscope.review.pictures import Addresses
from regscope.review.trees import Tree, revision, working_tree


def comment_between(
    rev: str,
    other: str | None = None,
    images: tuple[str, str] | None = None,
    dvc: bool = True,
    full: bool = False,
) -> str:
    """What differs from the revision `rev` in `other`, or in the working tree.

    `images` are the prefixes of addresses at which the files of both can be seen; `dvc` is whether
    `dvc metrics diff` is asked, `full` whether more is told than a comment holds.

    Raises RegscopeError for a revision that git does not know.
    """
    before = revision(rev)
    after = revision(other) if other else working_tree()
    # What was drawn and not committed cannot be seen at any address.
    committed = after if after.commit else revision("HEAD")
    rows = metrics_diff(str(before.commit), after.commit) if dvc else []
    changes = compare(before, after, rows, committed.blobs)
    command = " ".join(["regscope review", rev, *([other] if other else []), "--full"])
    addresses = Addresses(*images) if images else _on_github(before, committed)
    return comment(changes, command, addresses, FULL if full else POSTED)


def _on_github(before: Tree, after: Tree) -> Addresses | None:
    """By GITHUB_REPOSITORY, which GitHub sets in its workflows; None elsewhere."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if not repository:
        return None
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    raw = f"{server}/{repository}/raw"
    return Addresses(f"{raw}/{before.commit}", f"{raw}/{after.commit}")
