#!/usr/bin/env python3
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""Guard: libcore asks nothing of the world and remembers nothing.

What its objects need from outside must be in the list below: memory, strings, arithmetic, digests. A
socket, clock, thread, source of randomness, stdio stream, event, HTTP or YAML function is not, nor is
whatever nobody thought of. None of its objects may hold a variable at file scope that can change.
"""
import argparse
import pathlib
import re
import subprocess

import tree

ALLOWED = re.compile(
    r"""(malloc|calloc|aligned_alloc|realloc|reallocarray|free|abort|__assert_fail|qsort|bsearch
    |(__)?(memcpy|memmove|memset)(_chk)? |memcmp|memchr|explicit_bzero|__explicit_bzero_chk
    |strlen|strnlen|strcmp|strncmp|strcasecmp|strncasecmp|strchr|strrchr|strstr|strspn|strcspn|strdup|strndup
    |(__isoc\d\d_)?strto(l|ul|ll|ull|d|imax|umax) |__errno_location|__ctype_b_loc|__ctype_to(lower|upper)_loc|tolower|toupper
    |v?snprintf|__v?snprintf_chk |inet_pton|inet_ntop
    |(floor|ceil|trunc|round|lround|llround|rint|lrint|llrint|fabs|fmod|sqrt|pow|exp|exp2|expm1|log|log2|log10|log1p
     |ldexp|frexp|fmin|fmax|hypot)
    |EVP_\w+|PKCS5_PBKDF2_HMAC|HMAC|CRYPTO_memcmp|OpenSSL_version
    |__stack_chk_fail|_GLOBAL_OFFSET_TABLE_)$""", re.VERBOSE)
SANITIZER = re.compile(r"_*(asan|ubsan|tsan|msan|lsan|sanitizer|odr_asan|sancov|start___|stop___)")
CONSTANT_SECTION = re.compile(r"\.(text|rodata|data\.rel\.ro|eh_frame|debug|note|comment)|\*(UND|ABS)\*")


def symbols(nm, archive):
    """Yields (object, name, class, type, section) of each symbol."""
    text = subprocess.run([nm, "--format=sysv", str(archive)], check=True, capture_output=True,
                          text=True).stdout
    member = "?"
    for line in text.splitlines():
        header = re.match(r"(?:Undefined s|S)ymbols from .*\[(.+)\]:$", line)
        if header:
            member = header.group(1)
        fields = [field.strip() for field in line.split("|")]
        if len(fields) == 7 and fields[0] != "Name":
            yield member, fields[0], fields[2], fields[3], fields[6]


def check(nm, archive):
    table = [row for row in symbols(nm, archive) if not SANITIZER.match(row[1])]
    if not table:
        return [f"{archive} has no symbols"]
    defined = {name for _, name, kind, _, _ in table if kind not in "Uwv"}
    problems = []
    for member, name, kind, shape, section in table:
        if kind in "Uwv":
            if name not in defined and not ALLOWED.match(name):
                problems.append(f"{member}: needs {name}, which is not in the list of {__file__}")
        elif shape in ("OBJECT", "TLS") and not CONSTANT_SECTION.match(section):
            problems.append(f"{member}: {name} in {section} is a variable that outlives its function")
    return sorted(set(problems))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("archive", type=pathlib.Path, help="libcore.a")
    parser.add_argument("--nm", default="nm")
    options = parser.parse_args()
    tree.verdict(check(options.nm, options.archive))
