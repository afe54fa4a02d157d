# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Inside the virtual machine: the Debian packages under a real systemd, from a clean machine to a measured target.
systemctl stop ipsla-exporter ipsla-responder 2>/dev/null
rm -rf /usr/local/lib/systemd/system/ipsla-* /usr/local/bin/ipsla* /etc/ipsla /etc/systemd/system/ipsla-exporter.service.d \
    /run/systemd/system/ipsla-exporter.service.d
systemctl daemon-reload
systemctl reset-failed
config=/etc/ipsla/ipsla.yml

check 'the packages are installed' dpkg -i /job/deb/*.deb
check 'the exporter runs' eventually shows ipsla-exporter ActiveState '^active$'
check 'and measures this host' eventually shows ipsla-exporter StatusText '^1 target: 1 measured, 0 fail'
check 'ipsla health says so' ipsla health http://127.0.0.1:10967 --ready # the machine has no /etc/hosts
check 'it starts with the system' systemctl is-enabled ipsla-exporter
check 'the responder does not run' fails systemctl is-active ipsla-responder
check 'and does not start with the system' fails systemctl is-enabled ipsla-responder

echo 'ARGS="--allow=127.0.0.0/8"' >/etc/default/ipsla-responder
check 'it is started by hand' systemctl enable --now ipsla-responder
check 'one line of the configuration is edited' sed -i 's/^  #- {name: first, host: 192.0.2.1}/  - {name: first, host: 127.0.0.1, port: 5001}/' $config # 16384 is the other responder's
check 'a reload takes it' systemctl reload ipsla-exporter
check 'the target is measured' eventually shows ipsla-exporter StatusText '^2 targets: 2 measured, 0 fail'

exporter=$(systemctl show --value --property=MainPID ipsla-exporter)
responder=$(systemctl show --value --property=MainPID ipsla-responder)
check 'they are installed again' dpkg -i --force-confold /job/deb/*.deb
check 'which starts the exporter again' fails test "$exporter" = "$(systemctl show --value --property=MainPID ipsla-exporter)"
check 'and the responder' fails test "$responder" = "$(systemctl show --value --property=MainPID ipsla-responder)"
check 'the target is measured again' eventually shows ipsla-exporter StatusText '^2 targets: 2 measured, 0 fail'
systemctl disable --now ipsla-responder 2>/dev/null
check 'a responder that is off' dpkg -i --force-confold /job/deb/ipsla-responder_*.deb
check 'stays off' fails systemctl is-active ipsla-responder

check 'the exporter is as confined as systemd 252 can say' systemd-analyze security --threshold=16 --no-pager ipsla-exporter
check 'and the responder' systemd-analyze security --threshold=11 --no-pager ipsla-responder
check 'the packages are purged' dpkg --purge ipsla-exporter ipsla-responder ipsla-tools
check 'nothing runs' fails systemctl is-active ipsla-exporter
check 'nothing is left' fails sh -c "find /etc /lib/systemd /usr /var/lib -name '*ipsla*' -not -path '/usr/local/*' | grep ."
