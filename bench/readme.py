"""What README pages say of speed, and the figures: `python -m bench.readme [--check]`."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bench import figures, names, ratios, results, tables
from bench.growth import FEW
from bench.plan import figure as plan_figure
from bench.plan import page as plan_page
from bench.searching import page as searching_page
from regscope.base import paths
from regscope.base.errors import RegscopeError, run
from regscope.base.files import write_bytes, write_text
from regscope.report.formats import fixed
from regscope.report.readme import BEGIN, END, replaced
from regscope.report.render import Table, escape, markdown

README = Path("bench") / "README.md"
FRONT = paths.README
SPEED_BEGIN, SPEED_END = "<!-- speed: begin -->", "<!-- speed: end -->"
RATIOS = results.FOLDER / "ratios.png"
GROWTH = results.FOLDER / "growth.png"


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="python -m bench.readme",
        description=f"Rewrite what stands in {README} between {BEGIN} and {END} and in {FRONT}"
        f" between {SPEED_BEGIN} and {SPEED_END}, and the figures.",
    )
    parser.add_argument(
        "--check", action="store_true", help="write nothing; exit 1 if the block is not current"
    )
    if not parser.parse_args().check:
        update()
        return
    for page, text in current().items():
        if text != page.read_text(encoding="utf-8"):
            raise RegscopeError(
                f"{page}: the results are not those of {results.FOLDER}; run"
                " `python -m bench.readme`"
            )


def update() -> None:
    """Write the pages and the figures anew from the files in `bench/results`."""
    found = results.load_all()
    for page, text in current().items():
        write_text(page, text)
    if "ways_mnist" in found or "ways_fashion" in found:
        write_bytes(RATIOS, figures.ratios_figure(found))
    if "growth" in found:
        write_bytes(GROWTH, figures.growth_figure(found["growth"]))
    if "plan" in found:
        write_bytes(plan_page.PICTURE, plan_figure.plan_figure(found["plan"]))


def current() -> dict[Path, str]:
    """The pages with the blocks that the files in `bench/results` give."""
    found = results.load_all()
    front, text = FRONT.read_text(encoding="utf-8"), README.read_text(encoding="utf-8")
    return {
        README: replaced(text, block(found), README),
        FRONT: replaced(front, speed_line(found), FRONT, SPEED_BEGIN, SPEED_END),
    }


def speed_line(found: Mapping[str, Mapping[str, Any]]) -> str:
    """What a study and a seed cost here, and a seed elsewhere, in some sentences."""
    if "ways_mnist" not in found:
        return "Not measured yet: run `make bench`."
    ways = found["ways_mnist"]
    job, rounds, machine = ways["job"], ways["rounds"], ways["machine"]

    def ratio(way: str) -> str:
        spread = ratios.ratio_spread(rounds, way, tables.OURS, job["seeds"], job["short"])
        return f"{names.WAYS[way]} {fixed(spread.middle, 1)} times as long"

    ours = ratios.way_spread(rounds, tables.OURS, job["seeds"], job["short"]).middle
    cells, epochs = len(job["block"]["regularizers"]), job["block"]["training"]["epochs"]
    others = [way for way in rounds[0] if not way.startswith(tables.OURS)]
    one_by_one = [ratio(way) for way in others if ratios.seeds(rounds[0][way]) == 1]
    at_a_time = [ratio(way) for way in others if ratios.seeds(rounds[0][way]) > 1]
    digits = found.get("pipelines", {}).get("digits")
    whole = (
        f"The study digits took {fixed(digits['wall'], 0)} seconds from nothing, its tables,"
        f" figures and pages included, on {found['pipelines']['machine']['cores']} cores,"
        " without the setting up before, which depends on the network. "
        if digits
        else ""
    )
    side_by_side = f" Side by side, too: with {'; '.join(at_a_time)}." if at_a_time else ""
    said = escape(
        f"{whole}{job['seeds'] * cells} trainings ({job['seeds']} seeds of {cells} cells of the"
        f" study mnist, {epochs} epochs each) took {fixed(job['seeds'] * ours, 0)} seconds on"
        f" {machine['cores']} cores, start included, the seeds side by side. One after another the"
        f" same take: with {'; '.join(one_by_one)}.{side_by_side}"
    )
    return (
        f"{said} [bench/]({README.as_posix()}) says what was compared and how; `make bench`"
        " measures it again."
    )


def block(found: Mapping[str, Mapping[str, Any]]) -> str:
    """Figures and tables of what was measured."""
    return "\n\n".join(_parts(found)) or "Nothing has been measured yet: run `make bench`."


def _parts(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    if "ways_mnist" in found or "ways_fashion" in found:
        yield f"![How many times as long as regscope each way takes.]({_link(RATIOS)})"
    if "ways_mnist" in found:
        yield "### The dense network on MNIST"
        yield job_line(found["ways_mnist"]["job"])
        yield made_with(found["ways_mnist"])
        yield _table(tables.mnist_table(found))
        yield "Test accuracy after the last epoch, in percent; for regscope mean ± deviation:"
        yield _table(tables.agreement_table(found["ways_mnist"]))
    if "ways_fashion" in found:
        yield "### The convolutional network on Fashion-MNIST"
        yield job_line(found["ways_fashion"]["job"])
        yield made_with(found["ways_fashion"])
        yield _table(tables.fashion_table(found))
    if "peak" in found:
        yield "### Peak, GFLOP/s"
        yield made_with(found["peak"])
        yield _table(tables.peak_table(found["peak"]))
    if "growth" in found:
        yield "### How the cost grows"
        yield made_with(found["growth"])
        yield f"![Seconds and memory as one thing after another grows.]({_link(GROWTH)})"
        yield f"One epoch of cell none with {FEW} seeds, where not said otherwise:"
        yield _table(tables.growth_table(found["growth"]))
    if "fixed_costs" in found:
        yield "### Fixed costs"
        yield _table(tables.fixed_costs_table(found["fixed_costs"]))
    if "places" in found:
        yield "### A path of strengths as stacks of places"
        job = found["places"]
        yield (
            f"{job['cells']} cells of `digits`, {job['seeds']} seeds each, which differ in the"
            " strength of L2 alone, start included; both ways give the same bits:"
        )
        yield made_with(job)
        yield _table(tables.places_table(job))
    if "searching" in found:
        yield "### A search among settings"
        yield searching_page.line(found["searching"]["job"])
        yield made_with(found["searching"])
        yield _table(searching_page.table(found["searching"]))
    if "pipelines" in found:
        yield "### DVC's own work"
        yield made_with(found["pipelines"])
        yield _table(tables.pipelines_table(found["pipelines"]))
        digits = found["pipelines"]["digits"]
        yield (
            f"`digits` from nothing took {fixed(digits['wall'], 0)} seconds;"
            f" {fixed(100 * digits['dvc'] / digits['wall'], 0)} % of them DVC itself computed."
        )
    if "plan" in found:
        yield "### The plan on more workers"
        yield made_with(found["plan"])
        for part in plan_page.parts(found["plan"], README.parent):
            yield part if isinstance(part, str) else _table(part)
    if "arithmetic" in found:
        yield "### Portable arithmetic"
        yield (
            "Every cell of the study `digits`, all seeds, start included, with the fastest kernels"
            " and with those that give the same bits on every processor:"
        )
        yield made_with(found["arithmetic"])
        yield _table(tables.arithmetic_table(found["arithmetic"]))
    if "profile" in found:
        yield "### Where the time of a cell goes"
        yield (
            f"Milliseconds a seed and epoch of {found['profile']['seeds']} seeds on one thread, as"
            " a worker trains them; starting apart:"
        )
        yield _table(tables.profile_table(found["profile"]))
    if "gpu" in found:
        yield "### On a GPU"
        yield escape(f"Trained on {found['gpu']['device']}.")
        yield made_with(found["gpu"])
        yield _table(tables.gpu_table(found["gpu"]))
    if found:
        minutes = sum(measured.get("took", 0) for measured in found.values()) / 60
        yield f"Measuring all of this took {fixed(minutes, 0)} minutes."


def job_line(job: Mapping[str, Any]) -> str:
    """Network, training, sizes and cells, as the study has them."""
    block = job["block"]
    cells = [
        f"{reg} ({_settings(cell)})" if cell else reg for reg, cell in block["regularizers"].items()
    ]
    parts = (
        _settings(block["model"]),
        _settings(block["training"]),
        f"{job['train']:,} training and {job['test']:,} test examples",
        f"cells {', '.join(cells)}",
    )
    return escape(f"The job: {'; '.join(parts)}.")


def _settings(block: Mapping[str, Any]) -> str:
    return ", ".join(f"{key} {value}" for key, value in block.items())


def made_with(measured: Mapping[str, Any]) -> str:
    """When, on what, with which versions, in how many rounds."""
    machine = measured["machine"]
    versions = dict(machine["versions"])
    for ran in measured.get("rounds", [])[:1]:
        for way in ran.values():
            versions |= way.get("versions", {})
    rounds = len(measured.get("rounds", []))
    in_rounds = f" Rounds: {rounds}." if rounds else ""
    return escape(
        f"{measured['date']}: {machine['processor']}, {machine['cores']} cores,"
        f" {machine['memory_gib']:.0f} GiB, {machine['system']};"
        f" {', '.join(f'{name} {number}' for name, number in versions.items())}.{in_rounds}"
    )


def _table(table: Table) -> str:
    return markdown(table).rstrip("\n")


def _link(path: Path) -> str:
    return path.relative_to(README.parent).as_posix()


if __name__ == "__main__":
    run(main)
