"""What is left of the verdicts where every cell has the best of several learning rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.at_best import Row
from regscope.report.columns import values
from regscope.report.how_sure import Rest, how_sure, shown
from regscope.report.measured import ACCURACY
from regscope.report.questions import Question
from regscope.report.rates_tables import beyond
from regscope.report.sections import Section
from regscope.report.standings import Standing, decided
from regscope.study.params import BASELINE

TUNED = "tuned by one grid on validation"


def left_when_tuned(sections: Mapping[str, Section], found: Sequence[Standing]) -> Question | None:
    """Of what is better at the studies' own settings, how much is so at each one's best."""
    tuned = {name: one for name, one in sections.items() if one.at_best is not None}
    answer = (*_what_stays(found), *_of_none(tuned))
    if not answer:
        return None
    rests = [
        Rest(name, section.study.data.called, bool(verdict), section.seeds, verdict)
        for name, section in tuned.items()
        for verdict in map(decided, _rows(section).values())
    ]
    better = [
        shown(f"{display_name(reg)} in {name}", _rows(tuned[name])[reg], ACCURACY)
        for reg, name in _better_there(found)
    ]
    ends = sum(bool(one.at_best and beyond(one.at_best, BASELINE)) for one in tuned.values())
    settings = f"{TUNED}, the baseline at an end of it in {ends} of {len(tuned)}"
    sure = how_sure(rests, better, settings, len(sections))
    return Question("tuned", "What is left where everything is tuned?", answer, sure)


def _rows(section: Section) -> dict[str, Row]:
    """What the tuned cells are beside the tuned baseline."""
    if section.at_best is None:
        return {}
    return {reg: row for reg, row in section.at_best.tuned.items() if reg != BASELINE}


def _better_there(found: Sequence[Standing]) -> list[tuple[str, str]]:
    return [(one.reg, name) for one in found for name in one.better_there]


def _what_stays(found: Sequence[Standing]) -> Iterator[str]:
    own = {(one.reg, name) for one in found for name in one.better if name in one.tried}
    if not own:
        return
    best = set(_better_there(found))
    kept, new = len(own & best), len(best - own)
    yield (
        f"Of {len(own)} cell{'s' * (len(own) > 1)} firmly better at the study's own settings,"
        f" {kept or 'none'} stay{'s' * (kept == 1)} so when tuned; {new or 'no'}"
        f" other{'s' * (new != 1)} become{'s' * (new == 1)} so."
    )


def _of_none(sections: Mapping[str, Section]) -> Iterator[str]:
    """How much the baseline gains by its learning rate and epochs alone."""
    gains = []
    for name, section in sections.items():
        if section.at_best is not None:
            own = values(section.results, BASELINE, ACCURACY.key).mean()
            best = section.at_best.tuned[BASELINE][ACCURACY.key]
            gains.append(f"{name} {ACCURACY.difference(best - own)}")
    if gains:
        yield (
            f"Tuning alone changes the test accuracy of {BASELINE}, in points, by: {joined(gains)}."
        )
