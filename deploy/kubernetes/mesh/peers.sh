# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Writes the other nodes as targets, whenever they have changed. SERVICE is a headless service, whose name has the address
# of each node; NODE_IP and NODE_NAME are this node's. The same image has all that this needs. With ONCE it does so once.
set -eu
file=${TARGETS:-/targets}/peers.json

list() {
    getent ahostsv4 "$SERVICE" | awk -v own="$NODE_IP" -v name="$NODE_NAME" '
        $2 == "STREAM" && $1 != own && !seen[$1]++ {
            printf "%s{\"targets\": [\"%s\"], \"labels\": {\"node\": \"%s\", \"peer\": \"%s\"}}", comma, $1, name, $1
            comma = ",\n "
        }
        BEGIN { printf "[" }
        END { print "]" }'
}

while :; do
    # A name that cannot be asked for now leaves the targets as they are.
    if list >"$file.new" && { [ -s "$file" ] || [ -n "${ONCE-}" ] || [ "$(cat "$file.new")" != '[]' ]; }; then
        if cmp -s "$file.new" "$file"; then
            rm "$file.new"
        else
            mv "$file.new" "$file"
        fi
    fi
    [ -z "${ONCE-}" ] || exit 0
    sleep 30
done
