#!/bin/sh
# SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
# SPDX-License-Identifier: Apache-2.0
# Grafana's dashboard linter v0.2.0 (Go module) has panel-units-rule: a panel must have a unit, and one that Grafana knows,
# unless "value mappings are set in a panel". It takes the empty list for mappings that are set, and Grafana writes
# "mappings": [] into every panel that has none. So of a dashboard that Grafana saved the rule judges no panel at all.
# Needs go and a module proxy. Of the linter the rules for LogQL and the reader of schema v2 are left out, which need Loki and
# Grafana themselves; the rule for units is as it comes.
set -eu
folder=$(mktemp -d)
trap 'chmod -R u+w "$folder"; rm -rf "$folder"' EXIT
export CGO_ENABLED=0 GOFLAGS=-buildvcs=false
linter=github.com/grafana/dashboard-linter@v0.2.0
rules=$(go mod download -json "$linter" | sed -n 's/^\t"Dir": "\(.*\)",$/\1/p')/lint
mkdir "$folder/lint"
cp "$rules"/*.go "$folder/lint/"
cd "$folder"
chmod -R u+w lint
rm lint/*_test.go
rm lint/v2.go lint/rule_target_logql*.go
sed -i '/NewTargetLogQL/d' lint/rules.go
sed -i '/if isV2APIVersion/,/}/d' lint/lint.go
cat >main.go <<'GO'
package main

import (
    "fmt"
    "os"

    "units/lint"
)

const dashboard = `{"panels": [{"type": "timeseries", "title": "speed", "targets": [{"expr": "up"}],
    "fieldConfig": {"defaults": {%s"unit": "no-such-unit"}, "overrides": []}}]}`

func complaints(mappings string) (found int) {
    read, err := lint.NewDashboard([]byte(fmt.Sprintf(dashboard, mappings)))
    if err != nil {
        panic(err)
    }
    results := &lint.ResultSet{}
    lint.NewPanelUnitsRule().Lint(read, results)
    for _, contexts := range results.ByRule() {
        for _, context := range contexts {
            for _, result := range context.Result.Results {
                if result.Severity == lint.Error {
                    fmt.Println("  ", result.Message)
                    found++
                }
            }
        }
    }
    return found
}

func main() {
    fmt.Println(`dashboard-linter v0.2.0, a panel with "unit": "no-such-unit"`)
    fmt.Println("without the key \"mappings\":")
    without := complaints("")
    fmt.Println("with \"mappings\": [], as Grafana writes it:")
    with := complaints(`"mappings": [], `)
    fmt.Printf("complaints: %d and %d\n", without, with)
    if without != 1 || with != 0 {
        os.Exit(1)
    }
}
GO
go mod init units 2>/dev/null
go get github.com/prometheus/prometheus/promql/parser@v0.311.3 golang.org/x/text@v0.37.0 gopkg.in/yaml.v3@v3.0.1 2>/dev/null
go run .
