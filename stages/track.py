"""Log a study into MLflow, each cell once: `python -m stages.track STUDY`.

Reads neither params.yaml nor torch unless there is something to log, since it runs each time.
"""

import gc
import sys

from regscope.base.errors import RegscopeError, run
from regscope.tracking.track import track


def main() -> None:
    if len(sys.argv) != 2:
        raise RegscopeError(f"give STUDY, not: {' '.join(sys.argv[1:]) or 'nothing'}")
    track(sys.argv[1])
    # On its way out Python would go through all of mlflow and torch once more, for two seconds.
    gc.freeze()


if __name__ == "__main__":
    run(main)
