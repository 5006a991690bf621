"""The sentences that every page shares."""

from regscope.measures.weights import NEAR_ZERO
from regscope.params import BASELINE
from regscope.report.formats import DASH
from regscope.statistics import FEWEST_SEEDS, SIGNIFICANCE

TITLE = "Results"

LEAD = (
    "Every regularizer in every study, over many seeds. Accuracies are in percent, differences in"
    " percentage points."
)

HOW_TO_READ = (
    (
        "Mean ± half width",
        "the mean over seeds and half the width of its 95 % Student t interval; SD is the standard"
        " deviation over seeds.",
    ),
    (
        f"Difference to {BASELINE}",
        "seeds are paired: seed k has the same initialization, split and batch order in every"
        " cell, so the difference is taken seed by seed. Brackets hold its 95 % t interval.",
    ),
    (
        "Holm p",
        "the p-value of the two-sided paired t test, corrected by Holm's method over all cells of"
        " the study.",
    ),
    (
        "P(better)",
        f"the fraction of seeds in which the cell beats {BASELINE}; ties count half.",
    ),
    (
        "Verdict",
        "better or worse only if the interval leaves out 0 and the corrected p is below"
        f" {SIGNIFICANCE}. Not separable means that these seeds cannot tell, not that there is no"
        f" difference. Fewer than {FEWEST_SEEDS} seeds decide nothing.",
    ),
    (
        "Near zero",
        f"the fraction of weights smaller than {NEAR_ZERO} times the layer's root mean square, so"
        " that shrinking a layer as a whole changes nothing. SD and norms are of the layer's"
        " weights, means over seeds.",
    ),
    (
        "Interval of one new run",
        "mean ± t · s · √(1 + 1/n): where one more seed of ours falls with 95 % probability. A"
        " published single run is held against it.",
    ),
    (DASH, "the cell is not part of the study."),
)
