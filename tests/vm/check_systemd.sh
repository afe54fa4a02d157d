# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine: the shipped units under a real systemd, as `cmake --install` leaves them.
config=/etc/ipsla/ipsla.yml
dropins=/etc/systemd/system/ipsla-exporter.service.d
mkdir -p $dropins

check 'the unit starts as it was installed' systemctl start ipsla-exporter
check 'and measures this host' eventually shows ipsla-exporter StatusText '^1 target: 1 measured, 0 fail'
cp /usr/local/share/doc/ipsla-exporter/quickstart.yml $config
cp $config /tmp/good.yml
check 'another configuration is loaded' systemctl reload ipsla-exporter
check 'its status says what is measured' eventually shows ipsla-exporter StatusText '^4 targets: 4 measured, 0 fail'
check 'it may ask for the state of the clock' metric '^ipsla_exporter_clock_synchronized [01]$'
check 'and knows how far it may be off' metric '^ipsla_exporter_clock_maximum_error_seconds [0-9.e+-]+$'
check 'it never said that it may not' fails says ipsla-exporter 'does not tell about its clock'

echo nonsense >$config
check 'a reload of a broken file fails' fails systemctl reload ipsla-exporter
check 'the finding is an error of the journal' says ipsla-exporter 'ipsla.yml:1:1: ' --priority=err
check 'what ran before runs on' shows ipsla-exporter StatusText '4 measured'
cp /tmp/good.yml $config
check 'a reload of a good file succeeds' systemctl reload ipsla-exporter
check 'lines that are no trouble are none' fails says ipsla-exporter 'level=info' --priority=warning

printf 'a-secret\n' >/etc/ipsla/key7.secret
chmod 600 /etc/ipsla/key7.secret
cat >$config <<'END'
keys: [{id: 7, algorithm: hmac-sha256, secret_file: key7.secret}]
responder: {listen: ['127.0.0.1:1967', '127.0.0.1:1167'], keys: [7]}
targets:
  - {name: signed, host: 127.0.0.1, port: 5001, frequency: 2s, timeout: 1s, control: {version: 2, key: 7}}
  - {name: ping, host: 127.0.0.1, frequency: 2s, timeout: 1s, operation: icmp-echo}
END
check 'a secret of root alone cannot be read' fails systemctl reload ipsla-exporter
printf '[Service]\nLoadCredential=key7.secret:/etc/ipsla/key7.secret\n' >$dropins/key7.conf
cp /usr/local/share/doc/ipsla-exporter/icmp.conf $dropins/
systemctl daemon-reload
check 'as a credential it can' systemctl restart ipsla-exporter
check 'signed requests and pings are answered' eventually shows ipsla-exporter StatusText '^2 targets: 2 measured'
check 'the check of a reload has the credential too' systemctl reload ipsla-exporter
check 'without any finding' fails says ipsla-exporter 'readable|can be read by every' --priority=warning

echo nonsense >$config
systemctl stop ipsla-exporter
check 'a start with a broken file fails' fails systemctl start ipsla-exporter
check 'at once and for good' shows ipsla-exporter ActiveState '^failed$'
check 'and is not tried again' shows ipsla-exporter NRestarts '^0$'

python3 -c "
import socket, time
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(('0.0.0.0', 1967))
time.sleep(600)" &
taken=$!
check 'another program has the port' eventually sh -c 'ss -Huln sport = :1967 | grep .'
check 'the start of a responder that cannot listen fails' fails systemctl start ipsla-responder
kill $taken
check 'it is started again when it can' eventually shows ipsla-responder ActiveState '^active$'
systemctl stop ipsla-responder

rm -r $dropins
mkdir -p /run/systemd/system/ipsla-exporter.service.d
printf '[Service]\nWatchdogSec=4s\nRestartSec=100ms\n' >/run/systemd/system/ipsla-exporter.service.d/watchdog.conf
cp /tmp/good.yml $config
systemctl daemon-reload
systemctl reset-failed ipsla-exporter
check 'with a watchdog it starts' systemctl start ipsla-exporter
check 'and measures' eventually shows ipsla-exporter StatusText '4 measured'
check 'without a restart' shows ipsla-exporter NRestarts '^0$'
kill -STOP "$(systemctl show --value --property=MainPID ipsla-exporter)"
check 'one that stands still is started again' eventually shows ipsla-exporter NRestarts '^[1-9]'
check 'and measures again' eventually shows ipsla-exporter StatusText '4 measured'
systemctl stop ipsla-exporter
