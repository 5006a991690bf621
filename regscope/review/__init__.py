"""What a reviewer reads: metrics/review.json, and the comment on a pull request.

The comment is `regscope review`; docs/pull-requests.md tells what it says.
"""

from regscope.review.against_none import MEANS, REVIEWED, review

__all__ = ["MEANS", "REVIEWED", "review"]
