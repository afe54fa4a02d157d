# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Completion of ipsla for fish. The program says what it knows: its words in the usage, its flags in --help.

function __ipsla_words
    ipsla --help 2>/dev/null | sed -n 's/^Usage: ipsla //p' | sed 's/ | /\n/g' | cut -d ' ' -f 1
end

function __ipsla_flags
    set -l given (commandline -opc)
    ipsla $given[2] --help 2>/dev/null | sed -n '/^  --/p' | grep -o -- '--[a-z][a-z0-9.-]*=\{0,1\}'
end

complete -c ipsla -n 'test (count (commandline -opc)) -eq 1' -f -a '(__ipsla_words)'
complete -c ipsla -n 'test (count (commandline -opc)) -gt 1; and string match -q -- "-*" (commandline -ct)' -f -a '(__ipsla_flags)'
