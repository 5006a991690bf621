"""Write the pages with every study's results: `python -m stages.report`."""

from regscope.base import paths
from regscope.base.errors import run
from regscope.base.files import write_bytes, write_text
from regscope.report.by_question import claims_page
from regscope.report.page import report_files, write_report
from regscope.report.parts import parts
from regscope.report.published import load_published
from regscope.report.published_figure import published_figure
from regscope.report.results_page import results_page
from regscope.report.sections import load_sections
from regscope.report.study_page import study_page, write_pages
from regscope.report.verdicts import load_claims
from regscope.study.params import load_params


def main() -> None:
    params = load_params()
    sections = load_sections(load_published(params), params)
    found = {name: parts(section) for name, section in sections.items()}
    picture = published_figure(sections)
    claims = load_claims()
    page = results_page(sections, params.regs, claims)
    pages = {name: study_page(section, found[name]) for name, section in sections.items()}
    report = report_files(sections, params.regs, picture, claims, found=found)
    write_bytes(paths.PUBLISHED, picture)
    write_text(paths.RESULTS_PAGE, page)
    write_text(paths.CLAIMS_PAGE, claims_page(claims))
    write_pages(pages)
    write_report(report)


if __name__ == "__main__":
    run(main)
