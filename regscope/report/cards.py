"""What was measured, on the method cards, in the statistics and on the page about claims."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

from regscope import results
from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.base.files import write_text
from regscope.report import effects, rates_tables
from regscope.report.claim_examples import claim_examples
from regscope.report.evidence import Evidence, load_evidence
from regscope.report.formats import ABOUT
from regscope.report.in_markdown import link
from regscope.report.new_data import studies_table
from regscope.report.readme import replaced
from regscope.report.render import markdown
from regscope.report.seed_counts import seed_counts_table
from regscope.report.verdict_examples import verdict_examples
from regscope.report.verdicts import Claims, load_claims
from regscope.statistics import EQUAL, POWER
from regscope.study.params import BASELINE, Params, load_params

INDEX = "README.md"
BEGIN, END = "<!-- effect: begin -->", "<!-- effect: end -->"
SEEDS_BEGIN, SEEDS_END = "<!-- seeds: begin -->", "<!-- seeds: end -->"
NEW_DATA_BEGIN, NEW_DATA_END = "<!-- new data: begin -->", "<!-- new data: end -->"
VERDICTS_BEGIN, VERDICTS_END = "<!-- verdicts: begin -->", "<!-- verdicts: end -->"


def rewrite(check: bool = False) -> None:
    """Make what stands between the marks of each page that of the results at hand.

    With `check` nothing is written, and RegscopeError raised where a page is not current.
    """
    params = load_params()
    found = [load_evidence(study) for study in params.studies if results.has_results(study)]
    blocks = [(card, effect_block(found, card), BEGIN, END) for card in cards(params)]
    blocks += [
        (paths.STATISTICS, verdicts_block(found), VERDICTS_BEGIN, VERDICTS_END),
        (paths.STATISTICS, seeds_block(found), SEEDS_BEGIN, SEEDS_END),
        (paths.STATISTICS, new_data_block(found), NEW_DATA_BEGIN, NEW_DATA_END),
        (paths.CLAIMS_RULE, claims_block(load_claims()), VERDICTS_BEGIN, VERDICTS_END),
    ]
    before = {page: page.read_text(encoding="utf-8") for page, *_ in blocks}
    pages = dict(before)
    for page, block, begin, end in blocks:
        pages[page] = replaced(pages[page], block, page, begin, end)
    stale = {page: text for page, text in pages.items() if text != before[page]}
    if check and stale:
        raise RegscopeError(
            f"{', '.join(map(str, stale))}: the tables are not those of {paths.METRICS}; run"
            " `regscope cards`"
        )
    for page, after in stale.items():
        write_text(page, after)


def cards(params: Params) -> list[Path]:
    """The cards, in the order of params.yaml.

    Raises RegscopeError for a card of a cell that there is not.
    """
    there = {card.stem: card for card in sorted(paths.CARDS.glob("*.md")) if card.name != INDEX}
    for name, card in there.items():
        if name not in params.regs or name == BASELINE:
            raise RegscopeError(
                f"{card}: no cell of this name in {paths.PARAMS}; the studies have:"
                f" {', '.join(reg for reg in params.regs if reg != BASELINE)}"
            )
    return [there[reg] for reg in params.regs if reg in there]


def effect_block(found: Sequence[Evidence], card: Path) -> str:
    """What the studies say about the card's cell, as Markdown."""
    return "\n\n".join(_effect(found, card.stem, link(paths.RESULTS_PAGE, card)))


def _effect(found: Sequence[Evidence], reg: str, results_page: str) -> Iterator[str]:
    finding = effects.finding(found, reg)
    if not finding:
        yield "No study has trained it yet."
        return
    yield finding
    found = [evidence for evidence in found if reg in evidence.cells]
    yield markdown(effects.accuracy_table(found, reg)).rstrip("\n")
    yield (
        "Detectable is the smallest true difference that as many seeds would show with probability"
        f" {POWER}, by a p-value that outlasts Holm's correction over the study's cells. Better and"
        f" worse take such a p-value, too, and so does {EQUAL}, marked {ABOUT.strip()}."
        " For new data: drawn anew are the examples, too, beside the seeds"
        f" ([how]({link(paths.STATISTICS, paths.CARDS / INDEX)}#new-data))."
        f" All figures: [results]({results_page})."
    )
    yield f"Means over seeds, and in parentheses those of `{BASELINE}`:"
    yield markdown(effects.measures_table(found, reg)).rstrip("\n")
    at_best = rates_tables.card_table(found, reg)
    if at_best.rows:
        yield (
            "Each at its best learning rate and epochs, out of one grid for all and chosen on"
            f" validation, against `{BASELINE}` at its best{_baseline_ends(found, reg)}:"
        )
        yield markdown(at_best).rstrip("\n")
    tuned = effects.tuned_table(found, reg)
    if tuned.rows:
        yield (
            "At the strength with the best mean accuracy on validation, trained without it; 0 is"
            " leaving the method out:"
        )
        yield markdown(tuned).rstrip("\n")
    pairs = effects.pairs_table(found, effects.methods_of(found, reg))
    if pairs.rows:
        yield "Together with another method, against the one of both that validation holds better:"
        yield markdown(pairs).rstrip("\n")


def _baseline_ends(found: Sequence[Evidence], reg: str) -> str:
    """Where the baseline's best may lie beyond what was tried."""
    ends = [
        f"{evidence.study}: {end}"
        for evidence in found
        if evidence.at_best is not None
        and reg in evidence.at_best.tuned
        and (end := rates_tables.beyond(evidence.at_best, BASELINE))
    ]
    return f" (whose own may lie beyond: {'; '.join(ends)})" if ends else ""


def verdicts_block(found: Sequence[Evidence]) -> str:
    """What verdicts say, each with an example, as Markdown."""
    return markdown(verdict_examples(found)).rstrip("\n")


def claims_block(claims: Claims) -> str:
    """The same of verdicts on published claims."""
    return markdown(claim_examples(claims)).rstrip("\n")


def seeds_block(found: Sequence[Evidence]) -> str:
    """How many seeds the studies' own spread calls for, as Markdown."""
    if not found:
        return "No study has results yet."
    return markdown(seed_counts_table(found)).rstrip("\n")


def new_data_block(found: Sequence[Evidence]) -> str:
    """What new data add in each study, as Markdown."""
    if not found:
        return "No study has results yet."
    return markdown(studies_table(found)).rstrip("\n")
