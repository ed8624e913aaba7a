# SPDX-License-Identifier: Apache-2.0
"""Takes the pictures of the app in docs/pictures from a fresh demo, in Dutch and English.

    python docs/pictures.py [NAME ...] [--out FOLDER]

All of them, or those that are named: after a new calibration `look_ahead forecast`. Needs the test
requirements and a Chromium; every child in the pictures is invented.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.journeys.ward.running import FLAGS, Server, browser_path, serving

# Each picture: its name, who looks, the child whose page it is, and the address.
PICTURES = (
    ("home", "data manager", "", "/"),
    ("child", "clinician", "M-027", "/children/{key}/"),
    ("toxicity", "clinician", "M-028", "/children/{key}/toxicity/?day=4"),
    ("product", "cell laboratory", "M-029", "/children/{key}/products/product-1/"),
    ("evidence", "programme director", "", "/evidence/"),
    ("look_ahead", "programme director", "", "/look-ahead/"),
    ("forecast", "clinician", "M-027", "/children/{key}/forecast/?until=2020-04-14"),
    ("import", "data manager", "", "/import/"),
)
# Pages whose figures are reckoned beside the server when they are first asked for.
RECKONED = {"evidence": 180, "forecast": 900}
WIDTH, HEIGHT, TALLEST = 1440, 1000, 1900
EXAMPLE = Path(__file__).parents[1] / "examples" / "maxima_2020" / "write_tables.py"
# What the upload of the picture says otherwise than the ledger: a changed bag, impossible days.
ALTERED = {
    "M-001,41,1,M-001-P1": "M-001,41,1,M-001-P2",
    "M-003,44,1,": "M-003,44-,1,",
    "M-005,": "M-005,4000",
}


def sign_in(browser: Browser, demo: Server, role: str, lang: str) -> Page:
    """A page on which somebody of this role is signed in."""
    lines = demo.log.read_text(encoding="utf-8").splitlines()
    line = next(line for line in lines if f" {role} " in line)
    words = line.split(role)[1].split()
    page = browser.new_context(viewport={"width": WIDTH, "height": HEIGHT}).new_page()
    page.goto(demo.address)
    page.fill("#id_login", line.split()[0])
    page.fill("#id_password", words[0])
    page.press("#id_password", "Enter")
    page.wait_for_selector("#id_code")
    page.fill("#id_code", words[1 if lang == "nl" else 2])
    page.press("#id_code", "Enter")
    page.wait_for_selector("form.language")
    page.click(f"form.language button[value={lang}]")
    page.wait_for_selector(f"html[lang={lang}]")
    return page


def altered_tables(place: Path) -> list[Path]:
    """The example's infusions with two rows altered, and the tables that go with them."""
    subprocess.run([sys.executable, EXAMPLE, place], check=True, capture_output=True)
    infusions = place / "infusion.csv"
    text = infusions.read_text(encoding="utf-8")
    for was, now in ALTERED.items():
        text = text.replace(was, now)
    infusions.write_text(text, encoding="utf-8")
    return [place / "programme.csv", place / "children.csv", infusions]


def upload(page: Page) -> None:
    """Have the altered tables read, up to the dry run."""
    with tempfile.TemporaryDirectory() as place:
        page.set_input_files("#files", altered_tables(Path(place)))
        page.click("main form .filled")
        page.wait_for_load_state()
        page.goto(f"{page.url.split('?')[0]}?show=all")


def made_small(picture: Path) -> None:
    """128 colours in place of millions, rare ones too: text and rules lose nothing by it."""
    with Image.open(picture) as full:
        plain = full.convert("RGB")
    small = plain.quantize(128, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)
    small.save(picture, optimize=True)


def take(demo: Server, browser: Browser, out: Path, names: list[str]) -> None:
    """These pictures in both languages."""
    for lang in ("nl", "en"):
        pages: dict[str, Page] = {}
        for name, role, pseudonym, address in PICTURES:
            if name not in names:
                continue
            page = pages.get(role) or pages.setdefault(role, sign_in(browser, demo, role, lang))
            key = ""
            if pseudonym:
                page.goto(f"{demo.address}/children/")
                link = page.get_by_role("link", name=pseudonym, exact=True).get_attribute("href")
                key = re.findall(r"[0-9a-f-]{36}", link or "")[0]
            page.goto(demo.address + address.format(key=key))
            if name in RECKONED:
                page.wait_for_selector("main svg", timeout=1000 * RECKONED[name])
            if name == "import":
                upload(page)
            page.wait_for_timeout(500)
            most = HEIGHT if name == "import" else TALLEST
            tall = min(int(page.evaluate("document.documentElement.scrollHeight")), most)
            page.set_viewport_size({"width": WIDTH, "height": max(tall, 600)})
            target = out / f"{name}_{lang}.png"
            page.screenshot(path=target)
            made_small(target)
            page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
            print(target)


def main() -> None:
    """Start the demo, look at it, and put the pictures into a folder."""
    known = [name for name, *_ in PICTURES]
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(known))
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "pictures")
    given = parser.parse_args()
    if unknown := sorted({*given.names} - {*known}):
        parser.error(f"There is no picture {unknown[0]!r}. There are: {', '.join(known)}.")
    out: Path = given.out
    browser_at = browser_path()
    if browser_at is None:
        raise SystemExit("No Chromium on this machine; see requirements/browser.sh.")
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as place, sync_playwright() as playwright:
        home = Path(place) / "home"
        with serving(home, "demo") as demo:
            browser = playwright.chromium.launch(executable_path=browser_at, args=FLAGS)
            take(demo, browser, out, given.names or known)
            browser.close()


if __name__ == "__main__":
    main()
