# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""`cmake --install` into a directory: units that name the programs of the prefix given then, and a configuration that
is there and correct, and is never written over."""

import os
import re
import subprocess

import harness

BUILD = os.path.dirname(harness.BIN_DIR)
SETTINGS = "etc/ipsla/ipsla.yml"


class InstallTest(harness.Case):
    def install(self, name, prefix):
        root = os.path.join(harness.scratch_dir(), name)
        done = subprocess.run(["cmake", "--install", BUILD, "--prefix", prefix], check=False, text=True,
                              capture_output=True, env={**os.environ, "DESTDIR": root})
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return root

    def test_prefix(self):
        for prefix in ("/usr", "/opt/sla"):
            root = self.install(prefix.replace("/", "_"), prefix)
            for unit in ("ipsla-exporter.service", "ipsla-responder.service"):
                with open(f"{root}{prefix}/lib/systemd/system/{unit}", encoding="utf-8") as file:
                    text = file.read()
                programs = re.findall(r"^Exec\w+=(/\S+)", text, re.MULTILINE)
                self.assertTrue(programs, unit)
                for program in programs:
                    self.assertTrue(program.startswith(f"{prefix}/bin/"), f"{unit}: {program}")
                    self.assertTrue(os.access(root + program, os.X_OK), f"{unit}: {program}")
                self.assertNotIn(root, text)
            docs = f"{root}{prefix}/share/doc/ipsla-exporter"
            self.assertTrue(os.path.exists(f"{docs}/icmp.conf"))
            self.assertTrue(os.path.exists(f"{docs}/responder.nft"))
            self.assertIn("ipsla-overview.json", os.listdir(f"{docs}/dashboards"))
            self.assertNotIn("source", os.listdir(f"{docs}/dashboards"))
            done = subprocess.run([f"{root}{prefix}/bin/ipsla_exporter", "--config.check",
                                   f"--config.file={root}/{SETTINGS}"], check=False, capture_output=True, text=True)
            self.assertEqual((done.returncode, done.stderr), (0, ""))

    def test_own_configuration_stays(self):
        path = os.path.join(self.install("twice", "/usr/local"), SETTINGS)
        with open(path, "a", encoding="utf-8") as file:
            file.write("# mine\n")
        self.install("twice", "/usr/local")
        with open(path, encoding="utf-8") as file:
            self.assertTrue(file.read().endswith("# mine\n"))

    def test_links_of_pages_hold(self):
        root = self.install("docs", "/usr")
        docs = f"{root}/usr/share/doc/ipsla-exporter"
        pages = {os.path.relpath(os.path.join(folder, name), docs)
                 for folder, _, names in os.walk(docs) for name in names if name.endswith(".md")}
        self.assertIn("troubleshooting.md", pages)
        count = 0
        for page in sorted(pages):
            with open(os.path.join(docs, page), encoding="utf-8") as file:
                text = file.read()
            for link in re.findall(r"\]\(([^)\s]+)\)", text):
                if "://" in link:
                    continue
                count += 1
                path, _, anchor = link.partition("#")
                target = os.path.normpath(os.path.join(docs, os.path.dirname(page), path)) if path else f"{docs}/{page}"
                self.assertTrue(target.startswith(docs) and os.path.exists(target), f"{page}: {link}")
                if anchor:
                    self.assertIn(anchor, anchors(target), f"{page}: {link}")
        self.assertGreater(count, 100)

    def test_pages_that_man_pages_name_are_there(self):
        root = self.install("man", "/usr")
        named = set()
        for page in ("man1/ipsla.1", "man5/ipsla.yml.5", "man8/ipsla_exporter.8", "man8/ipsla_responder.8"):
            with open(f"{root}/usr/share/man/{page}", encoding="utf-8") as file:
                named.update(re.findall(r"[\w-]+\.md\b", file.read().replace("\\-", "-")))
        self.assertIn("configuration.md", named)
        for name in named:
            self.assertTrue(os.path.exists(f"{root}/usr/share/doc/ipsla-exporter/{name}"), name)


def anchors(path):
    """What the headings of a page can be linked by."""
    with open(path, encoding="utf-8") as file:
        headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", file.read(), flags=re.DOTALL | re.MULTILINE), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


if __name__ == "__main__":
    harness.main()
