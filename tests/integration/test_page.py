# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The pages in a real browser: laid out at the width of a phone, a desk and a wall, light and dark, with 4, 100 and
10 000 targets, nothing sticks out, nothing is logged, and nothing is fetched from elsewhere. Screenshots are kept in
SCREENSHOTS. `sh tests/browser.sh` tries every combination and lets axe-core look at them."""

import http.client
import os
import subprocess
import unittest
import urllib.parse

import browser
import harness

ALL = bool(os.environ.get("IPSLA_BROWSER_ALL"))  # every combination, and axe-core
AXE = os.environ.get("IPSLA_AXE")  # the file with it
VNU = os.environ.get("IPSLA_VNU")  # the jar of the Nu Html Checker
SCREENSHOTS = os.environ.get("IPSLA_SCREENSHOTS") or os.path.join(os.path.dirname(harness.BIN_DIR), "screenshots")
PLACES = ("", "?state=failed&state=degraded&sort=-name", "matrix", "matrix?show=rtt&rows=site&columns=operation",
          "target?name=amsterdam-core1", "target?name=berlin-core1", "responder")
WIDTHS = (360, 1280, 2560)
# A quick run meets each page, width and colour; 10 000 targets take seconds to make.
QUICK = ([(4, place, 360, True) for place in PLACES]
         + [(100, "", 1280, False), (100, "matrix", 2560, True), (100, "target?name=amsterdam-core1", 1280, False)])
HOSTILE = [(width, place) for width in WIDTHS for place in ("", "matrix?rows=site&columns=row")]


class Pages:
    """ipsla_pages: the pages of that many targets."""

    def __init__(self, count, prefix=""):
        self.process = subprocess.Popen([os.environ["IPSLA_PAGES"], str(count), prefix], stdin=subprocess.PIPE,
                                        stdout=subprocess.PIPE)
        self.port = int(self.process.stdout.readline())
        self.root = f"http://127.0.0.1:{self.port}{prefix}/"

    def get(self, path):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=harness.PATIENCE)
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, dict(answer.getheaders()), answer.read().decode()

    def close(self):
        self.process.communicate(b"")


def parse(text):
    """The document, of which a parser of HTML 5 has nothing to complain."""
    try:
        import html5lib
    except ImportError:
        harness.skip("python3-html5lib is not installed (sh deploy/install-deps.sh --test)")
    return html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)


class PageTest(harness.Case):
    @classmethod
    def setUpClass(cls):
        browser.require()
        os.makedirs(SCREENSHOTS, exist_ok=True)
        cls.servers = {}
        cls.browser = browser.Browser()

    @classmethod
    def tearDownClass(cls):
        cls.browser.close()
        for server in cls.servers.values():
            server.close()

    def setUp(self):
        pass

    def server(self, count, prefix=""):
        if (count, prefix) not in self.servers:
            self.servers[count, prefix] = Pages(count, prefix)
        return self.servers[count, prefix]

    def look(self, count, place, width, is_dark):
        server = self.server(count)
        colour = "dark" if is_dark else "light"
        self.browser.set_view(width, is_dark=is_dark)
        self.browser.open(server.root + place)
        self.assertLessEqual(self.browser.overflow(), 0)
        self.assertEqual(self.browser.messages(), [])
        elsewhere = [url for url in self.browser.fetched() if not url.startswith(server.root)]
        self.assertEqual(elsewhere, [])
        name = urllib.parse.quote(place, safe="") or "overview"
        self.browser.screenshot(os.path.join(SCREENSHOTS, f"{name}-{count}-{width}-{colour}.png"))

    def test_layout(self):
        every = [(count, place, width, is_dark) for count in (4, 100, 10000) for place in PLACES
                 for width in WIDTHS for is_dark in (False, True)]
        for count, place, width, is_dark in every if ALL else QUICK:
            with self.subTest(count=count, place=place, width=width, dark=is_dark):
                self.look(count, place, width, is_dark)
                if AXE and width != 2560 and count != 10000:
                    self.check_access()

    def check_access(self):
        with open(AXE) as file:
            self.browser.evaluate(file.read())
        found = self.browser.evaluate("axe.run().then(r => ({bad: r.violations.map(v => [v.id, v.nodes.slice(0, 3)"
                                      ".map(n => n.html + ' ' + n.failureSummary)]), open: r.incomplete.map(v => "
                                      "[v.id, v.nodes.map(n => n.target.join(' ') + ': ' + (n.any[0] || {}).message)])}))", waits=True)
        self.assertEqual(found["bad"], [])
        if found["open"]:
            print("axe-core cannot tell:", found["open"], flush=True)

    def test_hostile_names_are_text(self):
        self.browser.set_view(360)
        server = self.server(0)
        self.browser.open(server.root)
        names = self.browser.evaluate("[...document.querySelectorAll('.name > a')].map(a => a.textContent)")
        self.assertIn("<script>alert(1)</script>", names)
        self.assertEqual(len(names), 5)
        for name in names:
            with self.subTest(name=name):
                self.browser.open(server.root + "target?name=" + urllib.parse.quote(name, safe=""))
                self.assertEqual(self.browser.evaluate("document.querySelector('h1').textContent"), name)
                self.assertLessEqual(self.browser.overflow(), 0)
                self.assertEqual(self.browser.messages(), [])
        for width, place in HOSTILE if ALL else HOSTILE[:3]:
            with self.subTest(width=width, place=place):
                self.look(0, place, width, False)

    def check_with_vnu(self, documents):
        names = [harness.write_file(f"{number}.html", text) for number, text in enumerate(documents)]
        done = subprocess.run(["java", "-jar", VNU, *names], capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_documents_are_valid(self):
        documents = []
        for count in (0, 4):
            server = self.server(count)
            for place in PLACES:
                with self.subTest(count=count, place=place):
                    _, _, text = server.get("/" + place)
                    document = parse(text)
                    documents.append(text)
                    self.assertEqual(len(list(document.iter("script"))), 1)
                    ids = [element.get("id") for element in document.iter() if element.get("id")]
                    self.assertEqual(sorted(ids), sorted(set(ids)))
        if VNU:
            self.check_with_vnu(documents)
        names = [element.text for element in parse(self.server(0).get("/")[2]).iter("bdi")]
        self.assertIn("<script>alert(1)</script>", names)

    def test_cause_of_a_loss_in_three_clicks(self):
        """From the overview on a phone: which target, in which direction, and which packets."""
        self.browser.set_view(360)
        self.browser.open(self.server(100).root + "?sort=loss")
        self.browser.events.clear()
        self.browser.evaluate("document.querySelector('tr.degraded .name > a').click()")
        self.browser.wait_event("Page.loadEventFired")
        text = self.browser.evaluate("document.querySelector('main').innerText")
        self.assertRegex(text, r"loss_sd \d+% is above 5% \(critical\)")
        self.assertRegex(text, r"(?s)Loss source to destination →\s+\d\d\.0.%\s+\d+ of 50")
        self.assertRegex(text, r"\d+ lost source to destination: \d+, ")

    def test_the_script_keeps_the_page_fresh(self):
        """What changed is replaced; who reads stays where they are, and may stop it."""
        self.browser.set_view(360, 500)
        self.browser.open(self.server(100).root)
        fresh = "document.querySelector('#list').dataset.old = 'yes'; document.querySelector('tbody tr:last-child').remove()"
        self.browser.evaluate(fresh)
        self.browser.evaluate("scrollTo(0, 900); document.querySelectorAll('.name > a')[3].focus({preventScroll: true})")
        before = self.browser.evaluate("[scrollY, document.activeElement.href]")
        self.browser.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
        harness.wait_for(lambda: self.browser.evaluate("document.querySelector('#list').dataset.old === undefined"),
                         "the list to be replaced")
        self.assertEqual(self.browser.evaluate("[scrollY, document.activeElement.href]"), before)
        self.assertEqual(self.browser.evaluate("document.querySelectorAll('tbody tr').length"), 100)
        self.browser.evaluate("document.querySelector('#refresh').click()")
        self.assertEqual(self.browser.evaluate("document.querySelector('#refresh').textContent"), "Refresh is off")
        self.assertEqual(self.browser.messages(), [])

    def test_links_hold_below_a_prefix(self):
        server = self.server(4, "/deep/down")
        self.browser.set_view(1280)
        for place in PLACES:
            self.browser.open(server.root + place)
            self.assertEqual(self.browser.messages(), [], place)
            links = self.browser.evaluate("[...document.querySelectorAll('[href],[src],form')].map("
                                          "e => e.href || e.src || e.action)")
            wrong = [link for link in links if not link.startswith(server.root)
                     and link != server.root.rstrip("/") + "/" + place + "#main"]
            self.assertEqual(wrong, [], place)

    def test_headers(self):
        server = self.server(4)
        status, headers, text = server.get("/")
        self.assertEqual(status, 200)
        policy = headers["Content-Security-Policy"]
        self.assertNotIn("unsafe", policy)
        for directive in ("default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"):
            self.assertIn(directive, policy)
        self.assertNotIn("<style", text)
        self.assertNotIn(" style=", text)
        links = [element.get("href") or element.get("src") or "" for element in parse(text).iter()]
        kept = [link for link in links if "?v=" in link]
        self.assertEqual(len(kept), 3)
        for link in kept:
            status, headers, _ = server.get(link[1:])
            self.assertEqual((status, headers["Cache-Control"]), (200, "public, max-age=31536000, immutable"), link)
            _, headers, _ = server.get(link[1:].split("?")[0] + "?v=other")
            self.assertEqual(headers["Cache-Control"], "no-store", link)
        self.assertEqual(server.get("/target?name=nobody")[0], 404)
        self.assertEqual(server.get("/?sort=colour")[0], 400)


if __name__ == "__main__":
    harness.main()
