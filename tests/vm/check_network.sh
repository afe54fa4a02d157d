# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine: a path whose delay and loss the kernel makes (netem), by direction; stamps of the kernel behind
# a fair queue (fq); and a packet filter before the responder (deploy/nftables). This host is 192.0.2.1; 198.51.100.2 is
# beyond a router, both are network namespaces.
systemctl stop ipsla-responder ipsla-exporter 2>/dev/null
modprobe sch_netem
modprobe sch_fq

ip netns add router
ip netns add beyond
ip link add to-router type veth peer name to-near netns router
ip -n router link add to-far type veth peer name link0 netns beyond
ip addr add 192.0.2.1/24 dev to-router
ip link set to-router up
ip -n router addr add 192.0.2.254/24 dev to-near
ip -n router addr add 198.51.100.254/24 dev to-far
ip -n router link set to-near up
ip -n router link set to-far up
ip netns exec router sysctl -qw net.ipv4.ip_forward=1
ip -n beyond addr add 198.51.100.2/24 dev link0
ip -n beyond link set lo up
ip -n beyond link set link0 up
ip -n beyond route add default via 198.51.100.254
ip route add 198.51.100.0/24 via 192.0.2.254

ip netns exec beyond ipsla_responder 2>/dev/null &
far=$!
check 'a responder beyond the router' eventually sh -c 'ip netns exec beyond ss -Huln "sport = :1967" | grep .'

# result EXPRESSION ARGUMENT...: it holds for r, the result of a probe as JSON.
result() {
    expression=$1
    shift
    ipsla probe 198.51.100.2 --output=json --timeout=2s "$@" >/tmp/result.json
    cat /tmp/result.json
    python3 -c "import json; r = json.load(open('/tmp/result.json')); exit(not ($expression))"
}
check 'it answers' eventually result 'r["packets"]["received"] == 10'
check 'by stamps of the kernel' result 'r["timestamps"] == {"tx": "kernel", "rx": "kernel"}'

tc -n router qdisc add dev to-far root netem delay 60ms
tc -n router qdisc add dev to-near root netem delay 20ms
check 'delays add up, and no more' result '0.080 <= r["rtt_seconds"]["min"] < 0.110' --interval=50ms
check 'the jitter of an even path is small' result \
    'r["jitter_seconds"]["sd"]["avg"] < 0.010 and r["jitter_seconds"]["ds"]["avg"] < 0.010' --interval=50ms

tc -n router qdisc change dev to-far root netem delay 60ms 30ms
check 'jitter shows in the direction that has it' eventually result \
    'r["jitter_seconds"]["sd"]["avg"] > 2 * r["jitter_seconds"]["ds"]["avg"]' --interval=100ms --num-packets=30

tc -n router qdisc change dev to-far root netem loss 30%
tc -n router qdisc change dev to-near root netem delay 0ms
check 'loss on the way there is told as that' result \
    'r["packets"]["lost"]["sd"] > 0 and r["packets"]["lost"]["ds"] == 0' --num-packets=100 --control-retries=5
tc -n router qdisc change dev to-far root netem delay 0ms
tc -n router qdisc change dev to-near root netem loss 30%
check 'loss on the way back, too' result \
    'r["packets"]["lost"]["ds"] > 0 and r["packets"]["lost"]["sd"] == 0' --num-packets=100 --control-retries=5
tc -n router qdisc del dev to-far root
tc -n router qdisc del dev to-near root

tc qdisc add dev to-router root fq
check 'behind a fair queue nothing is lost or late' result \
    'r["packets"]["received"] == 100 and r["timestamps"]["tx"] == "kernel"' --num-packets=100

# The rules as they are shipped, with the sender allowed and not.
rules=/usr/local/share/doc/ipsla-exporter/responder.nft
check 'the filter is loaded' ip netns exec beyond nft -f $rules
check 'an allowed sender is answered' result 'r["outcome"] == "ok"'
sed 's|192.0.2.0/24|203.0.113.0/24|' $rules >/tmp/other.nft
check 'other rules take their place' ip netns exec beyond nft -f /tmp/other.nft
check 'another is not' result 'r["outcome"] == "no_connection"' --control-timeout=500ms --control-retries=1
check 'and what it asked is counted' sh -c \
    'ip netns exec beyond nft list table inet ipsla | grep -E "counter packets [1-9]"'
kill $far
wait $far
