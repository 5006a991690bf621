"""What seeds can say: intervals, paired tests and their correction, power.

Seeds are paired: seed k has the same initialization, split and batch order in every cell. The
protocol follows Bouthillier et al. 2021, "Accounting for variance in machine learning
benchmarks"; docs/statistics.md tells it in plain words. scipy is imported where it is used,
since it takes long to load.
"""

from regscope.statistics.corrections import false_discovery, holm
from regscope.statistics.equality import equal_p, equality_power, seeds_for_equality
from regscope.statistics.family import STATISTICS, compare_family
from regscope.statistics.firmness import Pair, firm, nudged, repeats
from regscope.statistics.intervals import (
    Interval,
    mean_interval,
    mean_intervals,
    prediction_interval,
    probability_interval,
    t_interval,
)
from regscope.statistics.levels import (
    FEWEST_SEEDS,
    FEWEST_SEEDS_FOR_SIGN_FLIP,
    LAST_DIGITS,
    LEVEL,
    MOST_SEEDS,
    POWER,
    SIGNIFICANCE,
)
from regscope.statistics.new_data import (
    for_new_data,
    independent_error,
    new_data_p,
    shared_error,
)
from regscope.statistics.overlap import overlap_share, overlap_widening
from regscope.statistics.paired import Comparison, compare, paired_t_p, sign_flip_p
from regscope.statistics.power import (
    detectable_difference,
    power_of,
    seeds_for,
    seeds_needed,
    seeds_table,
)
from regscope.statistics.rounding import ROUNDING, mean_and_deviation, paired_differences
from regscope.statistics.single_runs import TELLING, NewRun, excluded, new_run, telling
from regscope.statistics.test_sets import combined_error, test_set_error
from regscope.statistics.unpaired import (
    compare_unpaired,
    seeds_of_each,
    welch_interval,
    welch_power,
)
from regscope.statistics.verdicts import (
    EQUAL,
    LEFT_OUT,
    TOO_FEW,
    UNDECIDED,
    VERDICTS,
    equal_note,
    holm_of_family,
    judged,
    seeds_to_decide,
    undecided_note,
    verdict,
)

__all__ = [
    "EQUAL",
    "FEWEST_SEEDS",
    "FEWEST_SEEDS_FOR_SIGN_FLIP",
    "LAST_DIGITS",
    "LEFT_OUT",
    "LEVEL",
    "MOST_SEEDS",
    "POWER",
    "ROUNDING",
    "SIGNIFICANCE",
    "STATISTICS",
    "TELLING",
    "TOO_FEW",
    "UNDECIDED",
    "VERDICTS",
    "Comparison",
    "Interval",
    "NewRun",
    "Pair",
    "combined_error",
    "compare",
    "compare_family",
    "compare_unpaired",
    "detectable_difference",
    "equal_note",
    "equal_p",
    "equality_power",
    "excluded",
    "false_discovery",
    "firm",
    "for_new_data",
    "holm",
    "holm_of_family",
    "independent_error",
    "judged",
    "mean_and_deviation",
    "mean_interval",
    "mean_intervals",
    "new_data_p",
    "new_run",
    "nudged",
    "overlap_share",
    "overlap_widening",
    "paired_differences",
    "paired_t_p",
    "power_of",
    "prediction_interval",
    "probability_interval",
    "repeats",
    "seeds_for",
    "seeds_for_equality",
    "seeds_needed",
    "seeds_of_each",
    "seeds_table",
    "seeds_to_decide",
    "shared_error",
    "sign_flip_p",
    "t_interval",
    "telling",
    "test_set_error",
    "undecided_note",
    "verdict",
    "welch_interval",
    "welch_power",
]
