"""Which methods set weights to exactly zero, in how many studies; L1 by name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from regscope.base.lines import joined
from regscope.figures.style import display_name
from regscope.report.columns import values
from regscope.report.formats import points_range
from regscope.report.how_sure import OWN, Rest, Shown, how_sure
from regscope.report.phrases import NO_ZEROS, SOME_ZEROS, ZEROS, zero_shares
from regscope.report.questions import Question
from regscope.report.sections import Section
from regscope.statistics import FEWEST_SEEDS, Pair, mean_interval, repeats
from regscope.study.params import BASELINE

ZEROS_OF_L1 = "Does L1 make weights sparse, exactly zero?"
ZEROS_OF_WHICH = "Which methods make weights sparse, exactly zero?"


def zeros(sections: Mapping[str, Section], regs: Sequence[str]) -> Question | None:
    """None where no study has counted them."""
    found = {name: zero_shares(section) for name, section in sections.items()}
    cells = [(reg, name) for reg in regs for name, shares in found.items() if reg in shares]
    if not cells:
        return None
    of_l1 = [(reg, name) for reg, name in cells if reg == "l1"]
    plain, told_of = "", []
    for reg in dict.fromkeys(reg for reg, _ in cells):
        shares = {name: one[reg] for name, one in found.items() if reg in one}
        lost = [name for name in shares if reg in sections[name].results.lost]
        some = [one for name, one in shares.items() if one >= SOME_ZEROS and name not in lost]
        if reg == "l1":
            count = f"{len(some) or 'none'} of {len(shares)} studies"
            plain = f"Yes, in {count}. " if some else f"Not as a term of the loss: in {count}. "
        if some:
            ends = sorted({f"{100 * share:.0f}" for share in (min(some), max(some))}, key=int)
            nothing = f"; in {joined(lost)} it learned nothing" if lost else ""
            told_of.append(
                f"{display_name(reg)}, in {len(some)} of {len(shares)} studies"
                f" ({' to '.join(ends)} % of them{nothing})"
            )
    with_whom = (
        f"A hundredth of the weights or more is exactly zero with {joined(told_of)}; with no other"
        " method."
        if told_of
        else f"{NO_ZEROS}."
    )
    about = [(sections[name], reg) for reg, name in of_l1 or cells]
    told = [(section, reg, beside_none(section, reg)) for section, reg in about]
    sure = how_sure(
        [_rest(*one) for one in told],
        [_shown(*one) for one in told if len(one[-1].seeds) > 1],
        f"{OWN}, not tuned",
        len(sections),
    )
    asked = ZEROS_OF_L1 if of_l1 else ZEROS_OF_WHICH
    return Question("zeros", asked, (plain + with_whom,), sure)


def beside_none(section: Section, reg: str) -> Pair:
    """The shares of weights that are exactly zero, seed by seed beside the baseline's; 0 for what
    the baseline has not counted."""
    seeds, own = section.results.seeds_of[reg], values(section.results, reg, ZEROS)
    baseline = np.nan_to_num(values(section.results, BASELINE, ZEROS))
    none = dict(zip(section.results.seeds_of[BASELINE].tolist(), baseline.tolist(), strict=True))
    kept = np.isin(seeds, [*none]) & ~np.isnan(own)
    return Pair(seeds[kept], own[kept], np.array([none[seed] for seed in seeds[kept].tolist()]))


def zeros_are_firm(pair: Pair) -> bool:
    """Whether neither one seed less nor other last digits take the mean of the shares beyond the
    baseline's across SOME_ZEROS."""
    if len(pair.seeds) < FEWEST_SEEDS:
        return False
    means = [float((one.cell - one.other).mean()) for one in (pair, *_repeats(pair))]
    return len({mean >= SOME_ZEROS for mean in means}) == 1


def _repeats(pair: Pair) -> Iterator[Pair]:
    for (repeat,) in repeats([pair]):
        yield repeat


def _rest(section: Section, _: str, pair: Pair) -> Rest:
    return Rest(section.name, section.study.data.called, zeros_are_firm(pair), len(pair.seeds))


def _shown(section: Section, reg: str, pair: Pair) -> Shown:
    interval = mean_interval(pair.cell - pair.other)
    text = f"{points_range(interval.low, interval.high)} % of the weights"
    return Shown(f"{display_name(reg)} in {section.name}", text, interval, SOME_ZEROS)
