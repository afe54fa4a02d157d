# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine: what the checks share, and their order. Its last line is "all ok" or "failed".
failed=0
patience=20

# check WHAT COMMAND...: succeeds; said in one line, and what the command said when it fails.
check() {
    what=$1
    shift
    if "$@" >/tmp/said 2>&1; then
        echo "ok: $what"
    else
        echo "FAILED: $what ($*)"
        tail -n 15 /tmp/said
        failed=1
    fi
}

fails() {
    ! "$@"
}

# eventually COMMAND...: succeeds within patience.
eventually() {
    end=$(($(date +%s) + patience))
    until "$@"; do
        [ "$(date +%s)" -lt "$end" ] || return 1
        sleep 0.2
    done
}

# shows UNIT PROPERTY PATTERN: systemd says so.
shows() {
    systemctl show --value --property="$2" "$1" | grep -E -- "$3"
}

# says UNIT PATTERN [ARGUMENT...]: a line of its journal, as journalctl with those arguments shows it.
says() {
    unit=$1 pattern=$2
    shift 2
    journalctl --unit="$unit" --output=cat --no-pager "$@" | grep -E -- "$pattern"
}

metric() {
    curl -s http://localhost:10967/metrics | grep -E -- "$1"
}

cd /job || exit 1
for subject in $(cat subjects); do
    echo "== $subject"
    # shellcheck disable=SC1090 # one of those beside
    . "./check_$subject.sh"
done
[ $failed -eq 0 ] && echo 'all ok' || echo failed
