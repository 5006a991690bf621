"""How methods stand over data sets: sentences and a table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from regscope.advice.protocol import COCKTAIL
from regscope.advice.ranking import LEVEL, Ranking, Standing, ranking
from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.advice_phrases import Data
from regscope.report.formats import DASH, fixed, p_value
from regscope.report.render import Cell, Table
from regscope.statistics import EQUAL, UNDECIDED
from regscope.study.params import BASELINE


def over_data_sets(found: Mapping[str, Data]) -> list[str]:
    """What the advice for all data sets says together; nothing of too few."""
    ranked = ranking(found)
    return [*told(ranked), *_trees(found)] if ranked is not None else []


def _trees(found: Mapping[str, Data]) -> Iterator[str]:
    """How often trees were better than the network that is advised, of tables that have them."""
    verdicts = [data["trees"]["verdict"] for data in found.values() if data["trees"] is not None]
    if len(verdicts) > 1:
        better, worse = verdicts.count("better"), verdicts.count("worse")
        yield (
            f"Of {len(verdicts)} tables gradient-boosted trees of as many settings are better than"
            f" the network that is advised on {better}, on the examples of the test, and worse on"
            f" {worse}."
        )


def told(ranked: Ranking) -> Iterator[str]:
    """What can be said, a sentence each."""
    count = len(ranked.studies)
    judged = [one for one in _compared(ranked) if one.p_holm is not None]
    ahead = [
        one
        for one in judged
        if one.p_holm is not None and one.p_holm < LEVEL and one.ahead > one.studies / 2
    ]
    if not ranked.shows:
        yield (
            f"{count} data sets are too few to show, of {len(judged)} methods, that one is ahead of"
            " no regularizer more often than not."
        )
    elif ahead:
        yield (
            f"{joined([called(one) for one in ahead])} {_is(ahead)} ahead of no regularizer, both"
            " at their best, on more data sets than chance would have it."
        )
    else:
        yield (
            f"Of {len(judged)} methods none is ahead of no regularizer, both at their"
            f" best, on more of {count} data sets than chance would have it."
        )
    shown = [one for one in _compared(ranked) if one.counted("better")]
    if shown:
        most = max(one.counted("better") for one in shown)
        often = [
            f"{called(one)}, on {most} of {one.studies}"
            for one in shown
            if one.counted("better") == most
        ]
        if most > 1:
            yield f"Shown to be better most often: {'; '.join(often)}."
    best = ranked.standings[0]
    near = [one for one in ranked.standings[1:] if _near(one, best, ranked.critical)]
    alike = "" if ranked.p < LEVEL else ", though that all do alike is not ruled out"
    assert best.rank is not None
    yield (
        f"{called(best)} has the best mean rank, {fixed(best.rank, 1)} of {ranked.ranked}"
        f" (Friedman's p {p_value(ranked.p)}{alike}); {len(near)} of the others cannot be told"
        f" from it{', no regularizer among them' * any(o.method == BASELINE for o in near)}."
    )


def table(ranked: Ranking) -> Table:
    """A row a method, the best mean rank first."""
    rows = []
    for one in ranked.standings:
        compared = one.method != BASELINE
        count = len(one.verdicts)
        low, high = one.chance
        rows.append(
            (
                Cell(called(one), reg=one.method),
                Cell(fixed(one.rank, 1) if one.rank is not None else DASH),
                *(
                    Cell(str(one.counted(verdict)) if compared else DASH)
                    for verdict in ("better", EQUAL, "worse", UNDECIDED)
                ),
                Cell(f"{one.ahead:g} of {count}" if compared else DASH),
                Cell(f"[{100 * low:.0f}, {100 * high:.0f}]" if compared else DASH),
                Cell(p_value(one.p_holm) if one.p_holm is not None else DASH),
            )
        )
    columns = (
        "Method", "Mean rank", "Better", "No difference that matters", "Worse", "Undecided",
        "Ahead of none", "On another data set, %", "p",
    )  # fmt: skip
    caption = (
        "Each at its best against none at its best: in how many data sets it is shown to be better"
        " or worse for other examples, too; in how many its mean on test is ahead at all, the 95 %"
        " interval of how often it would be on another data set like these, and p of the sign test,"
        " corrected for all methods with a rank; one that diverged is the worst"
    )
    return Table(caption, columns, tuple(rows), frozenset({0}))


def _compared(ranked: Ranking) -> list[Standing]:
    return [one for one in ranked.standings if one.method != BASELINE]


def _near(one: Standing, best: Standing, critical: float) -> bool:
    return one.rank is not None and best.rank is not None and one.rank - best.rank < critical


def _is(some: list[Standing]) -> str:
    return "is" if len(some) == 1 else "are"


def called(one: Standing) -> str:
    if one.method == COCKTAIL:
        return "The cocktail"
    return "No regularizer" if one.method == BASELINE else display_name(one.method)
