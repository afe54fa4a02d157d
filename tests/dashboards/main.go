// SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
// SPDX-License-Identifier: Apache-2.0

// Judges dashboards: by the rules of Grafana's dashboard linter, and by Grafana's own schema of dashboards and panels, which
// knows every key. `sh tests/dashboards.sh` builds it.
package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"

	"github.com/grafana/grafana-foundation-sdk/go/cog"
	"github.com/grafana/grafana-foundation-sdk/go/cog/plugins"
	"github.com/grafana/grafana-foundation-sdk/go/dashboard"

	"dashboards/lint"
)

// What the schema demands and Grafana chooses by itself: the first value of a variable.
var notNeeded = regexp.MustCompile(`^templating[.]list\[\d+\][.]current[.]\w+: required field is missing from input$`)

func judgeSchema(text []byte) (problems []string) {
	var read dashboard.Dashboard
	err := read.UnmarshalJSONStrict(text)
	if err == nil {
		err = read.Validate()
	}
	var found cog.BuildErrors
	if err != nil && !errors.As(err, &found) {
		return []string{err.Error()}
	}
	for _, one := range found {
		if !notNeeded.MatchString(one.Error()) {
			problems = append(problems, one.Error())
		}
	}
	return problems
}

func judgeRules(text []byte) (problems []string, checks int) {
	read, err := lint.NewDashboard(text)
	if err != nil {
		return []string{err.Error()}, 0
	}
	rules := lint.NewRuleSet()
	results, err := rules.Lint([]lint.Dashboard{read})
	if err != nil {
		return []string{err.Error()}, 0
	}
	for rule, contexts := range results.ByRule() {
		for _, context := range contexts {
			for _, result := range context.Result.Results {
				checks++
				if result.Severity != lint.Success {
					problems = append(problems, rule+": "+result.Message)
				}
			}
		}
	}
	return problems, checks
}

func main() {
	plugins.RegisterDefaultPlugins()
	bad := 0
	for _, path := range os.Args[1:] {
		text, err := os.ReadFile(path)
		if err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
		problems, checks := judgeRules(text)
		problems = append(problems, judgeSchema(text)...)
		for _, problem := range problems {
			fmt.Printf("%s: %s\n", path, problem)
		}
		fmt.Printf("%s: %d checks of the linter, %d problem(s)\n", path, checks, len(problems))
		bad += len(problems)
	}
	if bad > 0 {
		os.Exit(1)
	}
}
