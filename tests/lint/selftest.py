#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""The guards themselves: each is shown a clean tree and one violation of every rule."""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

import clang
import cppcheck
import hardening
import keys
import layers
import programs
import shape
import symbols
import text
import units

SOURCE = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(SOURCE / "tests"))
import needs  # noqa: E402

LICENCE = "/* SPDX-FileCopyrightText: x\n * SPDX-License-Identifier: Apache-2.0 */\n"


class Tree(unittest.TestCase):
    def setUp(self):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        self.root = pathlib.Path(directory.name)

    def write(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return path


class Keys(Tree):
    PARTS = {("table", "root"): "| `targets` |\n", ("roff", "root"): ".TP\n.B targets\n", ("flags", "probe"): "x\n"}

    def problems(self, table, roff=".TP\n.B targets\n", flags="x\n", is_update=False):
        self.page = self.write("docs/configuration.md", f"x\n<!-- begin keys: root -->\n{table}<!-- end keys -->\ny\n")
        self.write("docs/man/ipsla.yml.5", f'.\\" begin keys: root\n{roff}.\\" end keys\n')
        self.write("docs/man/ipsla.1", f'.\\" begin keys: probe\n{flags}.\\" end keys\n')
        return keys.check(self.root, self.PARTS, is_update)

    def test_clean(self):
        self.assertEqual(self.problems("| `targets` |\n"), [])

    def test_each_difference(self):
        self.assertIn("+| `targets` |", self.problems("")[0])
        self.assertIn("-| `old` |", self.problems("| `targets` |\n| `old` |\n")[0])
        self.assertIn("ipsla.yml.5", self.problems("| `targets` |\n", "")[0])
        self.assertIn("ipsla.1", self.problems("| `targets` |\n", flags="")[0])

    def test_missing_part(self):
        self.problems("| `targets` |\n")
        self.page.write_text("x\n")
        self.assertIn("has the parts [], not ['root']", keys.check(self.root, self.PARTS, False)[0])

    def test_update(self):
        self.assertEqual(self.problems("| `old` |\n", "", is_update=True), [])
        self.assertEqual(keys.check(self.root, self.PARTS, False), [])

    def test_parts_of_print_keys(self):
        self.assertEqual(keys.parts_of("== table root\n| a |\n== roff root\n.TP\n"),
                         {("table", "root"): "| a |\n", ("roff", "root"): ".TP\n"})

    def test_flags_of_help(self):
        self.assertEqual(keys.flags_of("Usage: x\n\nDoes.\n\nPath:\n  --source-address=A, --source=A\n      From\n"
                                       "      it. Or not.\n  --dry\n      No.\n\nOther:\n  --help\n      Show.\n"),
                         ".SS ipsla probe: Path\n.TP\n\\fB\\-\\-source\\-address\\fR=\\fIA\\fR, "
                         "\\fB\\-\\-source\\fR=\\fIA\\fR\nFrom it.\nOr not.\n.TP\n\\fB\\-\\-dry\\fR\nNo.\n")


class Layers(Tree):
    def setUp(self):
        super().setUp()
        for name in ("base/time", "base/mem", "wire/ipsla", "stats/hist", "probe/io", "probe/probe",
                     "probe/spec", "engine/engine", "engine/report", "host/host", "config/config"):
            self.write(f"src/{name}.h", "#include <stdint.h>\n")
        self.write("src/program/options.h", "")
        self.write(layers.README, (pathlib.Path(__file__).parents[2] / layers.README).read_text())

    def problems(self, name, content):
        self.write(f"src/{name}", content)
        return layers.check(self.root)

    def test_clean(self):
        self.assertEqual(self.problems("host/host.c", """#include <event2/event.h>
            #include <sys/socket.h>
            #include "engine/engine.h"
            #include "probe/io.h"
            // #include "wire/ipsla.h"
            """), [])
        self.assertEqual(self.problems("cli/cli.c", '#include "wire/ipsla.h"\n#include "program/options.h"\n'), [])

    def test_each_room(self):
        for name, header in (("base/mem.c", "wire/ipsla.h"), ("wire/ipsla.c", "stats/hist.h"),
                             ("stats/hist.c", "wire/ipsla.h"), ("probe/probe.c", "engine/engine.h"),
                             ("engine/engine.c", "wire/ipsla.h"), ("config/config.c", "probe/probe.h"),
                             ("host/host.c", "probe/probe.h"), ("expo/text.c", "host/host.h"),
                             ("expo/text.c", "engine/engine.h"), ("base/mem.c", "program/options.h"),
                             ("program/options.c", "cli/cli.h")):
            with self.subTest(name=name, header=header):
                self.assertEqual(len(self.problems(name, f'#include "{header}"\n')), 1)
                (self.root / "src" / name).unlink()

    def test_unknown_room_and_header(self):
        self.assertEqual(len(self.problems("misc/x.c", "")), 1)
        self.assertEqual(len(self.problems("wire/ipsla.c", '#include "ipsla.h"\n')), 2)

    def test_third_party(self):
        for name, header in (("base/mem.c", "openssl/evp.h"), ("config/config.c", "yaml.h"),
                             ("host/worker.c", "event2/event.h"), ("expo/text.c", "microhttpd.h"), ("web/page.c", "isa-l.h"),
                             ("probe/probe.c", "sys/socket.h"), ("engine/engine.c", "pthread.h"),
                             ("base/mem.c", "time.h"), ("stats/hist.c", "stdatomic.h"),
                             ("host/host.c", "curl/curl.h")):
            with self.subTest(name=name, header=header):
                self.assertEqual(len(self.problems(name, f"# include <{header}>\n")), 1)
                (self.root / "src" / name).unlink()

    def test_headers_in_a_circle(self):
        self.write("src/base/time.h", '#include "base/mem.h"\n')
        found = self.problems("base/mem.h", '#include "base/time.h"\n')
        self.assertEqual(found, ["files include each other: base/mem.h -> base/time.h -> base/mem.h"])

    def test_calls_in_a_circle(self):
        self.write("src/base/time.c", "int time_get(void)\n{\n    return mem_get();\n}\n")
        found = self.problems("base/mem.c", "int mem_get(void)\n{\n    return time_get();\n}\n")
        self.assertEqual(found, ["files call each other: base/mem -> base/time -> base/mem"])

    def test_calls_one_way(self):
        self.write("src/base/time.c", "static int mem_get(void)\n{\n    return 1;\n}\n")
        self.assertEqual(self.problems("base/mem.c", "int other(void)\n{\n    return mem_get();\n}\n"), [])


class Shape(Tree):
    def problems(self, content, name="src/base/x.c"):
        self.write(name, content)
        return shape.check(self.root)[0]

    def function(self, lines, comment=""):
        return "int f(void)\n{\n" + comment + "    g();\n" * (lines - 3) + "}\n"

    def test_limits_are_inclusive(self):
        self.assertEqual(self.problems(self.function(80)), [])
        self.assertEqual(self.problems("/*" + "x" * 96 + "*/\n"), [])
        self.assertEqual(self.problems("int x;\n" * 500), [])
        self.assertEqual(self.problems("int x;\n" * 800, "src/base/x.h"), [])

    def test_file_length(self):
        long = "int a;\n" * 501
        self.assertIn("501 lines", self.problems(long)[0])
        self.assertEqual(self.problems("/* lint: table */\n" + long), [])
        self.assertEqual(self.problems("int a;\n", "src/base/x.c") + self.problems(long, "tests/x.c"), [])

    def test_function_length(self):
        self.assertIn("f has 81 lines", self.problems(self.function(81))[0])
        self.assertIn("f has 61 lines", shape.check(self.root)[1][0] if self.problems(self.function(61)) == []
                      else "")

    def test_waiver(self):
        self.assertEqual(self.problems(self.function(200, "    /* lint: table */\n")), [])

    def test_table_is_no_function(self):
        self.assertEqual(self.problems("static const int t[] = {\n" + "    F(1),\n" * 100 + "};\n"), [])

    def test_file_length_and_columns(self):
        self.assertEqual(len(self.problems("int x;\n" * 801)), 1)
        self.assertEqual(len(self.problems("/* " + "x" * 98 + "*/\n")), 1)

    def test_parameters(self):
        self.assertEqual(self.problems("void f(int a, int (*b)(int, int), int c, int d, int e)\n{\n}\n"), [])
        six = "void f(int a, int b, int c, int d, int e, int g)\n{\n}\n"
        self.assertEqual(len(self.problems(six)), 1)
        self.assertEqual(self.problems("/* lint: callback */\n" + six), [])

    def nested(self, depth, opener):
        return "void f(void)\n{\n" + opener * depth + "g();" + "}" * depth + "\n}\n"

    def test_nesting(self):
        for opener in ("if (x(1)) {", "for (;;) {", "switch (x) {", "do {", "{"):
            with self.subTest(opener=opener):
                self.assertEqual(self.problems(self.nested(3, opener)), [])
                self.assertEqual(len(self.problems(self.nested(4, opener))), 1)
        self.assertEqual(self.problems("void f(void)\n{\nif (x) {} else if (y) {} else if (z) {} else {}\n"
                                       "g((struct a){{{{1}}}});\nint b[] = {{{{2}}}};\n}\n"), [])

    def test_includes(self):
        self.assertEqual(self.problems('#include "base/x.h"\n' * 8 + "#include <stdio.h>\n"), [])
        self.assertEqual(len(self.problems('#include "base/x.h"\n' * 9)), 1)

    def test_typedef(self):
        self.assertEqual(len(self.problems("typedef int x;\n")), 1)
        self.assertEqual(self.problems('/* typedef */ const char *x = "typedef";\n'), [])

    def test_braces_in_text(self):
        self.assertEqual(self.problems("void f(void)\n{\n    g('{', \"{\\\"{\"); /* { */\n#define A {\n}\n"
                                       + self.function(10)), [])

    def test_tests_too(self):
        self.assertEqual(len(self.problems(self.function(81), "tests/unit/test_x.c")), 1)


class Symbols(Tree):
    def problems(self, source, *flags):
        path = self.write("x.c", source)
        subprocess.run([os.environ.get("CC", "cc"), "-c", "-O2", "-fPIC", *flags, path, "-o",
                        self.root / "x.o"], check=True)
        archive = self.root / "libx.a"
        archive.unlink(missing_ok=True)
        subprocess.run(["ar", "rcs", archive, self.root / "x.o"], check=True)
        return symbols.check("nm", archive)

    def test_clean(self):
        clean = """#include <stdio.h>
            #include <stdlib.h>
            int digits(const char *s);
            static const char *const names[] = {"a", "b"};
            const char *name(int i) { return names[i]; }
            char *f(char *s, unsigned long n) { snprintf(s, n, "%d", digits(s)); return malloc(n); }
            int digits(const char *s) { return (int)strtol(s, 0, 10); }
            """
        for flags in ((), ("-fsanitize=address,undefined",), ("-fsanitize=thread",), ("-D_FORTIFY_SOURCE=2",)):
            with self.subTest(flags=flags):
                self.assertEqual(self.problems(clean, *flags), [])

    def test_needs(self):
        for call in ("socket(0, 0, 0)", "clock_gettime(0, 0)", "pthread_create(0, 0, 0, 0)", "rand()",
                     "getrandom(0, 0, 0)", "printf(\"%d\", x)", "fopen(0, 0)", "event_base_new()",
                     "MHD_start_daemon()", "yaml_parser_parse()", "time(0)", "getenv(0)"):
            with self.subTest(call=call):
                source = f"int {call.split('(')[0]}(); int f(int x) {{ {call}; return x + 1; }}"
                self.assertEqual(len(self.problems(source, "-w", "-fno-builtin")), 1)

    def test_state(self):
        for source in ("int x;", "int x = 1;", "static int x; int f(void) { return ++x; }", "_Thread_local int x;",
                       "int f(void) { static int x; return ++x; }", "const char *x[] = {\"a\"};"):
            with self.subTest(source=source):
                self.assertEqual(len(self.problems(source)), 1)

    def test_empty_archive(self):
        self.assertEqual(len(self.problems("")), 1)


class Text(Tree):
    def problems(self, content, name="src/x.c", licence=LICENCE):
        self.write(name, "").write_bytes((licence + content).encode())
        return text.check(self.root)

    def test_clean(self):
        self.assertEqual(self.problems("int x;\n"), [])
        self.assertEqual(self.problems("Served at /metrics.\n", "README.md", ""), [])

    def test_violations(self):
        for content in ("int x; \n", "\tint x;\n", "int x;", "int x;\r\n", "/* /" + "work/x */\n",
                        "/* /" + "root/x */\n", "/* /" + "home/someone */\n", "/* registry" + ".npmjs.org */\n",
                        "/* deb" + ".debian.org */\n"):
            with self.subTest(content=content):
                self.assertEqual(len(self.problems(content)), 1)

    def test_licence(self):
        for name in ("src/x.c", "deploy/x.sh", "config/x.yml", "Dockerfile", "docs/man/x.1"):
            with self.subTest(name=name):
                self.assertEqual(len(self.problems("x\n", name, "")), 1)
                (self.root / name).unlink()

    def test_shell(self):
        licence = "#!/bin/sh\n# SPDX-FileCopyrightText: x\n# SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual(self.problems("true\n", "x.sh", licence), [])
        self.assertNotEqual(self.problems("if true\n", "x.sh", licence), [])
        (self.root / "x.sh").unlink()
        self.assertNotEqual(self.problems("if true\n", ".ci/run", licence), [])

    def test_hidden_failures(self):
        licence = "# SPDX-FileCopyrightText: x\n# SPDX-License-Identifier: Apache-2.0\n"
        self.assertEqual(len(self.problems("SKIP_REGULAR" + "_EXPRESSION\n", "CMakeLists.txt", licence)), 1)


class Programs(Tree):
    def problems(self, flags, page):
        script = self.write("bin/prog", f"#!/bin/sh\ncat <<'E'\nUsage: prog\n{flags}\nE\n")
        script.chmod(0o755)
        self.write("docs/man/prog.1", page)
        return programs.check_page(self.root / "docs/man/prog.1", script, [[]])

    def test_flags(self):
        self.assertEqual(self.problems("  --a.b=X  text", r"\fB\-\-a.b\fR=\fIX\fR" + "\n"), [])
        self.assertEqual(len(self.problems("  --a.b", "nothing\n")), 1)
        self.assertEqual(len(self.problems("  --a", r"\fB\-\-a\fR \fB\-\-gone\fR" + "\n")), 1)

    def test_missing_program(self):
        self.write("docs/man/prog.1", "")
        self.assertEqual(len(programs.check_page(self.root / "docs/man/prog.1", self.root / "none", [[]])), 1)


    def test_dates(self):
        self.write("CHANGELOG.md", "# Changelog\n\n## Unreleased\n\n## 0.1.0 (2026-11-01)\n")
        self.write("docs/man/a.1", ".TH A 1 2026-11-01 x\n")
        self.write("docs/man/b.1", ".TH B 1 2026-11-01 x\n")
        self.assertEqual(programs.check_dates(self.root, ["a.1", "b.1"]), [])
        self.write("docs/man/b.1", ".TH B 1 2026-11-02 x\n")
        self.assertEqual(len(programs.check_dates(self.root, ["a.1", "b.1"])), 1)
        self.write("CHANGELOG.md", "## 0.2.0 (2026-12-01)\n")
        self.assertEqual(len(programs.check_dates(self.root, ["a.1", "b.1"])), 2)


class Units(Tree):
    @unittest.skipUnless(units.TOOL, "no systemd-analyze")
    def test_weak_and_wrong(self):
        weak = "[Service]\nExecStart=/bin/true\n"
        self.assertNotEqual(units.check_security(self.write("weak.service", weak)), [])
        wrong = "[Service]\nExecStart=/bin/true\nNoSuchKey=yes\n"
        self.assertNotEqual(units.check_syntax(self.write("wrong.service", wrong)), [])
        self.assertEqual(units.check_syntax(self.write("right.service", weak)), [])


class Clang(Tree):
    def setUp(self):
        super().setUp()
        for name in (".clang-format", ".clang-tidy"):
            self.write(name, (SOURCE / name).read_text())

    @unittest.skipUnless(shutil.which("clang-format"), "no clang-format")
    def test_format(self):
        self.write("src/x.c", "int f(void)\n{\n    return 1;\n}\n")
        self.assertEqual(clang.check_format(self.root), [])
        self.write("src/x.c", "int f(void) { return 1; }\n")
        self.assertNotEqual(clang.check_format(self.root), [])

    def tidy(self, body, with_analyzer=False):
        path = self.write("src/x.c", f"int f(int a)\n{{\n{body}}}\n")
        self.write("compile_commands.json", f'[{{"directory": "{self.root}", "file": "{path}", '
                                            f'"command": "cc -c {path}"}}]')
        return clang.check_tidy(self.root, self.root, with_analyzer)

    @unittest.skipUnless(shutil.which("clang-tidy"), "no clang-tidy")
    def test_tidy(self):
        self.assertEqual(self.tidy("    return a;\n"), [])
        self.assertEqual(len(self.tidy("    if (a);\n    return a;\n")), 1)
        divides = "    int zero = 0;\n    return a / zero;\n"
        self.assertEqual(self.tidy(divides), [])
        self.assertEqual(len(self.tidy(divides, with_analyzer=True)), 1)


class Cppcheck(Tree):
    @unittest.skipUnless(cppcheck.TOOL, "no cppcheck")
    def test_cppcheck(self):
        self.write("src/x.c", "int f(void)\n{\n    int a[2] = {1, 2};\n    return a[1];\n}\n")
        self.assertEqual(cppcheck.check(self.root), [])
        self.write("src/x.c", "int f(void)\n{\n    int a[2] = {1, 2};\n    return a[2];\n}\n")
        self.assertEqual(len(cppcheck.check(self.root)), 1)


class Hardening(Tree):
    HARD = ["-O2", "-fPIE", "-pie", "-fstack-protector-strong", "-U_FORTIFY_SOURCE", "-D_FORTIFY_SOURCE=3", "-Wl,-z,relro", "-Wl,-z,now"]
    TEXT = "#include <string.h>\nint main(int n, char **v)\n{\n    char a[9];\n    memcpy(a, v[0], n);\n    return a[n - 1];\n}\n"

    def problems(self, *flags):
        source = self.write("x.c", self.TEXT)
        subprocess.run([os.environ.get("CC", "cc"), *self.HARD, *flags, "-o", str(self.root / "x"), str(source)], check=True)
        return hardening.check(self.root / "x")

    def test_hardening(self):
        self.assertEqual(self.problems(), [])
        for flags, word in ((["-no-pie", "-fno-PIE"], "independent"), (["-Wl,-z,norelro"], "relro"), (["-Wl,-z,lazy"], "-z now"),
                            (["-Wl,-z,execstack"], "executable"), (["-fno-stack-protector"], "protector"),
                            (["-U_FORTIFY_SOURCE"], "fortified")):
            problems = self.problems(*flags)
            self.assertTrue(any(word in problem for problem in problems), (flags, problems))


class Needs(unittest.TestCase):
    NEEDS = needs.read_needs("""unit.wire.x HERE unit_wire_x
tsan.web.x THREADS unit_web_x
integration.x PROGRAMS ipsla
integration.x HERE relay
lint.text HERE
""")

    def test_no_more_than_needed(self):
        self.assertEqual(needs.needed(["unit.wire.x"], self.NEEDS), {"HERE": ["unit_wire_x"]})
        self.assertEqual(needs.needed(["tsan.web.x"], self.NEEDS), {"THREADS": ["unit_web_x"]})
        self.assertEqual(needs.needed(["lint.text"], self.NEEDS), {})
        self.assertEqual(needs.needed(["integration.x", "unit.wire.x"], self.NEEDS),
                         {"HERE": ["relay", "unit_wire_x"], "PROGRAMS": ["ipsla"]})

    def test_silence_needs_everything(self):
        self.assertEqual(needs.needed(["new.test"], self.NEEDS), {tree: ["all"] for tree in needs.TREES})


class Packages(unittest.TestCase):
    """CMake says which package is missing; it must be one that install-deps.sh installs."""
    NAMED = re.compile(r"^ipsla_package\(\w+ [\w.-]+ ([\w.-]+)\)", re.MULTILINE)

    def test_installed(self):
        script = (SOURCE / "deploy/install-deps.sh").read_text()
        for file in ("CMakeLists.txt", "tests/CMakeLists.txt"):
            named = self.NAMED.findall((SOURCE / file).read_text())
            self.assertTrue(named)
            for package in named:
                self.assertRegex(script, rf"[\s'=]{re.escape(package)}[\s']")

    def test_in_the_debian_package(self):
        control = (SOURCE / "deploy/debian/control").read_text()
        for package in self.NAMED.findall((SOURCE / "CMakeLists.txt").read_text()):
            self.assertRegex(control, rf"\s{re.escape(package)},\n")


if __name__ == "__main__":
    unittest.main(verbosity=2)
