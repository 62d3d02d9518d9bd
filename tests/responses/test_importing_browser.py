"""A file comes in as people bring it: dropped into the page, looked over, mended, taken over, and taken back."""

import shutil
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from evaltrack.roles import Role
from recommendations.models import Evaluation
from responses import answers
from responses.importing import reading
from tests import factories as make
from tests.browser import SCREENS, enter, inspect
from tests.responses.importing.handed_in import NOW, There
from tests.responses.test_matrix_browser import sign_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OFFICE = shutil.which("soffice")


def bring_in(page: Page, live_server, path: Path, query: str = "") -> None:
    """Hand a file in; a worker reads it, and the page that waits for it goes on by itself."""
    page.goto(f"{live_server.url}/imports/new/{query}")
    page.locator("input[type=file]").set_input_files(path)
    page.get_by_role("button", name="Read it").click()
    expect(page.get_by_text("The file waits to be read.")).to_be_visible()
    assert reading.read_next(now=NOW)
    page.wait_for_url("**/review/")


def test_a_real_form_is_looked_over_mended_and_taken_over(
    page: Page, context: BrowserContext, live_server, shared: Path
):
    office = make.office("Country Office Norland")
    officer = make.member(Role.ME_OFFICER, office, "Ines Okafor")
    sign_in(context, live_server, officer)
    bring_in(page, live_server, shared / "cases" / "iom-2022-aap.docx")
    expect(page.get_by_role("heading", name="What was understood")).to_be_visible()
    for width, scheme, beside in SCREENS:
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=scheme)
        inspect(page, f"import-review-{width}", beside)
    page.set_viewport_size({"width": 1280, "height": 900})
    doubts = page.locator(".told li").count()
    page.locator(".told a").nth(1).click()  # leads to the value
    page.get_by_label("Reference", exact=True).fill("NV-2026-77")
    page.locator("#at-front").get_by_role("button", name="Keep the changes").click()
    page.get_by_role("button", name="It is right").first.click()
    expect(page.locator(".told li")).to_have_count(doubts - 1)
    page.get_by_role("button", name="Take it over").click()
    page.wait_for_url("**/matrix/")
    evaluation = Evaluation.objects.get()
    assert (evaluation.reference, evaluation.recommendations.count()) == ("NV-2026-77", 9)
    assert list(evaluation.offices.all()) == [office]
    page.goto(f"{live_server.url}/evaluations/{evaluation.pk}/imports/")
    page.get_by_role("link", name="iom-2022-aap.docx").first.click()
    inspect(page, "import-done")
    page.get_by_role("button", name="Take it back").click()
    page.get_by_role("button", name="Yes").click()
    expect(page.get_by_text("was taken back")).to_be_visible()
    assert not Evaluation.objects.exists()


# Away from the network -------------------------------------------------------------------------------------


def through_the_office(path: Path, format: str, folder: Path) -> Path:
    """As LibreOffice saves it."""
    saved = folder / "saved"
    subprocess.run(
        [
            str(OFFICE), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", format,
            "--outdir", str(saved), str(path),
        ],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    return saved / path.name


def rewrite_docx(path: Path, words: dict[str, str]) -> None:
    import docx

    document = docx.Document(str(path))
    for table in document.tables:
        for row in table.rows:
            for cell in row.cells:
                for paragraph in cell.paragraphs:
                    if paragraph.text in words:
                        paragraph.runs[0].text = words[paragraph.text]
                        for run in paragraph.runs[1:]:
                            run.text = ""
    document.save(str(path))


def rewrite_xlsx(path: Path, words: dict[str, str]) -> None:
    import openpyxl

    book = openpyxl.load_workbook(path)
    for sheet in book.worksheets:
        for row in sheet.iter_rows():
            for cell in row:
                if cell.value in words:
                    cell.value = words[cell.value]
    book.save(path)


@pytest.mark.parametrize(("format", "rewrite"), [("docx", rewrite_docx), ("xlsx", rewrite_xlsx)])
@pytest.mark.skipif(not OFFICE, reason="LibreOffice is not installed")
def test_what_was_filled_in_elsewhere_comes_back_and_nothing_else(
    page: Page, live_server, tmp_path: Path, format, rewrite
):
    there = There()
    enter(page, live_server, there.officer, f"/responses/{there.response.pk}/matrix/")
    with page.expect_download() as taken:
        page.evaluate(f"location.href = '/responses/{there.response.pk}/download/file/?format={format}'")
    file = tmp_path / f"matrix.{format}"
    taken.value.save_as(file)
    rewrite(
        file,
        {"Survey the valley": "Survey both valleys", "We agree with it.": "We agree in part."},
    )
    file = through_the_office(file, format, tmp_path)
    answers.narrate(there.answer, "We agree, with thanks.", by=there.officer)

    bring_in(page, live_server, file, f"?response={there.response.pk}")
    expect(page.get_by_role("heading", name="2 differences")).to_be_visible()
    expect(page.get_by_text("As it was given out:")).to_be_visible()
    inspect(page, f"import-differences-{format}", 360)
    page.get_by_role("button", name="Take it over").click()
    expect(page.get_by_text("1 difference is to be decided yet")).to_be_visible()
    page.locator(".undecided").get_by_label("Take what is in the file").check()
    page.get_by_role("button", name="Take it over").click()
    page.wait_for_url("**/matrix/")
    first = there.matrix.recommendations[0]
    assert first.response.narrative == "We agree in part."
    assert [action.text for action in first.actions] == ["Survey both valleys", "Order the pumps"]
