"""The sentences that every page shares."""

from regscope.measures.weights import NEAR_ZERO
from regscope.report.answers import EXPLAINED
from regscope.report.formats import ABOUT, DASH, EDGE, UNCORRECTED
from regscope.report.measured import MEASURES
from regscope.report.verdicts import MEANINGS
from regscope.results import NO_BETTER
from regscope.statistics import EQUAL, FEWEST_SEEDS, POWER, SIGNIFICANCE
from regscope.study.evaluation import MATTERS
from regscope.study.params import BASELINE

TITLE = "Results"

LEAD = (
    "What regularizers do in every study, over many seeds. Accuracies are in percent, their"
    " differences in percentage points."
)

KEY = (
    "None is the same training without a regularizer; methods are held against it seed by seed."
    " Firm: neither leaving out any one seed nor other last digits would turn the verdict. Tuned:"
    " each cell, none too, with its best learning rate and epochs of one grid, chosen on"
    " validation; strengths stay as they are."
)
"""What must be known before any finding is read."""

NEUTRAL = (
    "Neither more nor less is better by itself in these measures:"
    f" {', '.join(measure.name for measure in MEASURES if measure.neutral)}."
)

MARKS = (
    f"bold where better or worse, higher or lower, {ABOUT.strip()} where there is {EQUAL}, plain"
    f" where the seeds cannot tell, ({EDGE}) where one seed or last digits would turn the verdict"
)

COLLAPSED = "collapsed"
COLLAPSED_MEANING = "every seed of the cell is hardly better than a guess"

HOW_TO_READ = (
    (
        "How sure",
        "five things, always in this order. How many of the verdicts behind the answer are firm,"
        f" be it better, worse or {EQUAL}; the others are open, and firmly open is what stays"
        " undecided whichever seed is left out. How many seeds. The 95 % interval; of several the"
        f" least sure, which takes most of the way from the difference to 0, or of zeros beyond"
        f" those of {BASELINE} to a hundredth of the weights. Whose settings: the study's own, of"
        " which a document may leave some open, or tuned. How many studies, of how many"
        " data sets.",
    ),
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
        f"the fraction of seeds in which the cell beats {BASELINE}; ties count half. Brackets hold"
        " its 95 % interval. P(higher) is the fraction in which the cell has more of a measure of"
        " which neither more nor less is better by itself.",
    ),
    (
        "Seeds needed",
        f"how many seeds would show a true difference as large as the one seen with probability"
        f" {POWER:g}, by a p-value that outlasts the correction; where there is {EQUAL}, how many"
        " show that. Where nothing is decided it is the fewer of both, and says which. It plans the"
        " next run and proves nothing: the difference seen is uncertain itself.",
    ),
    (
        "Verdict",
        "better or worse only if the interval leaves out 0 and the corrected p is below"
        f" {SIGNIFICANCE}. Higher or lower, on the same terms, where neither is better by itself: a"
        " network that learns less has a smaller gap, one that has learned nothing can lose all its"
        f" weights, and correlated units can serve it well or badly. {EQUAL.capitalize()}"
        f" ({ABOUT.strip()}), of accuracies, if the interval lies within the smallest difference"
        f" worth having ({100 * MATTERS:g} points, unless the study says another) and two one-sided"
        f" tests have a corrected p below {SIGNIFICANCE}; there may be one, certain and too small"
        " to matter. Undecided means that these seeds can show neither; it is no answer."
        f" {UNCORRECTED.capitalize()}: the interval leaves out 0, and the corrected p is too large."
        f" Fewer than {FEWEST_SEEDS} seeds decide nothing.",
    ),
    (
        "Firm, on the edge",
        "firm is a verdict that stays the same when any one seed is left out of all cells, with the"
        " corrections made anew, and when rounding moves every mean difference by half of its"
        " standard error, as another processor may. Zeros are firm where neither takes the mean"
        " across a hundredth of the weights. All others are on the edge: marked"
        f" ({EDGE}), not bold, and named apart in sentences.",
    ),
    (
        "Near zero",
        f"the fraction of weights smaller than {NEAR_ZERO} times the layer's root mean square, so"
        " that shrinking a layer as a whole changes nothing. SD and norms are of the layer's"
        " weights, means over seeds.",
    ),
    (
        "Kurtosis, Hoyer, Gini, stable rank, total variation",
        "excess kurtosis is 0 for a normal distribution and large for heavy tails. Hoyer and Gini"
        " are 0 where all weights are of one size and near 1 where few hold everything. The stable"
        " rank is the squared Frobenius norm over the squared spectral norm. Total variation is"
        " small for smooth first-layer filters. Of all layers together kurtosis, Hoyer and Gini"
        " also depend on how large the layers are beside one another: with batch normalization read"
        " them layer by layer.",
    ),
    (
        "Prunable weights, pruning area",
        "the largest share of the smallest weights, each relative to its layer's root mean square,"
        " that can be set to zero at the cost of one point of accuracy, and the mean accuracy over"
        " all shares from 0 to 1. A network that is right as often without any weights has 100 %.",
    ),
    (
        "Hidden units",
        "the mean absolute correlation between pairs of units, without those that are 0 on more"
        " than 99 % of the examples; the effective rank of their activations over the number of"
        " units (at most the number of examples less one over it); the share of units that never"
        " fire on the test examples.",
    ),
    (
        "Under corruption",
        "accuracy on test examples with noise, blur and the like, a mean over kinds and over five"
        " severities; every cell and seed sees the same corrupted examples. The input gradient is"
        " the norm of the loss's gradient in the input.",
    ),
    (
        "Calibration error",
        "how far confidence and accuracy lie apart, a mean over 15 bins of confidence. It says"
        " nothing of skill: where one in ten examples is of each class, a network that gives every"
        " class one in ten is perfectly calibrated. The Brier"
        " score is the squared distance of the predicted probabilities from the truth. The test"
        " loss is the mean negative log-likelihood.",
    ),
    (
        "Interval of one new run",
        "mean ± t · s · √(1 + 1/n), s being pooled over the study's cells: where one more seed of"
        " ours falls with 95 % probability. A published single run is held against it; it says"
        " little where most of the document's other runs lie inside as well. The shift beside it is"
        " how far off a run must be to fall outside with probability 0.8.",
    ),
    *((f"Claim {verdict}", meaning + ".") for verdict, meaning in MEANINGS.items()),
    ("Was the headline right?", EXPLAINED),
    (
        "Strength assumed",
        "the document names the method and not how strong it was; the study chose the strength on"
        " validation or took it over (docs/strengths.md), and the verdict holds for that.",
    ),
    (
        "Constant guess",
        "what can be had without looking at the inputs: the accuracy of always saying the class"
        " that is most frequent in training, and the loss of giving every class its share there;"
        " where these were not kept, its share in the test set itself, which no guess can beat. A"
        f" cell is {NO_BETTER} unless its seeds' differences to it have an interval on the better"
        f" side and a Holm p below {SIGNIFICANCE}; it then never counts as better than {BASELINE}.",
    ),
    (COLLAPSED.capitalize(), f"{COLLAPSED_MEANING}."),
    (DASH, "the cell is not part of the study."),
)
