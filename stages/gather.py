"""Take the digests of all committed results: `python -m stages.gather`."""

from regscope import paths
from regscope.errors import run
from regscope.files import write_json
from regscope.results.digests import digests


def main() -> None:
    write_json(paths.GATHERED, digests())


if __name__ == "__main__":
    run(main)
