# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine: VRFs of a real kernel. This host has the address 192.0.2.1 in the VRFs red and blue and outside of
# both, and in each of the three a neighbour (a network namespace) with one and the same address.
systemctl stop ipsla-responder ipsla-exporter 2>/dev/null

neighbour() { # neighbour NAME [VRF]
    ip netns add "$1"
    ip link add "to-$1" type veth peer name link0 netns "$1"
    [ $# -lt 2 ] || ip link set "to-$1" master "$2"
    ip addr add 192.0.2.1/24 dev "to-$1"
    ip link set "to-$1" up
    ip netns exec "$1" sh -c 'ip link set lo up; ip addr add 192.0.2.2/24 dev link0; ip link set link0 up'
}
for vrf in red:10 blue:11; do
    ip link add "${vrf%:*}" type vrf table "${vrf#*:}"
    ip link set "${vrf%:*}" up
done
neighbour in-red red
neighbour in-blue blue
neighbour outside

link_local() { # link_local NAMESPACE DEVICE: its link-local address, once it may be used
    eventually ip netns exec "$1" sh -c "! ip -6 addr show dev $2 tentative | grep -q fe80 && ip -6 addr show dev $2 | grep -q fe80"
    ip netns exec "$1" ip -6 addr show dev "$2" | sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p'
}
near() { # near DEVICE: the same for this host
    eventually sh -c "! ip -6 addr show dev $1 tentative | grep -q fe80 && ip -6 addr show dev $1 | grep -q fe80"
    ip -6 addr show dev "$1" | sed -n 's/.*inet6 \(fe80[^/]*\).*/\1/p'
}
listens() { # listens NAMESPACE: somebody has UDP 1967 there
    ip netns exec "$1" ss -Huln 'sport = :1967' | grep .
}
probe_from() { # probe_from NAMESPACE ARGUMENT...
    namespace=$1
    shift
    ip netns exec "$namespace" ipsla probe "$@" --control-timeout=1s --control-retries=2 --timeout=2s
}
datagrams_to() { # datagrams_to NAMESPACE: that came there for UDP, taken or not
    ip netns exec "$1" awk '/^Udp: [0-9]/ {print $2 + $3 + $4}' /proc/net/snmp
}

# A responder behind each link; it is asked by its link-local address and by its IPv4 address.
ip netns exec in-red ipsla_responder --allow=fe80::/10 --allow=192.0.2.0/24 --listen-address=1967 \
    --listen-address='[::]:1967' 2>/dev/null &
far=$!
check 'a responder in red' eventually listens in-red
there=$(link_local in-red link0)
check 'a link-local target in a VRF, by its address alone' ipsla probe "$there%to-in-red"
check 'the same with its interface' ipsla probe "$there%to-in-red" --interface=to-in-red
check 'the same with its VRF' ipsla probe "$there%to-in-red" --vrf=red
check 'the same by udp-echo' ipsla probe "$there%to-in-red" --operation=udp-echo
check 'the same by tcp-connect' ipsla probe "$there%to-in-red" --operation=tcp-connect
check 'the same by icmp-echo' ipsla probe "$there%to-in-red" --operation=icmp-echo
check 'an IPv4 target in a VRF' ipsla probe 192.0.2.2 --vrf=red
check 'which is none outside' fails ipsla probe 192.0.2.2 --control-timeout=500ms --control-retries=1

# One source port in two VRFs.
ip netns exec in-blue ipsla_responder --listen-address=1967 2>/dev/null &
far_blue=$!
check 'a responder in blue' eventually listens in-blue
cat >/tmp/two.yml <<'END'
defaults: {frequency: 1s, timeout: 500ms, operation: udp-echo, source_port: 20000}
targets:
  - {name: a, host: 192.0.2.2, port: 5001, vrf: red}
  - {name: b, host: 192.0.2.2, port: 5001, vrf: blue}
END
ipsla_exporter --config.file=/tmp/two.yml 2>/tmp/two.log &
exporter=$!
measured() { # measured TARGET
    metric "^ipsla_operation_success\\{target=\"$1\"\\} 1"
}
check 'one source port is measured in red' eventually measured a
check 'and in blue' eventually measured b
kill $exporter $far $far_blue
wait $exporter $far $far_blue

# A responder here that serves the default VRF, where the kernel hands it what comes through the others.
sysctl -qw net.ipv4.udp_l3mdev_accept=1 net.ipv4.tcp_l3mdev_accept=1
ipsla_responder --listen-address=1967 --listen-address='[::]:1967' 2>/tmp/responder.log &
responder=$!
check 'a responder of the default VRF' eventually sh -c 'ss -Huln sport = :1967 | grep .'
check 'answers outside' probe_from outside 192.0.2.1
before=$(datagrams_to outside)
check 'does not answer into red' fails probe_from in-red 192.0.2.1
check 'sends nothing outside instead' [ "$(datagrams_to outside)" = "$before" ]
here=$(near to-in-red)
check 'does not answer link-local into red' fails probe_from in-red "$here%link0"
kill -USR1 $responder
check 'and counts what it ignores' eventually grep -E 'dropped="?other_vrf=[1-9]' /tmp/responder.log
kill $responder
wait $responder

# One that serves red, as an ordinary user.
for accepts in 1 0; do
    sysctl -qw net.ipv4.udp_l3mdev_accept=$accepts net.ipv4.tcp_l3mdev_accept=$accepts
    setpriv --reuid=nobody --regid=nogroup --clear-groups ipsla_responder --vrf=red --allow=192.0.2.0/24 --allow=fe80::/10 \
        --listen-address=1967 --listen-address='[::]:1967' 2>/tmp/responder.log &
    responder=$!
    check "a responder of red (l3mdev_accept $accepts)" eventually sh -c 'ss -Huln sport = :1967 | grep .'
    for operation in udp-jitter udp-echo tcp-connect; do
        check "answers $operation in red" probe_from in-red 192.0.2.1 --operation=$operation
        check "link-local $operation too" probe_from in-red "$here%link0" --operation=$operation
    done
    check 'is not there for blue' fails probe_from in-blue 192.0.2.1
    check 'nor outside' fails probe_from outside 192.0.2.1
    kill $responder
    wait $responder
done
