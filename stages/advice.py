"""Write the page and the picture of an advice: `python -m stages.advice STUDY`.

DVC knows of none of the files written here, so that the pipeline of dvc.yaml, which reads them,
never searches; what is as it was keeps its time, so that nothing is made again for it.
"""

from regscope.advice.output import put
from regscope.advice.stored import stored, stored_of
from regscope.base import paths
from regscope.base.errors import run
from regscope.report.advice_page import write_page
from regscope.report.advice_summary import write_summary
from regscope.tracking.advised import track_advice
from stages.arguments import study_argument


def main() -> None:
    name, _, params = study_argument()
    source, target = paths.advice_measures(name), paths.advice(name)
    files = {path.name: path.read_text() for path in source.iterdir()}
    put(files, target)
    if paths.TIMES_FILE not in files:
        (target / paths.TIMES_FILE).unlink(missing_ok=True)
    write_page(stored(target), target, paths.advice_plots(name))
    write_summary(stored_of(params.studies))
    track_advice(name)


if __name__ == "__main__":
    run(main)
