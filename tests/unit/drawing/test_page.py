"""The page shows the drawing without any network, and what comes from a workflow is only text."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foretell.horizon.model import Horizon, SeenEdge, SeenNode
from foretell_runtime.drawing import dot, picture_of
from foretell_runtime.drawing.page import page
from foretell_runtime.drawing.renderers import image_of

EVIL = "</script></pre><script>document.title='owned'</script><img src=x onerror=\"this.x=1\">"


def horizon(name: str) -> Horizon:
    nodes = (SeenNode(name, name, label=name), SeenNode("total", "total"))
    return Horizon(name, nodes=nodes, edges=(SeenEdge(name, "total", label=name),))


def html(name: str, svg: str | None = None, *, live: bool = False) -> str:
    return page(picture_of(horizon(name)), dot(horizon(name)), svg, live=live)


class Tags(HTMLParser):
    """The tags and attributes of a page, and the text in its scripts and its DOT."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.scripts: list[str] = []
        self.dot = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.update(name for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        if self.tags[-1:] == ["script"] and data.strip():
            self.scripts.append(data)
        if self.tags[-1:] == ["pre"]:
            self.dot += data


@given(st.text() | st.just(EVIL))
def test_no_name_changes_what_the_page_is_made_of(name: str) -> None:
    page_of_it, plain = Tags(html(name, "<svg></svg>")), Tags(html("plain", "<svg></svg>"))
    assert page_of_it.tags == plain.tags
    assert page_of_it.attributes == plain.attributes


def test_the_dot_text_is_in_it_whole() -> None:
    assert Tags(html(EVIL)).dot.startswith(dot(horizon(EVIL)))


def test_only_its_own_scripts_may_run() -> None:
    text = html(EVIL)
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', text)
    assert policy is not None and policy[1].startswith("default-src 'none'")
    scripts = re.findall(r"<script>(.*?)</script>", text, re.DOTALL)
    assert len(scripts) == 2
    for script in scripts:
        digest = b64encode(sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy[1]


def test_nothing_is_fetched() -> None:
    tags = Tags(html("plain"))
    assert not tags.attributes & {"src", "href", "srcset", "action", "data"}


def test_with_an_image_the_renderer_stays_out() -> None:
    assert len(html("plain", "<svg></svg>")) < 40_000 < 1_000_000 < len(html("plain"))


def test_the_licences_of_the_renderer_are_beside_it() -> None:
    folder = Path(page.__code__.co_filename).parent / "assets" / "viz"
    assert "Permission is hereby granted" in (folder / "LICENSES.md").read_text()
    assert "Eclipse Public License" in (folder / "LICENSE.graphviz").read_text()


needs_browser = pytest.mark.skipif(
    shutil.which("chromium") is None, reason="the browser 'chromium' is missing"
)

DRAWN = """new Promise(done => {
  const see = () => document.querySelector("#stage svg") && done(document.documentElement.outerHTML);
  new MutationObserver(see).observe(document, {childList: true, subtree: true});
  see();
})"""
WHERE = 'document.querySelector("#stage svg").style.transform'
ZOOM = """(() => {
  const scale = () => document.querySelector("#stage svg").style.transform.match(/scale\\((.*)\\)/)[1];
  const before = scale();
  document.dispatchEvent(new KeyboardEvent("keydown", {key: "+"}));
  return scale() / before;
})()"""


@needs_browser
@pytest.mark.parametrize("rendered", [False, True])
def test_a_browser_draws_it_and_runs_nothing_of_the_workflow(
    rendered: bool, tmp_path: Path
) -> None:
    image = image_of(dot(horizon(EVIL)), "svg") if rendered else None
    if isinstance(image, list):
        pytest.skip("no renderer here")
    path = tmp_path / "page.html"
    path.write_text(html(EVIL, image.decode() if image else None))
    with Browser(tmp_path / "profile") as browser:
        browser.open(path)
        seen = browser.value(DRAWN)
        assert "<title>total</title>" in seen
        assert "<title>owned" not in seen and "<img" not in seen
        assert browser.value(ZOOM) == pytest.approx(1.25, rel=1e-3)


@needs_browser
def test_a_page_that_is_written_anew_comes_back_as_it_was_looked_at(tmp_path: Path) -> None:
    image = image_of(dot(horizon("one")), "svg")
    assert isinstance(image, bytes)
    path = tmp_path / "page.html"
    path.write_text(html("one", image.decode(), live=True))
    with Browser(tmp_path / "profile") as browser:
        browser.open(path)
        browser.value(ZOOM)
        browser.value(ZOOM)
        before = browser.value(WHERE)
        path.write_text(html("two", image.decode()))
        browser.wait_for_load()
        assert browser.value("document.title") == "two"
        assert browser.value(WHERE) != before  # this one is not live: it is fitted
        path.write_text(html("three", image.decode(), live=True))
        browser.open(path)
        browser.value(ZOOM)
        before = browser.value(WHERE)
        browser.wait_for_load()
        assert browser.value(WHERE) == before


class Browser:
    """A headless Chromium that is spoken to through two pipes."""

    def __init__(self, profile: Path) -> None:
        ours, theirs = os.pipe(), os.pipe()
        command = [
            *("bash", "-c", f'exec "$@" 3<&{ours[0]} 4>&{theirs[1]}', "bash"),
            *("chromium", "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic"),
            *("--no-first-run", "--disable-background-networking", "--disable-sync"),
            *("--disable-component-update", "--remote-debugging-pipe"),
            f"--user-data-dir={profile}",
        ]
        self._process = subprocess.Popen(
            command, pass_fds=(ours[0], theirs[1]), stderr=subprocess.DEVNULL
        )
        os.close(ours[0])
        os.close(theirs[1])
        self._to, self._from = os.fdopen(ours[1], "wb"), os.fdopen(theirs[0], "rb")
        self._session: dict[str, str] = {}
        self._number = 0

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, *_: object) -> None:
        self._session = {}
        try:
            self._ask("Browser.close")
            self._process.wait(timeout=60)
        finally:
            self._process.kill()
            self._process.wait()
        self._to.close()
        self._from.close()

    def open(self, path: Path) -> None:
        target = self._ask("Target.createTarget", url="about:blank")["targetId"]
        session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        self._session = {"sessionId": session}
        self._ask("Page.enable")
        self._ask("Page.navigate", url=path.as_uri())
        self.wait_for_load()

    def wait_for_load(self) -> None:
        self._until("method", "Page.loadEventFired")

    def value(self, script: str) -> Any:
        """What a script in the page comes to, once it does."""
        asked = {"awaitPromise": True, "returnByValue": True}
        return self._ask("Runtime.evaluate", expression=script, **asked)["result"]["value"]

    def _ask(self, method: str, **params: object) -> Any:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params, **self._session}
        self._to.write(json.dumps(message).encode() + b"\0")
        self._to.flush()
        answer = self._until("id", self._number)
        assert "error" not in answer, answer
        return answer["result"]

    def _until(self, key: str, value: object) -> dict[str, Any]:
        while (message := self._message()).get(key) != value:
            pass
        return message

    def _message(self) -> dict[str, Any]:
        data = bytearray()
        while (byte := self._from.read(1)) != b"\0":
            assert byte, "the browser has gone"
            data += byte
        found: dict[str, Any] = json.loads(data)
        return found
