#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# From a fresh clone to measured numbers in one command; see --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)

usage() {
    cat <<'END'
Usage: sh deploy/quickstart.sh [--build-only] [--bin DIR] [--web-port N] [--responder-port N]
Installs what building needs (Debian; root or sudo), builds into build/release, and runs ipsla_exporter
in the foreground with config/quickstart.yml: a responder on loopback and four targets that measure it, of which
one is clean, one loses packets, the delay of one varies, and one is sometimes down.
Ctrl-C ends it.

  --build-only        stop after the build
  --bin DIR           run the programs in DIR instead of building them
  --web-port N        TCP port of the page and the metrics (default 10967)
  --responder-port N  UDP port on which the responder takes control requests (default 1967)
  --help              show this text
END
}

refuse() {
    echo "quickstart.sh: $1" >&2
    exit 2
}

build_only=false
bin=$root/build/release/bin
is_built=false
web_port=10967
responder_port=1967
while [ $# -gt 0 ]; do
    flag=$1
    shift
    case $flag in
    --*=*)
        set -- "${flag#*=}" "$@"
        flag=${flag%%=*}
        ;;
    esac
    case $flag in
    --build-only) build_only=true ;;
    -h | --help) usage && exit 0 ;;
    --bin | --web-port | --responder-port)
        [ $# -gt 0 ] || refuse "$flag needs a value (see --help)"
        case $flag in
        --bin) bin=$1 is_built=true ;;
        --web-port) web_port=$1 ;;
        --responder-port) responder_port=$1 ;;
        esac
        shift
        ;;
    *) refuse "unknown argument $flag (see --help)" ;;
    esac
done

# check_port FLAG VALUE
check_port() {
    case $2 in
    '' | *[!0-9]*) refuse "$1 is a port from 1 to 65535, not $2" ;;
    esac
    [ "$2" -ge 1 ] && [ "$2" -le 65535 ] || refuse "$1 is a port from 1 to 65535, not $2"
}
check_port --web-port "$web_port"
check_port --responder-port "$responder_port"

# is_taken tcp|udp PORT: somebody listens there.
is_taken() {
    cat "/proc/net/$1" "/proc/net/${1}6" 2>/dev/null |
        awk -v protocol="$1" -v port="$(printf %04X "$2")" '
            $2 ~ ":" port "$" && (protocol == "udp" || $4 == "0A") { found = 1 }
            END { exit !found }'
}

if ! $is_built; then
    echo '[1/3] Packages that building needs'
    sh "$root/deploy/install-deps.sh"
    echo '[2/3] Build into build/release'
    sh "$root/deploy/build.sh" release
fi
if $build_only; then
    echo "Built: ipsla_exporter, ipsla_responder and ipsla in $bin"
    exit 0
fi

! is_taken tcp "$web_port" ||
    refuse "TCP port $web_port is in use (another exporter?); --web-port N takes another one"
! is_taken udp "$responder_port" ||
    refuse "UDP port $responder_port is in use (another responder?); --responder-port N takes another one"

echo '[3/3] Run ipsla_exporter with config/quickstart.yml; Ctrl-C ends it'
config=$(mktemp)
trap 'rm -f "$config"' EXIT
sed -e "s/127\.0\.0\.1:1967/127.0.0.1:$responder_port/" -e "s/port: 1967/port: $responder_port/" \
    "$root/config/quickstart.yml" >"$config"
"$bin/ipsla_exporter" --config.file="$config" --web.listen-address=":$web_port" &
exporter=$!
trap 'kill "$exporter" 2>/dev/null' INT TERM
while kill -0 "$exporter" 2>/dev/null && ! is_taken tcp "$web_port"; do
    sleep 0.1
done
if kill -0 "$exporter" 2>/dev/null; then
    cat <<END
      page     http://localhost:$web_port/
      metrics  http://localhost:$web_port/metrics
      by hand  $bin/ipsla probe 127.0.0.1 --control-port $responder_port
END
fi
# A signal ends the first wait; the second one gets the status of the exporter.
status=0
wait "$exporter" || status=$?
if kill -0 "$exporter" 2>/dev/null; then
    status=0
    wait "$exporter" || status=$?
fi
exit "$status"
