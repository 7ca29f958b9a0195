"""Pictures as a browser shows them: in both colour schemes, under a page's strict policy, with real fonts."""

import http.server
import threading
from contextlib import contextmanager

import pytest
from browser import CHROMIUM, WHY_SKIPPED
from picturemaps import TODAY, full_map

from recommender.delivery import charts
from recommender.results.pictures import Calendar, CalendarDay, DayState, LearnedWord, LearnedWords

pytestmark = [pytest.mark.browser, pytest.mark.skipif(not CHROMIUM, reason=WHY_SKIPPED)]

LIGHT, DARK = "rgb(255, 255, 255)", "rgb(13, 17, 23)"
TOPICS = (
    "Wavelet-based MRI",
    "graph neural networks",
    "汉字识别与图像融合",
    "WMAP mWw",
    "protein folding",
    "шум",
    "LLM",
    "π",
)
BOXES = """[...document.querySelectorAll('.c-label text')].map(text => {
    const box = text.getBBox(); return [box.x, box.y, box.x + box.width, box.y + box.height] })"""


def picture(**frame):
    papers = full_map(lambda number: TOPICS[number % len(TOPICS)], liked=300, today=20)
    return charts.paper_map("ada", papers, charts.Frame(**frame))


@pytest.mark.parametrize("width", [360, 760])
def test_labels_do_not_overlap_with_a_real_font(browser, width):
    page = browser.page(width=width)
    page.show(f"<!doctype html><meta charset=utf-8><body>{picture(inline=True, width=width)}")
    boxes = page.evaluate(BOXES)
    assert len(boxes) > 15
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other_left, other_top, other_right, other_bottom in boxes[:place]:
            # the box of a text has room above and below its letters
            above, below = (other_bottom - top, bottom - other_top)
            assert right <= other_left or other_right <= left or min(above, below) <= 6


@pytest.mark.parametrize(("dark", "page_colour"), [(False, LIGHT), (True, DARK)])
def test_a_file_follows_the_colours_that_its_reader_prefers(browser, tmp_path, dark, page_colour):
    file = tmp_path / "map.svg"
    file.write_text(picture(), encoding="utf-8")
    page = browser.page(dark=dark)
    page.goto(file.as_uri())
    assert page.evaluate("getComputedStyle(document.querySelector('.c-page')).fill") == page_colour
    assert page.evaluate("getComputedStyle(document.querySelector('text')).fill") != page_colour
    assert page.complaints == []


@contextmanager
def served(html, style):
    """A page whose policy allows no style but that of its own style sheet."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            is_sheet = self.path == "/style.css"
            self.send_response(200)
            self.send_header("Content-Type", "text/css" if is_sheet else "text/html; charset=utf-8")
            self.send_header("Content-Security-Policy", "default-src 'none'; style-src 'self'; img-src 'self'")
            self.end_headers()
            self.wfile.write((style if is_sheet else html).encode())

        def log_message(self, *_):
            pass

    server = http.server.HTTPServer(("127.0.0.1", 0), Page)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize("dark", [False, True])
def test_pictures_in_a_page_need_no_inline_style_and_no_script(browser, dark):
    words = LearnedWords((LearnedWord("fusion", 0.5, 3),), (LearnedWord("survey", -0.2, 1),), 3, 1)
    days = Calendar((CalendarDay(TODAY, DayState.RATED, 20, 3),))
    frame = charts.Frame(inline=True, prefix="p", day_address="/{}".format)
    pictures = picture(inline=True), charts.words("ada", words, frame), charts.days("ada", days, frame)
    html = '<!doctype html><html lang="en"><link rel="stylesheet" href="style.css">' + "".join(pictures)
    with served(html, charts.STYLE) as address:
        page = browser.page(dark=dark, scripts=False)
        page.goto(address)
        shown = page.evaluate(
            "[...document.querySelectorAll('.c-up, .c-down')].map(each => getComputedStyle(each).fill)"
        )
        assert [line for line in page.complaints if "icon" not in line] == []
    assert shown == (["rgb(68, 147, 248)", "rgb(240, 136, 62)"] if dark else ["rgb(9, 105, 218)", "rgb(188, 76, 0)"])


@pytest.mark.parametrize(("width", "shown"), [(360, "c-narrow"), (700, "c-narrow"), (800, "c-wide")])
def test_one_of_two_pictures_is_shown_and_fits(browser, width, shown):
    words = LearnedWords((LearnedWord("fusion", 0.5, 3),), (LearnedWord("survey", -0.2, 1),), 3, 1)
    both = charts.for_page(lambda frame: charts.words("ada", words, frame), charts.Frame(inline=True, width=704))
    page = browser.page(width=width)
    page.show(
        '<!doctype html><meta charset=utf-8><meta name="viewport" content="width=device-width">'
        f"<style>body {{ margin: 0 1rem }} {charts.STYLE}</style>{both}"
    )
    visible = page.evaluate(
        "[...document.querySelectorAll('svg')].filter(svg => svg.getClientRects().length).map(svg => svg.classList[2])"
    )
    assert visible == [shown]
    assert page.overflow() <= 0


def test_links_can_be_reached_by_a_keyboard_and_have_names(browser):
    page = browser.page()
    page.show(f"<!doctype html><meta charset=utf-8><body>{picture(inline=True)}")
    page.key("Tab")
    assert "arxiv.org/abs/" in page.evaluate("document.activeElement.href.baseVal")
    tree = page.call("Accessibility.getFullAXTree")["nodes"]
    links = [node["name"]["value"] for node in tree if node.get("role", {}).get("value") == "link"]
    assert len(links) == 20
    assert all(" · 50 %" in name for name in links)
    (group,) = [node for node in tree if "placed so that similar ones" in str(node.get("description", ""))]
    assert group["name"]["value"].startswith("ada: 600 rated papers")
