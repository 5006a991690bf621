"""What the pages say about a study, part by part."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from regscope.base import paths
from regscope.measures import catalog
from regscope.report import (
    advice_tables,
    prediction_tables,
    rates_tables,
    seeds_tables,
    sweep_tables,
    tables,
    unit_tables,
    weights_tables,
    word_tables,
)
from regscope.report.advice_answer import answer
from regscope.report.blocks import Block, Code, Folded, Heading, Note, Part, Source
from regscope.report.claims_table import claims_table, corrections_table, counts_line, departures
from regscope.report.label_noise import of_gaps
from regscope.report.measured import MEASURES
from regscope.report.new_data import new_data_table, sentence
from regscope.report.pictures import SHOWS, Picture, pictures, sweep_pictures
from regscope.report.published_table import inside
from regscope.report.sections import Section
from regscope.study.params import BASELINE
from regscope.tasks import Table


def parts(section: Section) -> tuple[Part, ...]:
    """Every part that the study has something for, in the order in which people read."""
    shown = pictures(section.name, section.study.title, section.study.data.quantity is None)
    found = (
        _advice(section),
        _accuracy(section, shown),
        _at_best(section),
        _published(section),
        _claims(section),
        _fit(section, shown),
        _weights(section, shown),
        *(part(section, shown) for part in _measured(section)),
        _sweep(section),
        _others(shown),
        _settings(section),
    )
    return tuple(part for part in found if part.blocks)


Shown = dict[str, Picture]


def _measured(section: Section) -> Iterator[Callable[[Section, Shown], Part]]:
    """What there is beside accuracy, fit and weights: by the tables that the task has."""
    by_table: dict[Table, Callable[[Section, Shown], Part]] = {
        "pruning": _pruning,
        "units": _units,
        "robustness": _robustness,
        "reliability": _calibration,
        "classes": _classes,
    }
    there = section.study.task.tables
    yield from (part for table, part in by_table.items() if table in there)


def _accuracy(section: Section, shown: Shown) -> Part:
    return Part(
        "accuracy",
        "Errors" if section.study.data.quantity else "Accuracy",
        (
            *section.accuracy,
            *_named(shown, "accuracy", "r2", "predicted", "residuals"),
            Note(section.test_error),
            *_new_data(section),
            *_of_words(section),
            *_seeds(section),
        ),
    )


def _advice(section: Section) -> Part:
    """Which regularizer to use, where that was asked."""
    data = section.advice
    if data is None:
        return Part("advice", "Advice", ())
    picture = Picture(
        "choices",
        paths.advice_plots(section.name) / paths.CHOICES_FILE,
        section.study.title,
        "Of every method, with the setting that validation chose, the difference to no regularizer"
        " with the setting that validation chose",
    )
    added = advice_tables.parts(data)
    details = tuple(table for table in (advice_tables.table(data), added) if table)
    return Part(
        "advice",
        "Advice",
        (
            Note(" ".join(answer(data))),
            picture,
            Folded(f"All {len(data['arms'])} choices", details),
        ),
    )


def _at_best(section: Section) -> Part:
    title = "Each at its best learning rate"
    if section.at_best is None:
        return Part("rates", title, ())
    told = (section.results, section.at_best, section.regs)
    return Part(
        "rates",
        title,
        (
            Note(rates_tables.rates_finding(*told)),
            rates_tables.rates_table(*told),
            Note(rates_tables.FIXED),
        ),
    )


def _new_data(section: Section) -> Iterator[Block]:
    """What the differences say of new data, where that is not what they say of the seeds."""
    table = new_data_table(section.evidence, section.regs)
    if table is not None:
        yield Note(sentence(section.evidence, section.regs))
        yield Folded(table.caption, (table,))


def _of_words(section: Section) -> Iterator[Block]:
    """What an accuracy over words leaves out, or in: only studies of sentences have it."""
    table = word_tables.readings_table(section.results, section.regs)
    if table is not None:
        yield Heading("Other ways to count words")
        yield Note(word_tables.READINGS)
        yield table


def _seeds(section: Section) -> Iterator[Block]:
    """Where more seeds are wanted, and how many."""
    undecided = seeds_tables.undecided_table(section.results, section.regs)
    if undecided.rows:
        yield Folded(
            f"Too few seeds to decide ({len(undecided.rows)} of the cells)",
            (undecided,),
        )
    if section.study.data.quantity:
        return
    wanted = seeds_tables.wanted_table(section.results, section.regs)
    yield Folded("Seeds wanted for a difference of a given size", (wanted,))


def _published(section: Section) -> Part:
    several = len(section.published) > 1
    blocks: list[Block] = []
    for document, table in section.published:
        blocks += [Heading(f"{document.title}, {document.place}")] if several else []
        blocks += [Source(document), table, Note(inside(table))]
    return Part("published", "Beside published single runs", tuple(blocks))


def _claims(section: Section) -> Part:
    if not section.claims:
        return Part("claims", "Claims", ())
    return Part(
        "claims",
        "Published claims",
        (
            Note(
                f"{counts_line(section.claims)} Each p is corrected over its family; a claim that"
                " rests on a row above has that row's."
            ),
            claims_table(section.claims),
            *map(Note, departures(section.claims)),
            Folded("What each p is corrected over", (corrections_table(section.claims),)),
        ),
    )


def _fit(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    loss = section.study.evaluation.training_loss
    return Part(
        "fit",
        "Curves and convergence",
        (
            *_named(shown, "curves"),
            *([Note(noise)] if (noise := of_gaps(section)) else []),
            tables.fit_table(results, regs),
            tables.convergence_table(results, regs, loss),
            *_against_baseline(section, "fit"),
        ),
    )


def _weights(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    both = weights_tables.l1_table(results)
    side_by_side: tuple[Block, ...] = (
        (Heading("L1 in the loss and as a proximal step"), both) if both else ()
    )
    layers = weights_tables.layer_tables(results, regs)
    return Part(
        "weights",
        "Weights",
        (
            weights_tables.all_layers_table(results, regs),
            *_named(shown, "weights"),
            *side_by_side,
            Folded("Layer by layer", (*_named(shown, "weights_by_layer"), *layers)),
            *_named(shown, "structure", "heatmaps"),
        ),
    )


def _pruning(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    return Part(
        "pruning",
        "Pruning",
        (
            Note(
                "The smallest weights, each relative to its layer's root mean square, are set to"
                " zero, without training again. Prunable is the largest share that costs at most"
                " one point of accuracy."
            ),
            *_limited(section),
            *_named(shown, "pruning"),
            unit_tables.pruning_table(results, regs),
            Folded(
                "Accuracy at every share removed",
                (unit_tables.pruning_curve_table(results, regs),),
            ),
            *_against_baseline(section, "pruning"),
        ),
    )


def _units(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    return Part(
        "units",
        "Hidden units",
        (
            *_limited(section),
            *_named(shown, "units"),
            unit_tables.units_table(results, regs),
            Folded("Layer by layer", tuple(unit_tables.unit_layer_tables(results, regs))),
            *_against_baseline(section, "units"),
        ),
    )


def _robustness(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    return Part(
        "robustness",
        "Robustness",
        (
            *_limited(section),
            *_named(shown, "robustness"),
            prediction_tables.robustness_table(results, regs),
            Folded("By severity", tuple(prediction_tables.severity_tables(results, regs))),
            *_against_baseline(section, "robustness"),
        ),
    )


def _calibration(section: Section, shown: Shown) -> Part:
    return Part(
        "calibration",
        "Calibration",
        (
            *_named(shown, "reliability"),
            prediction_tables.calibration_table(section.results, section.regs),
            *_against_baseline(section, "calibration"),
        ),
    )


def _classes(section: Section, shown: Shown) -> Part:
    results, regs = section.results, section.regs
    most = prediction_tables.confused_table(results, regs)
    return Part(
        "classes",
        "Classes",
        (
            tables.classes_table(results, regs),
            tables.class_scores_table(results, BASELINE),
            Folded(
                "The other cells, class by class",
                tuple(tables.class_scores_table(results, reg) for reg in regs if reg != BASELINE),
            ),
            *_named(shown, "confusion", "precision_recall", "predictions", "decision"),
            *_against_baseline(section, "classes"),
            Heading("Classes mixed up most"),
            prediction_tables.pairs_table(results, regs),
            Folded("Cell by cell, against the mean pair", (most,)),
        ),
    )


def _sweep(section: Section) -> Part:
    title = "Strength paths and pairs"
    if section.sweep is None:
        return Part("paths", title, ())
    shown = sweep_pictures(section.name, section.study.title)
    pairs = section.sweep.pairs
    return Part(
        "paths",
        title,
        (
            *_named(shown, "paths"),
            sweep_tables.tuned_table(section.sweep),
            Folded("Every strength", tuple(sweep_tables.path_tables(section.sweep))),
            *([Heading("Pairs")] if pairs is not None else []),
            *_named(shown, "pairs"),
            *([sweep_tables.pairs_table(pairs)] if pairs is not None else []),
        ),
    )


def _others(shown: Shown) -> Part:
    further = tuple(picture for name, picture in shown.items() if name not in SHOWS)
    return Part("pictures", "Further pictures", further)


def _settings(section: Section) -> Part:
    return Part(
        "settings",
        "Settings and environment",
        (
            Note(f"{section.settings}."),
            Note(f"Cells: {section.strengths}."),
            Note(f"Environment: {section.environment_line}."),
            *(Note(f"Known flaw of the data: {flaw}") for flaw in section.flaws),
            Folded("The study's block of params.yaml", (Code(section.settings_block),)),
        ),
    )


def _against_baseline(section: Section, part: catalog.Part) -> Iterator[Block]:
    """What the seeds say about the differences to the baseline in the part's measures."""
    blocks: list[Block] = []
    for measure in MEASURES:
        if measure.entry.part == part and measure.key in section.results.compared:
            blocks.append(Heading(measure.title))
            blocks.append(tables.comparison_table(section.results, section.regs, measure))
    if blocks:
        title = f"Differences to {BASELINE}, with intervals and verdicts"
        yield Folded(title, tuple(blocks))


def _limited(section: Section) -> Iterator[Note]:
    """On which test examples the part rests, where not on all."""
    if section.first_examples:
        yield Note(f"Measured on {section.first_examples}, clean accuracies here included.")


def _named(shown: Shown, *names: str) -> Iterator[Picture]:
    return (shown[name] for name in names if name in shown)
