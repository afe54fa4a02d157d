# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
"""deploy/kubernetes: what no schema knows. Names that must agree do, the programs take the configurations and flags, and
the script that finds the other nodes writes targets that the exporter takes. `sh tests/kubernetes.sh` has the schemas."""

import glob
import json
import os
import subprocess

import yaml

import harness

FOLDER = os.path.join(harness.SOURCE_DIR, "deploy/kubernetes")
SETS = ("single", "sharded", "mesh")
WORKLOADS = ("Deployment", "StatefulSet", "DaemonSet")
GETENT = """#!/bin/sh
[ "$1 $2" = 'ahostsv4 ipsla-mesh' ] || exit 1
cat "${0%/*}/hosts"
"""


def load(path):
    with open(path, encoding="utf-8") as file:
        return [document for document in yaml.safe_load_all(file) if document]


def resources(name):
    kustomization = load(f"{FOLDER}/{name}/kustomization.yaml")[0]
    return kustomization, [document for file in kustomization["resources"] for document in load(f"{FOLDER}/{name}/{file}")]


def program(name):
    return os.path.join(harness.BIN_DIR, name)


class KubernetesTest(harness.Case):
    def run_it(self, *command, **environment):
        done = subprocess.run(command, check=False, capture_output=True, text=True, env={**os.environ, **environment})
        self.assertEqual(done.returncode, 0, (command, done.stdout, done.stderr))
        return done.stdout

    def workload(self, name):
        return next(resource for resource in resources(name)[1] if resource["kind"] in WORKLOADS)

    def test_rules_are_current(self):
        self.run_it("python3", "-B", f"{FOLDER}/rules.py", "--check")

    def test_every_file_is_used(self):
        for name in SETS:
            kustomization = resources(name)[0]
            named = {"kustomization.yaml", *kustomization["resources"], *kustomization["configMapGenerator"][0]["files"]}
            self.assertEqual({os.path.basename(path) for path in glob.glob(f"{FOLDER}/{name}/*")}, named)

    def test_names_agree(self):
        for name in SETS:
            kustomization, found = resources(name)
            work = self.workload(name)
            labels = work["spec"]["template"]["metadata"]["labels"]
            pod = work["spec"]["template"]["spec"]
            ports = {port["name"]: port for container in pod["containers"] for port in container.get("ports", [])}
            self.assertEqual(work["spec"]["selector"]["matchLabels"], labels)
            self.assertEqual(pod["volumes"][0]["configMap"]["name"], kustomization["configMapGenerator"][0]["name"])
            for port in ports.values():
                self.assertLessEqual(len(port["name"]), 15)
                self.assertEqual(port.get("hostPort", port["containerPort"] if not pod.get("hostNetwork") else None),
                                 port["containerPort"])
            for resource in found:
                spec = resource["spec"]
                if resource["kind"] == "Service":
                    self.assertEqual(spec["selector"], labels)
                    self.assertEqual(resource["metadata"]["labels"], labels, "a ServiceMonitor selects services by it")
                    self.assertTrue(all(port["targetPort"] in ports for port in spec["ports"]))
                elif resource["kind"] == "PodDisruptionBudget":
                    self.assertEqual(spec["selector"]["matchLabels"], labels)
                elif resource["kind"] == "NetworkPolicy":
                    self.assertEqual(spec["podSelector"]["matchLabels"], labels)
                    for port in (port for rule in spec["egress"] for port in rule["ports"]):
                        self.assertLess(port["port"], port.get("endPort", 65536))
                    self.assertIn(spec["ingress"][0]["ports"][0]["port"], ports)
            if work["kind"] == "StatefulSet":
                shards = next(entry["value"] for entry in pod["containers"][0]["env"] if entry["name"] == "SHARDS")
                self.assertEqual((int(shards), work["spec"]["serviceName"]), (work["spec"]["replicas"], labels["app.kubernetes.io/name"]))
            for monitor in ("servicemonitor", "podmonitor", "vmservicescrape"):
                spec = load(f"{FOLDER}/monitoring/{monitor}.yaml")[0]["spec"]
                self.assertIn(labels["app.kubernetes.io/name"], spec["selector"]["matchExpressions"][0]["values"])
                self.assertTrue({entry["port"] for entry in spec.get("endpoints", spec.get("podMetricsEndpoints"))} <= set(ports))

    def test_strict(self):
        """As little as it needs: no privilege, no token, nothing to write to."""
        for name in SETS:
            pod = self.workload(name)["spec"]["template"]["spec"]
            self.assertTrue(pod["securityContext"]["runAsNonRoot"])
            self.assertFalse(pod["automountServiceAccountToken"])
            for container in pod["containers"]:
                context = container["securityContext"]
                self.assertEqual((context["allowPrivilegeEscalation"], context["readOnlyRootFilesystem"], context["capabilities"]),
                                 (False, True, {"drop": ["ALL"]}))

    def test_flags_and_configuration(self):
        values = {"$(SHARD)": "0", "$(SHARDS)": "3", "/etc/ipsla/": None}
        for name in SETS:
            values["/etc/ipsla/"] = f"{FOLDER}/{name}/"
            arguments = self.workload(name)["spec"]["template"]["spec"]["containers"][0]["args"]
            for old, new in values.items():
                arguments = [argument.replace(old, new) for argument in arguments]
            self.run_it(program("ipsla_exporter"), *arguments, "--config.check")

    def test_peers(self):
        folder = harness.scratch_dir()
        for name, text in (("getent", GETENT), ("hosts", "10.0.0.1 STREAM ipsla-mesh\n10.0.0.1 DGRAM \n10.0.0.2 STREAM \n10.0.0.3 STREAM \n"
                                                         "10.0.0.3 RAW \n")):
            with open(f"{folder}/{name}", "w", encoding="utf-8") as file:
                file.write(text)
        os.chmod(f"{folder}/getent", 0o755)
        environment = {"PATH": f"{folder}:{os.environ['PATH']}", "TARGETS": folder, "SERVICE": "ipsla-mesh", "NODE_IP": "10.0.0.2",
                       "NODE_NAME": "node-2", "ONCE": "1"}
        self.run_it("sh", f"{FOLDER}/mesh/peers.sh", **environment)
        with open(f"{folder}/peers.json", encoding="utf-8") as file:
            groups = json.load(file)
        self.assertEqual(groups, [{"targets": [f"10.0.0.{host}"], "labels": {"node": "node-2", "peer": f"10.0.0.{host}"}}
                                  for host in (1, 3)])
        with open(f"{FOLDER}/mesh/ipsla.yml", encoding="utf-8") as file:
            text = file.read().replace("/targets/", f"{folder}/")
        with open(f"{folder}/ipsla.yml", "w", encoding="utf-8") as file:
            file.write(text)
        self.assertIn("2 targets", self.run_it(program("ipsla"), "check", f"{folder}/ipsla.yml"))
        # The same nodes again: the file is not touched, so the exporter reads nothing anew.
        before = os.stat(f"{folder}/peers.json").st_mtime_ns, os.stat(f"{folder}/peers.json").st_ino
        self.run_it("sh", f"{FOLDER}/mesh/peers.sh", **environment)
        self.assertEqual((os.stat(f"{folder}/peers.json").st_mtime_ns, os.stat(f"{folder}/peers.json").st_ino), before)
        self.assertFalse(os.path.exists(f"{folder}/peers.json.new"))


if __name__ == "__main__":
    harness.main()
