#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# See --help.
set -eu

root=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd -P)
work=$root/build/kubernetes
kustomize=sigs.k8s.io/kustomize/kustomize/v5@v5.8.2
validate=kubernetes-validate==1.37.0
operator=github.com/prometheus-operator/prometheus-operator@v0.90.1

usage() {
    cat <<'END'
Usage: sh tests/kubernetes.sh
Builds each set of deploy/kubernetes with kustomize and holds the result against the schemas of Kubernetes 1.28 and 1.37 and,
for ServiceMonitor, PodMonitor and PrometheusRule, of the Prometheus operator, with unknown keys refused. No cluster is
needed. Needs go, python3 with venv and a network for their packages; keeps them in build/kubernetes. The resources of the
operator of VictoriaMetrics are built, but not validated: no schema of theirs is to be had.
END
}

case ${1-} in
-h | --help) usage && exit 0 ;;
esac
for program in go python3; do
    command -v "$program" >/dev/null || { echo "skipped: $program is not installed" && exit 77; }
done

mkdir -p "$work"
export GOBIN="$work/bin" GOFLAGS=-modcacherw GOPATH="$work/go"
[ -x "$work/bin/kustomize" ] || go install "$kustomize"
[ -x "$work/venv/bin/kubernetes-validate" ] || { python3 -m venv "$work/venv" && "$work/venv/bin/pip" install -q "$validate" pyyaml; }
crds=$(go mod download -json "$operator" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/example/prometheus-operator-crd

for set in single sharded mesh monitoring; do
    "$work/bin/kustomize" build "$root/deploy/kubernetes/$set" >"$work/$set.yaml"
    for version in 1.28 1.37; do
        "$work/venv/bin/kubernetes-validate" --strict --kubernetes-version "$version" "$work/$set.yaml"
    done
done
"$work/venv/bin/python" -B "$root/tests/kubernetes_crds.py" "$crds" "$work/monitoring.yaml" "$root"/deploy/kubernetes/monitoring/podmonitor.yaml
echo 'kubernetes: all sets are valid'
