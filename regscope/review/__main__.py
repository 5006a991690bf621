"""The comment for a pull request: `python -m regscope.review [REV [OTHER]]`.

It tells what differs from the revision REV, in the working tree or in the revision OTHER, and
writes nothing. In a GitHub workflow, pictures are linked at the two commits.
"""

from __future__ import annotations

import argparse
import os

from regscope.base.errors import run
from regscope.review.changes import compare
from regscope.review.comment import comment
from regscope.review.limits import FULL, POSTED
from regscope.review.metrics_diff import metrics_diff
from regscope.review.pictures import Addresses
from regscope.review.trees import Tree, revision, working_tree


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m regscope.review", description=__doc__)
    parser.add_argument("rev", nargs="?", default="main", help="by default main")
    parser.add_argument("other", nargs="?", help="by default the working tree")
    parser.add_argument(
        "--images",
        nargs=2,
        metavar=("URL_PREFIX_OLD", "URL_PREFIX_NEW"),
        help="where the files of both can be seen: a file's path goes behind",
    )
    parser.add_argument("--no-dvc", action="store_true", help="leave `dvc metrics diff` out")
    parser.add_argument(
        "--full", action="store_true", help="all of it, also what is more than a comment holds"
    )
    arguments = parser.parse_args()
    before = revision(arguments.rev)
    after = revision(arguments.other) if arguments.other else working_tree()
    # What was drawn and not committed cannot be seen at any address.
    committed = after if after.commit else revision("HEAD")
    dvc = [] if arguments.no_dvc else metrics_diff(str(before.commit), after.commit)
    changes = compare(before, after, dvc, committed.blobs)
    names = [arguments.rev, *([arguments.other] if arguments.other else [])]
    command = " ".join(["python -m regscope.review", *names, "--full"])
    addresses = Addresses(*arguments.images) if arguments.images else _on_github(before, committed)
    limits = FULL if arguments.full else POSTED
    print(comment(changes, command, addresses, limits), end="")


def _on_github(before: Tree, after: Tree) -> Addresses | None:
    """By GITHUB_REPOSITORY, which GitHub sets in its workflows; None elsewhere."""
    repository = os.environ.get("GITHUB_REPOSITORY")
    if not repository:
        return None
    server = os.environ.get("GITHUB_SERVER_URL", "https://github.com")
    raw = f"{server}/{repository}/raw"
    return Addresses(f"{raw}/{before.commit}", f"{raw}/{after.commit}")


if __name__ == "__main__":
    run(main)
