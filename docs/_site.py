"""What the site needs beyond the pages of docs/ (hooks of mkdocs.yml).

The README is its first page, the pages of results are among it, notebooks are pages, the reference
lists `regscope.__all__`, and links to all else lead to the repository, as they do on a code host. A
link to nothing ends the build.
"""

from __future__ import annotations

import json
import os
import posixpath
import re
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

ROOT = Path(__file__).parents[1]
DOCS = "docs"
HOME, README = "index.md", "README.md"
ADDRESS = "REGSCOPE_REPOSITORY"
RESULTS = re.compile(r"metrics/(README|claims|pages/\w+|advice/(\w+/)?README)\.md")
"""Pages of the repository that are pages of the site, under the same name."""
MADE = ("report/index.html",)
"""What `make` leaves in the clone, and git does not hold."""

OUTSIDE = "repository:"
"""Before a path of the repository, while a page is made: what looks like a path of the site would
be looked for there."""

LINK = re.compile(r"(\]\()([^)\s]+)(\))")
CODE = re.compile(r"^(```|~~~).*?^\1|`[^`\n]+`", re.DOTALL | re.MULTILINE)

API = """# Reference

Every name of `import regscope`, from its docstring. Together they are told
[as a library](library.md).

"""


class DeadLinkError(Exception):
    """A page links to a file that is not there."""


def on_config(config: Any) -> Any:
    from pymdownx.slugs import slugify

    config.mdx_configs.setdefault("toc", {})["slugify"] = slugify(case="lower")
    config.repo_url = (os.environ.get(ADDRESS) or config.repo_url or "").rstrip("/")
    config.repo_name = config.repo_url and config.repo_url.rpartition("/")[2]
    return config


def on_files(files: Any, config: Any) -> Any:
    from mkdocs.exceptions import PluginError
    from mkdocs.structure.files import File

    def add(name: str, content: str | bytes) -> None:
        files.append(File.generated(config, name, content=content))

    shown = set()
    for source in (README, *results()):
        text = (ROOT / source).read_text()
        add(site_path(source), text)
        shown |= {_from(source, picture) for picture in pictures(text)}
    for picture in sorted(shown):
        if not (ROOT / picture).is_file():
            raise PluginError(f"{picture} is not there, and pages show it; make it with: dvc repro")
        add(picture, (ROOT / picture).read_bytes())
    for notebook in sorted((ROOT / DOCS).rglob("*.ipynb")):
        name = notebook.relative_to(ROOT / DOCS).as_posix()
        for place, content in page_of(name, json.loads(notebook.read_text())):
            add(place, content)
    add("api.md", reference())
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Any) -> str:
    from mkdocs.exceptions import PluginError

    del config
    name = page.file.src_uri
    source = README if name == HOME else name if RESULTS.fullmatch(name) else f"{DOCS}/{name}"
    try:
        return linked(markdown, source, {f"{DOCS}/{file.src_uri}" for file in files})
    except DeadLinkError as error:
        raise PluginError(str(error)) from error


def on_page_content(html: str, page: Any, config: Any, files: Any) -> str:
    del files
    name = page.file.src_uri
    return re.sub(
        f'="{OUTSIDE}([^"#]*)',
        lambda found: f'="{address(found[1], config.repo_url, name)}',
        html,
    )


def linked(markdown: str, source: str, made: Collection[str] = ()) -> str:
    """The links of the page `source`, a path in the repository, as the site has them.

    Pages of docs/ are named as from this page, notebooks by the pages they become; before all other
    paths of the repository stands OUTSIDE. `made` are paths of the site alone. Code stays as it is.

    Raises DeadLinkError.
    """

    def moved(found: re.Match[str]) -> str:
        target, mark, anchor = found[2].partition("#")
        if not target or re.match(r"[a-z]+:", target):
            return found[0]
        path = _from(source, target)
        if path not in {*MADE, *made} and not (ROOT / path).exists():
            raise DeadLinkError(f"{source}: links to {found[2]}, which is not there")
        return f"{found[1]}{_place(path, source)}{mark}{anchor}{found[3]}"

    parts = _parts(markdown)
    return "".join(part if is_code else LINK.sub(moved, part) for part, is_code in parts)


def _parts(markdown: str) -> Iterator[tuple[str, bool]]:
    """The text in pieces, and whether each is code."""
    end = 0
    for code in CODE.finditer(markdown):
        yield markdown[end : code.start()], False
        yield code[0], True
        end = code.end()
    yield markdown[end:], False


def _from(source: str, target: str) -> str:
    """A path of the repository, from a link on the page `source`."""
    return posixpath.normpath(posixpath.join(posixpath.dirname(source), unquote(target)))


def _place(path: str, source: str) -> str:
    there = site_path(path)
    if not there:
        return OUTSIDE + path
    return quote(posixpath.relpath(there, posixpath.dirname(site_path(source))))


def site_path(path: str) -> str:
    """Where a file of the repository is in the site; empty of what is not in it."""
    if path == README:
        return HOME
    if path.startswith(f"{DOCS}/") and not (ROOT / path).is_dir():
        return re.sub(r"\.ipynb$", ".md", path.removeprefix(f"{DOCS}/"))
    return path if RESULTS.fullmatch(path) or path.endswith(".png") else ""


def results() -> list[str]:
    """The pages of results that there are."""
    found = (file.relative_to(ROOT).as_posix() for file in (ROOT / "metrics").rglob("*.md"))
    return sorted(name for name in found if RESULTS.fullmatch(name))


def address(path: str, repository: str, page: str) -> str:
    """Where a file of the repository is, as seen from a page: on its host, or in the clone."""
    if repository:
        kind = "tree" if (ROOT / path).is_dir() else "blob"
        return f"{repository}/{kind}/HEAD/{path}"
    # site/ lies in the clone.
    return f"{'../' * (page.count('/') + 1)}{path}"


def pictures(markdown: str) -> list[str]:
    return re.findall(r"!\[[^\]]*\]\(([^)\s]+\.png)\)", markdown)


def reference() -> str:
    """The page of `regscope.__all__`, for mkdocstrings to fill."""
    import regscope

    return API + "\n".join(f"::: regscope.{name}\n" for name in sorted(regscope.__all__))


def page_of(name: str, notebook: dict[str, Any]) -> Iterator[tuple[str, str | bytes]]:
    """The page that a notebook becomes, and the pictures of its outputs: names and contents."""
    import base64

    stem = name.removesuffix(".ipynb")
    blocks, pictures_there = [], 0
    for cell in notebook["cells"]:
        source = "".join(cell["source"])
        if cell["cell_type"] == "markdown":
            # Markdown inside HTML is read where the element says so.
            blocks.append(source.replace("<details>", '<details markdown="1">'))
            continue
        blocks.append(f"```python\n{source}\n```")
        for output in cell["outputs"]:
            data = output.get("data", {})
            if "image/png" in data:
                picture = f"{stem}-{pictures_there}.png"
                pictures_there += 1
                yield picture, base64.b64decode("".join(data["image/png"]))
                blocks.append(f"![Output]({posixpath.basename(picture)})")
            elif text := "".join(output.get("text", data.get("text/plain", ""))):
                blocks.append(f"```text\n{text.rstrip()}\n```")
    title, *rest = blocks
    head, _, body = title.partition("\n")
    file = posixpath.basename(name)
    note = f'<a href="{file}" download>{file}</a>: the notebook of this page.'
    yield f"{stem}.md", "\n\n".join([head, note, body.strip(), *rest]) + "\n"
