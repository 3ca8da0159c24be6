"""Every page, on a telephone and at a desk, by day and by night: nothing is cut off, too small, nameless or faint."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import Site
from tests.browser.test_live import draft

pytestmark = pytest.mark.browser

#: Everything a person can press, smaller than a thumb; links inside running text are exempt (WCAG 2.2, 2.5.8).
SMALL = """() => [...document.querySelectorAll("button, .button, input, select, textarea, nav a, summary, td a, .pick")]
  .filter(e => e.type !== "hidden" && !e.closest(".unseen, thead") && e.getClientRects().length)
  .map(e => e.matches(".pick input, .tick input") ? e.closest("label") : e)
  .filter(e => { const b = e.getBoundingClientRect(); return b.height < 43.5; })
  .map(e => e.tagName + " " + (e.name || e.textContent.trim()).slice(0, 40))"""

NAMELESS = """() => [...document.querySelectorAll("input, select, textarea, button, a")]
  .filter(e => e.type !== "hidden" && e.getClientRects().length)
  .filter(e => !(e.labels?.length || e.getAttribute("aria-label") || e.textContent.trim()))
  .map(e => e.outerHTML.slice(0, 80))"""

#: Text against the nearest painted ground, by WCAG's formula.
FAINT = """() => {
  const parse = (c) => { const n = c.match(/[\\d.]+/g).map(Number); return { rgb: n.slice(0, 3), a: n[3] ?? 1 }; };
  const line = (v) => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const weights = [.2126, .7152, .0722];
  const light = ({ rgb }) => rgb.reduce((sum, v, i) => sum + weights[i] * line(v / 255), 0);
  const ground = (e) => { for (let at = e; at; at = at.parentElement) {
    const c = parse(getComputedStyle(at).backgroundColor);
    if (c.a === 1) return c; } return { rgb: [255, 255, 255] }; };
  const found = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.getClientRects().length || ![...e.childNodes].some(n => n.nodeType === 3 && n.data.trim())) continue;
    const style = getComputedStyle(e), a = light(parse(style.color)), b = light(ground(e));
    const ratio = (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
    if (ratio < 4.5) found.push(ratio.toFixed(2) + " " + e.className + " " + e.textContent.trim().slice(0, 40));
  }
  return found; }"""


#: Headings that leave out a level: a screen reader's list of them is a table of contents.
LEAPS = """() => { const levels = [...document.querySelectorAll("h1, h2, h3, h4")]
    .filter(e => e.getClientRects().length).map(e => +e.tagName[1]);
  return levels.filter((level, i) => level > (levels[i - 1] ?? 0) + 1); }"""

#: Text outside every landmark is what jumping from landmark to landmark passes over.
ADRIFT = """() => [...document.body.children]
  .filter(e => !e.matches("main, nav, aside, header, footer, script, .skip, [hidden]") && e.textContent.trim())
  .map(e => e.outerHTML.slice(0, 80))"""

#: What has the focus, if nobody could see that: no ring, or something lies on top of it (WCAG 2.2, 2.4.7 and 2.4.11).
UNSEEN = """() => { const e = document.activeElement;
  if (!e || e === document.body) return "";
  const shown = e.matches(".pick input, .tick input") ? e.closest("label") : e;
  const about = e.tagName + " " + (e.name || e.textContent.trim()).slice(0, 40);
  const line = (x) => getComputedStyle(x);
  const ringed = (x) => line(x).outlineStyle !== "none" && line(x).outlineWidth !== "0px";
  const ring = ringed(e) || ringed(shown);
  if (!ring) return "no ring: " + about;
  const box = shown.getBoundingClientRect();
  const points = [.1, .5, .9].flatMap(x => [.1, .5, .9].map(y => [box.left + box.width * x, box.top + box.height * y]));
  const seen = points.some(([x, y]) => { const top = document.elementFromPoint(x, y);
    return top && (shown.contains(top) || top.contains(shown) && !top.matches("body, html")); });
  return seen ? "" : "covered: " + about; }"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 1280])
def test_every_page_fits_can_be_pressed_named_and_read(
    site: Site, page: Page, width: int, scheme: Literal["light", "dark"]
) -> None:
    case = site.log(draft(), "k1")
    site.match()
    site.sign_in(page, "dee")
    page.set_viewport_size({"width": width, "height": 800})
    page.emulate_media(color_scheme=scheme)
    paths = (
        "/board",
        "/contacts/new",
        "/operator",
        "/mine",
        "/on-call",
        "/coverage",
        "/calendar",
        "/shifts",
        "/handoffs",
        "/me",
        f"/cases/{case}",
    )
    papers = ("/protocols", "/protocols/cssrs-screener/paper", "/protocols/phq-9/paper?language=es")
    assess = [f"/cases/{case}/assess?protocol={protocol}" for protocol in ("ctrs", "phq-9&language=es")]
    for path in (*paths, *assess, *papers):
        page.goto(site.url + path)
        page.evaluate("for (const fold of document.querySelectorAll('details')) fold.open = true")
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert page.evaluate(SMALL) == [], path
        assert page.evaluate(NAMELESS) == [], path
        assert page.evaluate(FAINT) == [], path
        assert page.evaluate(LEAPS) == [], path
        assert page.evaluate(ADRIFT) == [], path
        assert page.locator("h1").count() == 1, path


@pytest.mark.parametrize("size", [(390, 664), (1366, 768), (683, 384)], ids=["telephone", "desk", "large"])
def test_whoever_has_only_keys_sees_where_they_are(site: Site, page: Page, size: tuple[int, int]) -> None:
    case = site.log(draft(), "k1")
    site.match()
    site.sign_in(page, "dee")
    page.set_viewport_size({"width": size[0], "height": size[1]})
    for path in ("/board", "/contacts/new", "/mine", f"/cases/{case}"):
        page.goto(site.url + path)
        for _ in range(60):
            page.keyboard.press("Tab")
            assert page.evaluate(UNSEEN) == "", path
