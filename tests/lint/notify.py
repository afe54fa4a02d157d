#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: a unit of Type=notify fits its program, which must say READY=1 or systemd would kill it; and the
unit's command line is one that the program takes."""
import os
import pathlib
import re
import shlex
import socket
import subprocess
import tempfile
import time

import tree

CONFIG = "targets:\n  - {name: nobody, host: 127.0.0.1, port: 9, operation: udp-echo}\n"
PATIENCE_SECONDS = 60
# The ports that these flags name may be in use: any other will do here.
FREE_PORT = {"ipsla_exporter": ["--web.listen-address=127.0.0.1:0"],
             "ipsla_responder": ["--listen-address=127.0.0.1:61967"]}


def command_of(unit, programs, config):
    words = shlex.split(re.search(r"^ExecStart=(.*)$", unit.read_text(), re.MULTILINE).group(1))
    name = pathlib.Path(words[0]).name
    arguments = [re.sub(r"^--config\.file=.*", f"--config.file={config}", word) for word in words[1:] if word != "$ARGS"]
    return [str(programs / name), *arguments, *FREE_PORT[name]]


def wait_for_word(listener, process):
    end = time.monotonic() + PATIENCE_SECONDS
    while process.poll() is None and time.monotonic() < end:
        try:
            return listener.recv(4096).decode()
        except TimeoutError:
            continue
    return "nothing"


def check(unit, programs):
    with tempfile.TemporaryDirectory() as directory:
        config = pathlib.Path(directory) / "ipsla.yml"
        config.write_text(CONFIG)
        address = os.path.join(directory, "notify")
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        listener.bind(address)
        listener.settimeout(0.1)
        process = subprocess.Popen(command_of(unit, programs, config), stderr=subprocess.PIPE, text=True,
                                   env={**os.environ, "NOTIFY_SOCKET": address})
        try:
            said = wait_for_word(listener, process)
        finally:
            listener.close()
            process.terminate()
            errors = process.communicate(timeout=PATIENCE_SECONDS)[1]
    if "READY=1" not in said.splitlines():
        return [f"{unit.name}: the program said {said} instead of READY=1", errors]
    return [] if process.returncode == 0 else [f"{unit.name}: exit {process.returncode} after SIGTERM", errors]


def main():
    parser = tree.arguments(__doc__)
    parser.add_argument("--bin", type=pathlib.Path, required=True, help="directory of the built programs")
    options = parser.parse_args()
    problems = []
    for unit in sorted((options.root / "deploy" / "systemd").glob("*.service")):
        if re.search(r"^Type=notify", unit.read_text(), re.MULTILINE):
            problems += check(unit, options.bin)
    tree.verdict(problems)


if __name__ == "__main__":
    main()
