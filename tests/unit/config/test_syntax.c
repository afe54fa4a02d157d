/* SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
 * SPDX-License-Identifier: Apache-2.0 */
/* Files that are no YAML, as people write them: place, what is wrong, what to write instead. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "unit/config/judge.h"

static const struct wrong_input broken[] = {
    {"targets:\n"
     "\t- name: a\n",
     "f:2:1: a tab is used for indentation; use spaces\n"},
    {"targets:\n"
     "  - name: a\n"
     "\t  host: b\n",
     "f:3:1: a tab is used for indentation; use spaces\n"},
    {"targets:\n"
     "  - name: a: b\n",
     "f:2:11: a text with ': ' in it must be quoted: 'a: b'\n"},
    {"targets:\n"
     "  - name:a\n"
     "    host: b\n",
     "f:2:9: write a space after ':', as in 'name: value'\n"},
    {"targets:\n"
     "  -name: a\n"
     "   host: b\n",
     "f:2:3: write a space after '-', as in '- name: value'\n"},
    {"targets:\n"
     "  - name: a\n"
     "    host:b\n"
     "    port: 5\n",
     "f:3:9: write a space after ':', as in 'name: value'\n"},
    {"targets:\n"
     "  - name: a\n"
     "   host: b\n",
     "f:3:4: this line is indented by 3, the keys of the entry on line 2 by 4; keys of one mapping "
     "begin in the same column\n"},
    {"targets:\n"
     "  - name: a\n"
     "      host: b\n",
     "f:3:7: this line is indented by 6, the keys of the entry on line 2 by 4; keys of one mapping "
     "begin in the same column\n"},
    {"targets:\n"
     "  - {name: a, host: ::1, port: 5}\n",
     "f:2:21: a text that begins with ':' must be quoted here: '::1'\n"},
    {"responder: {allow:[10.0.0.0/8]}\n", "f:1:18: write a space after ':', as in 'name: value'\n"},
    {"targets:\n"
     "  - name: \"a\n"
     "    host: b\n"
     "    port: 5\n",
     "f:2:11: the quote opened here is never closed; write \" behind the text too\n"},
    {"targets:\n"
     "  - name: 'a\n"
     "    host: b\n"
     "    tag: 'x'\n",
     "f:2:11: the quote opened here is closed on line 4 only; write ' behind the text too\n"},
    {"targets: [{name: a, host: b\n", "f:1:11: the '{' opened here is never closed; write '}'\n"},
    {"targets: [{name: a, host: b, port: 5]\n",
     "f:1:37: the '{' of line 1, column 11 is closed by ']'; write '}'\n"},
    {"targets:\n"
     "  - {name: a host: b}\n",
     "f:2:18: no ',' stands between two entries; write ',' here, or '}' to end\n"},
    {"targets:\n"
     "  - {name: a, host: b\n"
     "  - {name: c, host: d}\n",
     "f:2:5: the '{' opened here is not closed before line 3; write '}'\n"},
    {"responder: {}\n"
     "}\n",
     "f:2:1: no '{' opened what this '}' closes; remove it\n"},
    {"targets:\n"
     "  - name: a\n"
     "  host: b\n",
     "f:3:3: this line is indented by 2, the keys of the entry on line 2 by 4; keys of one mapping "
     "begin in the same column\n"},
    {"targets:\n"
     "  - name: a\n"
     "    host\n"
     "    port: 5\n",
     "f:3:5: no ':' follows 'host'; write 'name: value'\n"},
    {"targets: - name: a\n",
     "f:1:10: a list begins on the line below its key, or stands in brackets: [a, b]\n"},
    {"targets:\n"
     "  - name: @a\n",
     "f:2:11: a text cannot begin with '@'; quote it: '@a'\n"},
    {"targets:\n"
     "  - name: `a`\n",
     "f:2:11: a text cannot begin with '`'; quote it: '`a`'\n"},
    {"targets:\n"
     "  - name: *a\n"
     "    host: *.example.net\n",
     "f:2:11: targets[0].name: anchors and aliases (&name, *name) are not supported; write the "
     "value itself, and what targets share under defaults or in a module\n"
     "f:3:11: a text cannot begin with '*'; quote it: '*.example.net'\n"},
    {"targets:\n"
     "  - name: &\n",
     "f:2:11: a text cannot begin with '&'; quote it: '&'\n"},
    {"targets:\n"
     "  - name: \"a\\d\"\n",
     "f:2:13: a \\ within double quotes begins an escape, and this is none; write \\\\ or use "
     "single quotes\n"},
    {"targets:\n"
     "  - name: \"a\\xzz\"\n",
     "f:2:15: a \\ within double quotes begins an escape, and this is none; write \\\\ or use "
     "single quotes\n"},
    {"targets:\n"
     "  - name: %a\n"
     "    host: 100%\n",
     "f:2:11: a text cannot begin with '%'; quote it: '%a'\n"},
    {"%foo\n"
     "a: b\n",
     "f:1:1: a text cannot begin with '%'; quote it: '%foo'\n"},
    {"responder:\n"
     "  allow: [10.0.0.0/8, , 1.1.1.1]\n",
     "f:2:23: nothing stands before this ','; remove it\n"},
    {"responder:\n"
     "  allow: [10.0.0.0/8,, 1.1.1.1]\n",
     "f:2:22: nothing stands before this ','; remove it\n"},
    {"responder:\n"
     "  allow: ]\n",
     "f:2:10: no '[' opened what this ']' closes; remove it\n"},
    {"responder: {}\n"
     "defaults:\n"
     "  frequency: 30s\n"
     " timeout: 5s\n",
     "f:4:2: this line is indented by 1, the key on line 3 by 2; keys of one mapping begin in the "
     "same column\n"},
    {"defaults:\n"
     "    frequency: 30s\n"
     "  timeout: 5s\n"
     "responder: {}\n",
     "f:3:3: this line is indented by 2, the key on line 2 by 4; keys of one mapping begin in the "
     "same column\n"},
    {"  responder: {}\n"
     "targets: []\n",
     "f:2:1: this line is indented by 0, the key on line 1 by 2; keys of one mapping begin in the "
     "same column\n"},
    {"defaults:\n"
     "  tag: |\n"
     "  a\n"
     "\tb\n"
     "responder: {}\n",
     "f:4:1: a tab is used for indentation; use spaces\n"},
    {"a: ? b\n", "f:1:4: a text cannot begin with '?'; quote it: '?'\n"},
    {"defaults:\n"
     "  tag: 'it's'\n"
     "responder: {}\n",
     "f:2:12: text follows a closing quote; write '' within a text, or quote all of it\n"},
    {"defaults:\n"
     "  tag: \"a\" b\n"
     "responder: {}\n",
     "f:2:12: text follows a closing quote; write \\\" within a text, or quote all of it\n"},
    {"defaults:\n"
     "  tag: a #b\n"
     "  owner: >x\n",
     "f:3:10: '|' and '>' begin a text of several lines; quote a text that begins with one\n"},
    {"defaults:\n"
     "  frequency 30s\n"
     "  timeout: 5s\n",
     "f:2:3: no ':' follows 'frequency'; write 'name: value'\n"},
    {"defaults:\n"
     "  frequency= 30s\n"
     "  timeout: 5s\n",
     "f:2:3: no ':' follows 'frequency'; write 'name: value'\n"},
    {"key: value\n"
     "- item\n",
     "f:2:1: a list entry beside the key on line 1; a list stands below a key of its own\n"},
    {"hello\n"
     "targets: []\n",
     "f:1:1: no ':' follows 'hello'; write 'name: value'\n"},
    {"targets:\n"
     "  - name: a\n"
     "    labels: {site: paris\n"
     "    port: 5\n",
     "f:3:13: the '{' opened here is not closed before line 4; write '}'\n"},
    {"targets:\n"
     "  - name: a\n"
     "    host: b\n"
     "\tport: 5\n",
     "f:4:1: a tab is used for indentation; use spaces\n"},
    {"responder: {}\n"
     "...\n"
     "targets: []\n",
     "f:3:1: only one document is allowed in a file; remove what follows its end\n"},
    {"\"a\": \"b\n"
     "c: d\n",
     "f:1:6: the quote opened here is never closed; write \" behind the text too\n"},
    {"responder: {} # gr\xfc\xdf"
     "e\n",
     "f:1:19: the byte 0xfc is not UTF-8; save the file as UTF-8\n"},
    {"# caf\xc3\xa9\n"
     "responder: {} # \xfc\n",
     "f:2:17: the byte 0xfc is not UTF-8; save the file as UTF-8\n"},
    {"\xff\xfer", "f:1:1: the file is UTF-16; save it as UTF-8\n"},
    {"responder: {} # a\xc2\x85\n",
     "f:1:18: the character U+0085 ends a line for YAML, but in no editor; remove it\n"},
    {"# a\xe2\x80\xa8"
     "b\n"
     "responder: {}\n",
     "f:1:4: the character U+2028 ends a line for YAML, but in no editor; remove it\n"},
    {"# a\xe2\x80\xa9"
     "b\n"
     "responder: {}\n",
     "f:1:4: the character U+2029 ends a line for YAML, but in no editor; remove it\n"},
    {"responder: {}\rtargets: []\n",
     "f:1:14: a line ends with CR alone; save the file with LF or CRLF line ends\n"},
    {"responder: {}\n"
     "\x1b[0m\n",
     "f:2:1: the control character U+001B is not allowed; remove it\n"},
    {"responder: {} # \xed\xa0\x80\n",
     "f:1:17: the byte 0xed is not UTF-8; save the file as UTF-8\n"},
    {"responder: {} # \xc3", "f:1:17: the byte 0xc3 is not UTF-8; save the file as UTF-8\n"},
    {"responder: {} # \xef\xbf\xbf\n",
     "f:1:17: the control character U+FFFF is not allowed; remove it\n"},
    {"responder: {} # \x7f\n", "f:1:17: the control character U+007F is not allowed; remove it\n"},
    {"responder: {} # \xc2\x9b\n",
     "f:1:17: the control character U+009B is not allowed; remove it\n"},
    {"targets:\r\n"
     "  - name: a\r\n"
     "   host: b\r\n",
     "f:3:4: this line is indented by 3, the keys of the entry on line 2 by 4; keys of one mapping "
     "begin in the same column\n"},
    {"targets:\n"
     "  - name: a\n"
     "\n"
     "    # here\n"
     "   host: b\n",
     "f:5:4: this line is indented by 3, the keys of the entry on line 2 by 4; keys of one mapping "
     "begin in the same column\n"},
    {"# caf\xc3\xa9\n"
     "targets:\n"
     "  - name: \xc3\xa9: b\n",
     "f:3:10: a text with ': ' in it must be quoted: '\xc3\xa9: b'\n"},
    {"responder: [a\n", "f:1:12: the '[' opened here is never closed; write ']'\n"},
    {"responder: {allow: [10.0.0.0/8}\n",
     "f:1:31: the '[' of line 1, column 20 is closed by '}'; write ']'\n"},
    {"responder:\n"
     "  allow: [10.0.0.0/8\n"
     "  listen: [1967]\n",
     "f:2:10: the '[' opened here is not closed before line 3; write ']'\n"},
    {"targets:\n"
     "- name: 'a' 'b'\n",
     "f:2:13: text follows a closing quote; write '' within a text, or quote all of it\n"},
    {"targets:\n"
     "- name: \"say \"hi\"\"\n",
     "f:2:15: text follows a closing quote; write \\\" within a text, or quote all of it\n"},
    {"responder: {}\n"
     "]\n",
     "f:2:1: no '[' opened what this ']' closes; remove it\n"},
    {"responder:\n"
     "  allow:\n"
     "  - a\n"
     " - b\n",
     "f:4:2: this entry is indented by 1, the one on line 3 by 2; entries of one list begin in the "
     "same column\n"},
    {"targets:\n"
     "- name: a\n"
     "  labels:\n"
     "    site: b\n"
     "   role: c\n",
     "f:5:4: this line is indented by 3, the key on line 4 by 4; keys of one mapping begin in the "
     "same column\n"},
    {"responder: {reply: 'long}\n",
     "f:1:20: the quote opened here is never closed; write ' behind the text too\n"},
    {"- : -\n", "f:1:3: a key is due here; write 'name: value'\n"},
    {"targets:\n"
     "  - name: a\n"
     "    tag: | x\n",
     "f:3:10: '|' and '>' begin a text of several lines; quote a text that begins with one\n"},
    {"responder: {}\n"
     "--- \n"
     "responder: {}\n",
     "f:2:1: only one document is allowed in a file; remove what follows\n"},
    {"responder: {a: !!map}\n", "f:1:16: a text cannot begin with '!'; quote it: '!!map'\n"},
    {"responder: {a: *}\n", "f:1:16: a text cannot begin with '*'; quote it: '*'\n"},
    {"responder:{}\n",
     "f:1:1: this is a single value; write a space after ':', as in 'name: value'\n"},
    {"targets:\n"
     "-name: a\n",
     "f:1:9: targets: the value is missing; write targets: [{name: a, host: 192.0.2.1}]\n"
     "f:2:1: -name: unknown key; write a space after '-', as in '- name: ...'\n"},
    {"targets:\n"
     "- {name: a, host: 10.0.0.1 port: 5}\n",
     "f:2:32: no ',' stands between two entries; write ',' here, or '}' to end\n"},
    {"targets:\n"
     "- name: a\n"
     "\thost: b\n",
     "f:3:1: a tab is used for indentation; use spaces\n"},
};

static void what_is_no_yaml_is_explained(void **state)
{
    (void)state;
    JUDGE(broken);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_no_yaml_is_explained),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
