"""The pages as a whole, written by the stage."""

from __future__ import annotations

import base64
import hashlib
import html
import json
import re
import shutil
import struct
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from regscope.base import paths
from regscope.base.errors import RegscopeError
from regscope.regularizers import REGULARIZERS
from regscope.report import addresses, page, study_html, table, words
from regscope.report.published import load_published
from regscope.report.published_figure import published_figure
from regscope.report.questions import Question
from regscope.report.sections import load_sections
from regscope.study.params import load_params
from stages import report
from tests.report import synthetic

MNIST = paths.REPORT / "mnist.html"
HOSTILE = '<script>alert("1")</script> & [x](y) | "quotes"'


class Page(HTMLParser):
    """Every tag of a page with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, tag: str, attribute: str) -> list[str]:
        return [attrs.get(attribute) or "" for name, attrs in self.tags if name == tag]


def write_studies() -> None:
    """`mnist` with results and pictures, `later` without any."""
    block = synthetic.study(synthetic.CELLS)
    later = synthetic.study(synthetic.CELLS | {"l2": {"l2": 0.1}})
    synthetic.write({"mnist": block, "later": later}, {"mnist": synthetic.found()})
    synthetic.draw("mnist", "predictions", "accuracy", "a_new_one")
    synthetic.draw("paths/mnist", "paths")
    synthetic.write_sweep("mnist")
    synthetic.write_claims(
        synthetic.claim("a", "mnist", "contradicted"), synthetic.claim("b", "later", "not run")
    )


@pytest.fixture
def studies(workspace: Path) -> None:
    write_studies()


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with `studies` and their pages."""
    folder = tmp_path_factory.mktemp("pages")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        write_studies()
        report.main()
    return folder


@pytest.fixture
def pages(made: Path, workspace: Path) -> None:
    """`studies` with their pages, as one run made them for all who read them."""
    shutil.copytree(made, workspace, dirs_exist_ok=True)


def html_pages() -> dict[str, Page]:
    return {file.name: Page(file.read_text()) for file in sorted(paths.REPORT.glob("*.html"))}


def policy(found: Page) -> str:
    (own,) = (attrs["content"] or "" for _, attrs in found.tags if attrs.get("http-equiv"))
    return own


@pytest.mark.usefixtures("pages")
def test_the_folder_holds_a_start_page_a_page_a_study_and_their_pictures() -> None:
    files = {file.relative_to(paths.REPORT).as_posix() for file in paths.REPORT.rglob("*.*")}
    assert files == {
        "index.html", "mnist.html", "pictures/published.png", "pictures/mnist/predictions.png",
        "pictures/mnist/accuracy.png", "pictures/mnist/a_new_one.png",
        "pictures/paths/mnist/paths.png",
    }  # fmt: skip
    for name in ("mnist/predictions.png", "paths/mnist/paths.png"):
        copied = paths.REPORT / addresses.PICTURES / name
        assert copied.read_bytes() == (paths.PLOTS / name).read_bytes()


@pytest.mark.usefixtures("pages")
def test_pages_load_nothing_but_the_pictures_beside_them() -> None:
    for name, found in html_pages().items():
        sources = found.all("img", "src")
        assert len(sources) == (1 if name == "index.html" else 4)
        assert all((paths.REPORT / unquote(source)).is_file() for source in sources)
        assert all(found.all("img", "alt"))
        names = {tag for tag, _ in found.tags}
        assert not names & {"link", "iframe", "object", "embed", "base"}
        assert not any("src" in attrs for tag, attrs in found.tags if tag == "script")
        assert not re.search(r"https?:|url\(|@import", (paths.REPORT / name).read_text())


@pytest.mark.usefixtures("pages")
def test_only_the_pages_own_script_and_style_are_allowed() -> None:
    for name, found in html_pages().items():
        own = policy(found)
        assert "unsafe" not in own
        assert own.startswith("default-src 'none'; img-src 'self' file:; base-uri 'none';")
        text = (paths.REPORT / name).read_text()
        for tag, source in (("script", "script-src"), ("style", "style-src")):
            (content,) = re.findall(rf"<{tag}>(.*?)</{tag}>", text, re.DOTALL)
            digest = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
            assert f"{source} 'sha256-{digest}'" in own
        assert not any("style" in attrs or "onclick" in attrs for _, attrs in found.tags)


@pytest.mark.usefixtures("pages")
def test_the_order_of_a_study() -> None:
    identifiers = Page(MNIST.read_text()).all("section", "id")
    assert [one.removeprefix("mnist-") for one in identifiers] == [
        "page-top",
        "accuracy", "published", "claims", "fit", "weights", "pruning", "units", "robustness",
        "calibration", "classes", "paths", "pictures", "settings", "side-by-side",
    ]  # fmt: skip


@pytest.mark.usefixtures("studies")
def test_what_was_not_made_is_left_out() -> None:
    shutil.rmtree(paths.PATHS)
    paths.CLAIMS.unlink()
    report.main()
    identifiers = {one for found in html_pages().values() for one in found.all("section", "id")}
    assert "mnist-weights" in identifiers
    assert not {"claims", "mnist-claims", "mnist-paths"} & identifiers
    assert "## Published claims" not in paths.RESULTS_PAGE.read_text()


@pytest.mark.usefixtures("pages")
def test_claims_are_counted_and_decided_ones_listed() -> None:
    text = paths.START_PAGE.read_text()
    link = '<a href="#claims-contradicted">contradicted</a>'
    assert f'<li class="contradicted"><strong>1</strong> {link}, 1 firm</li>' in text
    assert re.search(r'<li class="reproduced nothing"><strong>0</strong> reproduced</li>', text)
    assert "<summary>Contradicted: 1</summary>" in text
    page = paths.RESULTS_PAGE.read_text()
    assert re.search(r"\n\| contradicted +\| +1 \| +1 \| +1 \| +0 \|", page)
    for said in (page, text):
        assert "0 of 2 are reproduced, 0 of these firmly: 0 in a setting that the document" in said
        assert "Over all 2 readings that were tested, 2 of the 2" in said


@pytest.mark.usefixtures("pages")
def test_every_link_leads_somewhere_and_so_does_everything_that_is_found() -> None:
    names = {}
    found = html_pages()
    for name, one in found.items():
        own = [attrs["id"] for _, attrs in one.tags if "id" in attrs]
        assert len(own) == len(set(own))
        names[name] = set(own)
    for name, one in found.items():
        text = (paths.REPORT / name).read_text()
        for address in [*one.all("a", "href"), *(entry[2] for entry in indexed(text))]:
            file, _, anchor = unquote(address).partition("#")
            assert not anchor or anchor in names[file or name], address
            assert (paths.REPORT / (file or name)).is_file()


def indexed(text: str) -> list[tuple[str, str, str]]:
    """What the search of a page finds."""
    return [entry for kind in data(text, "search-index")["found"].values() for entry in kind]


def data(text: str, name: str) -> Any:
    (found,) = re.findall(rf'<script type="application/json" id="{name}">(.*?)</script>', text)
    return json.loads(found)


@pytest.mark.usefixtures("pages")
def test_methods_studies_cells_parts_and_claims_are_found() -> None:
    found = data(MNIST.read_text(), "search-index")["found"]
    assert {kind: entries[0] for kind, entries in found.items()} == {
        "Question": [
            "Which method is best for pictures?",
            "In mnist, the one study: without a regularizer: 92.00 %; no method is firmly better.\n"
            "How sure: open; 5 seeds; no interval, as no method is firmly better; study settings,"
            " not tuned; one study.",
            "index.html#question-best-pictures",
        ],
        "Method": ["None", "in all studies", "index.html#method-none"],
        "Study": ["mnist", "Tiny; pictures, classification", "mnist.html"],
        "Cell": ["None in mnist", "", "mnist.html#none"],
        "Part": ["Accuracy: mnist", "", "mnist.html#mnist-accuracy"],
        "Claim": [
            "L1 helps",
            "contradicted, by test accuracy; mnist; document paper.txt, A paper",
            "index.html#claim-a",
        ],
        "Term": ["How sure", "how to read", "index.html#reading"],
    }
    assert ["L1", "lasso", "index.html#method-l1"] in found["Method"]
    assert found["Cell"][1] == ["L1 in mnist", "+1.20, better (edge)", "mnist.html#l1"]
    assert len(found["Claim"]) == 2


@pytest.mark.usefixtures("pages")
def test_rows_of_methods_and_claims_have_addresses() -> None:
    rows = {name: found.all("tr", "id") for name, found in html_pages().items()}
    assert [one for one in rows["mnist.html"] if one] == ["none", "l1", "claim-a"]
    assert [one for one in rows["index.html"] if one] == [
        "method-none", "method-l1", "method-l2", "claim-a", "claim-b",
    ]  # fmt: skip
    assert html_pages()["index.html"].all("article", "id") == ["study-mnist"]


@pytest.mark.usefixtures("pages")
def test_two_cells_have_no_difference_but_to_none() -> None:
    found = data(MNIST.read_text(), "pair-data")
    assert found["cells"] == [["none", "None"], ["l1", "L1"]]
    by_title = {measure["title"]: measure for measure in found["measures"]}
    accuracy = by_title["Test accuracy, %"]
    assert accuracy["means"] == {"none": "92.00 ± 1.96", "l1": "93.20 ± 2.39"}
    assert accuracy["against"] == {"l1": ["+1.20 [+0.64, +1.76]", "better (edge)", "better edge"]}
    assert by_title["Train accuracy, %"]["against"] == {}
    assert by_title["SD of the weights"]["means"] == {
        "none": "0.100 ± 0.000", "l1": "0.100 ± 0.000",
    }  # fmt: skip


@pytest.mark.usefixtures("pages")
def test_pictures_are_told_with_their_numbers() -> None:
    alts = dict(
        zip(*(Page(MNIST.read_text()).all("img", key) for key in ("src", "alt")), strict=True)
    )
    assert alts["pictures/mnist/accuracy.png"] == (
        "Tiny. Test accuracy of every cell: seeds, mean and 95 % interval."
        " Test accuracy, %: None 92.00 ± 1.96, L1 93.20 ± 2.39."
    )
    assert alts["pictures/paths/mnist/paths.png"].endswith(
        " Best in validation, and its difference to strength 0 in test:"
        " L1 strength 0.00001, +1.20 points."
    )
    assert alts["pictures/mnist/a_new_one.png"] == "Tiny. A new one."
    (published,) = Page(paths.START_PAGE.read_text()).all("img", "alt")
    assert "Tiny, published and measured, %: None 92.93 and 92.00, L1 92.97 and 93.20." in published


@pytest.mark.usefixtures("pages")
def test_pictures_have_their_size() -> None:
    for found in html_pages().values():
        sizes = zip(*(found.all("img", name) for name in ("src", "width", "height")), strict=True)
        for source, width, height in sizes:
            png = (paths.REPORT / unquote(source)).read_bytes()
            assert struct.unpack(">II", png[16:24]) == (int(width), int(height))


@pytest.mark.usefixtures("studies")
def test_findings_stand_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (page, study_html):
        monkeypatch.setattr(module, "study_findings", lambda _: ("L1 <helps>.", "A little."))
    said = ("Nothing.", "More.")
    asked = Question("all", "What <helps>?", said, "a <little>", ("mnist",), "claim-a")
    monkeypatch.setattr(page, "across", lambda *_: (asked,))
    sections = load_sections(load_published(load_params()))
    given = page.report_files(sections, ["none", "l1"], page_picture())
    start, own = given["index.html"].decode(), given["mnist.html"].decode()
    assert '<dt id="question-all">What &lt;helps&gt;?</dt>\n    <dd>Nothing.</dd>' in start
    assert '<dd class="further">More.</dd>' in start
    assert '<dd class="sure"><a href="#reading">How sure:</a> a &lt;little&gt;.' in start
    assert '<a href="#claim-a">The claim</a> · <a href="mnist.html">mnist</a>' in start
    assert "<dd>L1 &lt;helps&gt;.</dd>" in start
    assert "A little." not in start
    assert start.index("Nothing.") < start.index("L1 &lt;helps") < start.index("<table")
    assert '<p class="finding">L1 &lt;helps&gt;.</p>\n  <p class="finding">A little.</p>' in own


def page_picture() -> bytes:
    return published_figure({})


@pytest.mark.usefixtures("pages")
def test_a_folder_that_was_there_is_replaced_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    left = paths.REPORT / "gone.html"
    left.write_text("of a study that is gone")
    before = paths.START_PAGE.read_bytes()
    with monkeypatch.context() as patch:
        patch.setattr(page, "picture_files", refuse)
        with pytest.raises(KeyboardInterrupt):
            report.main()
    assert left.is_file()
    assert paths.START_PAGE.read_bytes() == before
    report.main()
    assert not left.exists()


def refuse(*_: object) -> None:
    raise KeyboardInterrupt


def test_a_study_called_index_has_a_page_of_its_own() -> None:
    assert addresses.study_file("index") == "index-study.html"
    assert addresses.study_file("Index") == "Index-study.html"
    assert addresses.study_file("mnist") == "mnist.html"


def test_hostile_names_stay_text(workspace: Path) -> None:
    block = synthetic.study(synthetic.CELLS, title=HOSTILE)
    synthetic.write({"tiny": block}, {"tiny": synthetic.found()})
    synthetic.draw("tiny", "accuracy", '"><b>')
    report.main()
    text = (paths.REPORT / "tiny.html").read_text()
    assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; &amp; [x](y)" in text
    found = Page(text)
    names = [name for name, _ in found.tags]
    assert "b" not in names
    assert names.count("script") == 3
    assert data(text, "search-index")["found"]["Study"][0][1].startswith(HOSTILE)
    (source,) = (one for one in found.all("img", "src") if "accuracy" not in one)
    assert (paths.REPORT / unquote(source)).name == '"><b>.png'
    assert (paths.REPORT / unquote(source)).is_file()
    markdown = paths.study_page("tiny").read_text()
    assert markdown.startswith('# tiny: \\<script>alert("1")\\</script> & [x\\](y) \\| "quotes"\n')
    assert "(../../plots/tiny/%22%3E%3Cb%3E.png)" in markdown
    assert r', \<script>alert("1")\</script> & [x\](y)' in paths.RESULTS_PAGE.read_text()


@pytest.mark.usefixtures("pages")
def test_results_page() -> None:
    text = paths.RESULTS_PAGE.read_text()
    assert f"\n## Findings\n\n{words.KEY}\n\n- **Which method is best for pictures?** In" in text
    assert "<br>*How sure:* open; 5 seeds; " in text
    assert text.index("How sure") < text.index("Every method")
    assert (
        "\n- [mnist](pages/mnist.md), Tiny: Without a regularizer: 92.00 %; no method is firmly"
        " better.\n"
    ) in text
    assert (
        "\n[Claims by question](claims.md): does it help, and what does it do? Study by study:"
        " [mnist](pages/mnist.md#published-claims) (1).\n"
    ) in text
    assert "later" not in text
    for card in REGULARIZERS:
        synthetic.touch(paths.CARDS / f"{card}.md")
    synthetic.touch(paths.STATISTICS)
    synthetic.touch(paths.CLAIMS_RULE)
    check_links(paths.RESULTS_PAGE)
    check_links(paths.CLAIMS_PAGE)


@pytest.mark.usefixtures("pages")
def test_a_page_a_study() -> None:
    assert [page.name for page in paths.STUDY_PAGES.iterdir()] == ["mnist.md"]
    page = paths.study_page("mnist")
    text = page.read_text()
    assert text.startswith(
        "# mnist: Tiny\n\nmlp · adam, 2 epochs · 797 examples to train on, 1,000 to test on · 5"
        f" seeds. [All studies](../README.md).\n\n## Findings\n\n{words.KEY}\n\n- Without a"
    )
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings == [
        "Findings", "Accuracy", "What happens inside", "Beside published single runs",
        "Published claims", "Settings and environment", "Tables",
    ]  # fmt: skip
    assert "../../plots/mnist/accuracy.png" in text
    assert text.index("predictions.png") < text.index("a_new_one.png")
    assert "curves.png" not in text
    assert (
        "data: source digits; split: train 797, validation 10; model: kind mlp, hidden [8];"
        " training: optimizer adam, learning_rate 0.00001, batch_size 16, epochs 2, seeds 5.\n"
        "\nCells: L1: l1 0.00001.\n\nEnvironment: device cpu, torch 2.13.0.\n"
        f"\nKnown flaw of the data: {synthetic.FLAW}\n"
    ) in text
    assert "tests on 1,000 examples, which alone give an accuracy of 92.00 % a standard" in text
    assert "standard error of 0.86 points" in text
    assert "\n- [metrics/studies/mnist/seeds.csv](../studies/mnist/seeds.csv): every" in text
    assert "\n- [metrics/paths/mnist/pairs.csv](../paths/mnist/pairs.csv): two" in text
    check_links(page)


def check_links(page: Path) -> None:
    for link in re.findall(r"\]\(([^)]*)\)", page.read_text()):
        file = link.partition("#")[0]
        assert not file or (page.parent / file).is_file()


@pytest.mark.usefixtures("studies")
def test_a_study_without_results_has_no_page_left() -> None:
    report.main()
    old = paths.study_page("gone")
    old.write_text("# gone\n")
    report.main()
    assert not old.exists()
    assert paths.study_page("mnist").is_file()


@pytest.mark.usefixtures("pages")
def test_what_a_study_does_not_train_has_no_row_in_its_tables() -> None:
    assert "\n| L2 " in paths.RESULTS_PAGE.read_text()
    own = paths.study_page("mnist").read_text().partition("\n## Beside published")[0]
    assert "\n| L1 " in own
    assert "\n| L2 " not in own


@pytest.mark.usefixtures("pages")
def test_what_is_neither_better_nor_worse_is_marked_and_explained() -> None:
    """The gap of L1, whose training accuracy is that of none."""
    cells = re.findall(r'<td class="([\w ]+)">−1\.20 \(edge\)</td>', MNIST.read_text())
    assert cells == ["lower edge"]
    text = paths.study_page("mnist").read_text()
    assert (
        "bold where better or worse, higher or lower, ≈ where there is no difference that matters,"
        " plain where the seeds cannot tell, (edge) where one seed or last digits would turn the"
        " verdict. Neither more nor less is better by itself in these"
        " measures: gap, prunable, unit correlation.\n"
    ) in text
    text = paths.RESULTS_PAGE.read_text()
    assert "a network that gives every class one in ten is perfectly calibrated" in text


@pytest.mark.parametrize(("examples", "times"), [(None, 0), (1000, 0), (500, 3)])
def test_on_which_examples_measures_rest_is_said_where_not_on_all(
    examples: int | None, times: int, workspace: Path
) -> None:
    block = synthetic.study(synthetic.CELLS)
    block["evaluation"]["examples"] = examples
    synthetic.write({"mnist": block}, {"mnist": synthetic.found()})
    report.main()
    note = "Measured on the first 500 of every seed's 1,000 test examples, clean accuracies"
    assert html.unescape(MNIST.read_text()).count(note) == times
    said = "Pruning, units and robustness are measured on the first 500 of every seed's 1,000"
    assert paths.study_page("mnist").read_text().count(said) == (times > 0)


@pytest.mark.usefixtures("pages")
def test_two_runs_are_the_same() -> None:
    written = (*paths.STUDY_PAGES.iterdir(), *sorted(paths.REPORT.rglob("*.*")))
    files = (paths.RESULTS_PAGE, paths.PUBLISHED, *written)
    first = [file.read_bytes() for file in files]
    report.main()
    assert [file.read_bytes() for file in files] == first


def test_without_results_the_pages_say_so(workspace: Path) -> None:
    synthetic.write({"mnist": synthetic.study(synthetic.CELLS)}, {})
    report.main()
    assert "No study has results yet." in paths.START_PAGE.read_text()
    assert paths.RESULTS_PAGE.is_file()
    assert paths.PUBLISHED.is_file()


def test_seeds_that_learned_nothing_are_counted(workspace: Path) -> None:
    found = synthetic.found({"none": (0.92, 0.90), "l1": (0.5, 0.9)})
    synthetic.write({"mnist": synthetic.study(synthetic.CELLS, seeds=2)}, {"mnist": found})
    report.main()
    line = "Seeds that are hardly better than a guess: L1 (1 of 2)."
    for file in (paths.study_page("mnist"), MNIST):
        assert file.read_text().count(line) == 1


def test_a_cell_that_learned_nothing_has_no_difference_in_the_overview(workspace: Path) -> None:
    found = synthetic.found({"none": (0.92, 0.90, 0.91), "l1": (0.5, 0.5, 0.49)})
    synthetic.write({"mnist": synthetic.study(synthetic.CELLS, seeds=3)}, {"mnist": found})
    report.main()
    overview = paths.RESULTS_PAGE.read_text().partition("\n## Overview\n")[2]
    assert re.search(r"\n\| L1 +\| +\**collapsed\** \|", overview.split("\n## ", 2)[0])
    assert "L1 (−41.33, collapsed)" in paths.study_page("mnist").read_text()


def test_a_panel_for_every_document_with_results(workspace: Path) -> None:
    block = synthetic.study(synthetic.CELLS)
    both = {"mnist": block, "mnist_dense": block}
    synthetic.write(both, {"mnist": synthetic.found()})
    one = published_figure(load_sections(load_published(load_params())))
    synthetic.write(both, dict.fromkeys(both, synthetic.found()))
    two = published_figure(load_sections(load_published(load_params())))
    widths = [struct.unpack(">I", picture[16:20])[0] for picture in (one, two)]
    assert widths[1] == 2 * widths[0]


@pytest.mark.usefixtures("pages")
def test_table_on_the_terminal() -> None:
    text = table.summary(load_params(), "mnist")
    assert text.startswith("\nTiny: 5 seeds, means and 95 % intervals\n\nRegularizer ")
    assert text.endswith(
        "\n\nReport: report/index.html\n        metrics/pages/mnist.md\n        plots/mnist\n"
    )


@pytest.mark.usefixtures("studies")
@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("nope", "study nope: choose from: mnist, later"),
        ("later", "study later: no results yet; make them with: dvc repro"),
    ],
)
def test_table_of_a_study_without_results(name: str, message: str) -> None:
    with pytest.raises(RegscopeError) as refused:
        table.summary(load_params(), name)
    assert str(refused.value) == message


def test_torch_is_not_imported() -> None:
    """Its start would cost more than the whole report."""
    code = "import stages.report, regscope.report.readme, sys; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(__file__).parents[2])
