"""Where everything lies: the folders and the files that several stages share.

Paths are relative to the working directory, which for DVC's stages is the workspace's root.
What must outlive DVC's temporary workspaces (checkpoints) lies under `repository()`.
"""

import os
from pathlib import Path

PACKAGE = Path(__file__).parents[1]
PARAMS = Path("params.yaml")
CLAIMS_FILE = Path("claims.yaml")
PATHS_PARAMS = Path("paths") / "params.yaml"
RATES_PARAMS = Path("rates") / "params.yaml"
DATA = Path("data")
OWN = DATA / "own"
METRICS = Path("metrics")
PLOTS = Path("plots")

VALIDATED = DATA / "validated.txt"
GATHERED = DATA / "gathered.json"
REVIEW = METRICS / "review.json"
CLAIMS = METRICS / "claims.json"
VERDICTS = METRICS / "verdicts.json"
STUDIES = METRICS / "studies"
PATHS = METRICS / "paths"
OVERLAP = METRICS / "overlap"
PATHS_VALIDATED = DATA / "paths" / "validated.txt"
ADVICE_PARAMS = Path("advice") / "params.yaml"
ADVICE, ADVICE_PLOTS = METRICS / "advice", PLOTS / "advice"
ADVICE_PAGE, ADVICE_RANKS = ADVICE / "README.md", ADVICE_PLOTS / "ranks.png"
ADVICE_VALIDATED = DATA / "advice" / "validated.txt"
RATES = METRICS / "rates"
RATES_VALIDATED = DATA / "rates" / "validated.txt"
RESULTS_PAGE = METRICS / "README.md"
CLAIMS_PAGE = METRICS / "claims.md"
STUDY_PAGES = METRICS / "pages"
PUBLISHED = METRICS / "published.png"
README = Path("README.md")
REPORT = Path("report")
START_PAGE = REPORT / "index.html"
STRENGTHS = Path("docs") / "strengths"
CLAIMS_RULE = Path("docs") / "claims.md"
STATISTICS = Path("docs") / "statistics.md"
CARDS = Path("docs") / "regularizers"


def repository() -> Path:
    """The real repository's root, also inside `dvc exp run --temp` and queue workspaces."""
    return Path(os.environ.get("DVC_ROOT") or Path.cwd())


def checkpoints() -> Path:
    return repository() / ".regscope" / "checkpoints"


def settings(study: str) -> Path:
    return DATA / "settings" / study


def raw(study: str) -> Path:
    return DATA / "raw" / study


def prepared(study: str) -> Path:
    return DATA / "prepared" / study


def model(study: str, reg: str) -> Path:
    return DATA / "models" / study / reg


def evaluation(study: str, reg: str) -> Path:
    return DATA / "evaluations" / study / reg


def summary(study: str) -> Path:
    return STUDIES / study


def study_page(study: str) -> Path:
    return STUDY_PAGES / f"{study}.md"


def overlap(study: str, kind: str) -> Path:
    """Of kind `csv`, what was measured, or `json`, what follows."""
    return OVERLAP / f"{study}.{kind}"


def plots(study: str) -> Path:
    return PLOTS / study


def path_measures(study: str, family: str) -> Path:
    return DATA / "paths" / study / family


def pair_measures(study: str) -> Path:
    return DATA / "pairs" / study


def sweep_summary(study: str) -> Path:
    return PATHS / study


def sweep_plots(study: str) -> Path:
    return PLOTS / "paths" / study


def rate_measures(study: str, reg: str) -> Path:
    return DATA / "rates" / study / reg


def rates_summary(study: str) -> Path:
    return RATES / study


def advice_measures(study: str) -> Path:
    return DATA / "advice" / study


def advice(study: str) -> Path:
    return ADVICE / study


def advice_plots(study: str) -> Path:
    return ADVICE_PLOTS / study


def brought() -> Path:
    """Where files that are looked at once are read from."""
    return repository() / ".regscope" / "brought"


def pipeline(study: str) -> Path:
    return Path("studies") / study / "dvc.yaml"


def rates_pipeline(study: str) -> Path:
    return Path("rates") / study / "dvc.yaml"


ABSENT = "absent.txt"

SETTINGS_FILE = "settings.json"
SEEDS_FILE = "seeds.csv"
HISTORY_FILE = "history.csv"
ARRAYS_FILE = "arrays.safetensors"
"""In a folder of results the settings that they were made by, and its table with a row a seed; of
a trained cell every epoch, and of an evaluated one what is drawn of it."""

ADVICE_FILE, CHOICES_FILE, TIMES_FILE = "advice.json", "choices.png", "times.csv"
"""An advice as data, every method's choice as a picture, and how long each trained."""

ENVIRONMENT = "environment.json"
MADE_FROM = "made_from.json"
"""Beside a cell's networks, and its measures: what they come from, and their own digests."""


def mark_unswept(folder: Path, study: str, name: str) -> None:
    """Say in an output of paths/dvc.yaml that the study leaves a family, or the pairs, out."""
    (folder / ABSENT).write_text(f"{study} has no {name} (null in {PATHS_PARAMS})\n")
