# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""A headless Chromium, driven over the DevTools protocol: pages as they are laid out, what they log and fetch."""

import base64
import json
import os
import re
import shutil
import subprocess
import tempfile
import urllib.request

import harness


def require():
    """The module of the protocol's transport; ends the program as skipped when that or the browser is absent."""
    if shutil.which("chromium") is None:
        harness.skip("chromium is not installed (sh deploy/install-deps.sh --test)")
    try:
        import websocket
    except ImportError:
        harness.skip("python3-websocket is not installed (sh deploy/install-deps.sh --test)")
    return websocket


class Browser:
    """One page of one browser; `events` is what it told since the latest `open`."""

    def __init__(self):
        websocket = require()
        self.profile = tempfile.mkdtemp(prefix="ipsla-browser-")
        self.errors = open(os.path.join(self.profile, "stderr"), "w+")
        self.process = subprocess.Popen(
            ["chromium", "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
             "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
             "--hide-scrollbars", "--remote-debugging-port=0", "--remote-allow-origins=*",
             f"--user-data-dir={self.profile}", "about:blank"],
            stdout=subprocess.DEVNULL, stderr=self.errors)
        self.port = harness.wait_for(self._find_port, "the browser to listen")
        target = json.load(urllib.request.urlopen(f"http://127.0.0.1:{self.port}/json", timeout=harness.PATIENCE))
        page = next(item for item in target if item["type"] == "page")
        self.socket = websocket.create_connection(page["webSocketDebuggerUrl"], timeout=harness.PATIENCE)
        self.number = 0
        self.events = []
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def _find_port(self):
        with open(self.errors.name) as text:
            match = re.search(r"DevTools listening on ws://[^:]+:(\d+)/", text.read())
        return match and int(match.group(1))

    def _receive(self):
        message = json.loads(self.socket.recv())
        if "method" in message:
            self.events.append(message)
        return message

    def call(self, method, **parameters):
        self.number += 1
        self.socket.send(json.dumps({"id": self.number, "method": method, "params": parameters}))
        while True:
            message = self._receive()
            if message.get("id") == self.number:
                if "error" in message:
                    raise AssertionError(f"{method}: {message['error']}")
                return message["result"]

    def wait_event(self, method):
        while not any(event["method"] == method for event in self.events):
            self._receive()

    def set_view(self, width, height=900, is_dark=False):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1,
                  mobile=width < 500)
        self.call("Emulation.setEmulatedMedia",
                  features=[{"name": "prefers-color-scheme", "value": "dark" if is_dark else "light"}])

    def open(self, url):
        self.events.clear()
        self.call("Page.navigate", url=url)
        self.wait_event("Page.loadEventFired")

    def evaluate(self, expression, waits=False):
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=waits)
        if "exceptionDetails" in result:
            raise AssertionError(f"{expression[:200]}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def screenshot(self, path, is_full=False):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        options = {"captureBeyondViewport": True, "clip": {"x": 0, "y": 0, "width": size["width"],
                   "height": min(size["height"], 16000), "scale": 1}} if is_full else {}
        picture = self.call("Page.captureScreenshot", format="png", **options)
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def messages(self):
        """What stands in the console, from the page or about it."""
        return [event["params"] for event in self.events
                if event["method"] in ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")]

    def fetched(self):
        return [event["params"]["request"]["url"] for event in self.events
                if event["method"] == "Network.requestWillBeSent"]

    def overflow(self):
        """By how many pixels the page is wider than its window."""
        return self.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")

    def close(self):
        self.socket.close()
        self.process.kill()
        self.process.wait()
        self.errors.close()
        shutil.rmtree(self.profile, ignore_errors=True)
