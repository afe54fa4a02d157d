// SPDX-FileCopyrightText: 2026 The ipsla-exporter authors
// SPDX-License-Identifier: Apache-2.0

// Loads a compose file as `docker compose config` does, with the library that it is made of: unknown keys, wrong
// types and variables without a value are errors. Prints each service with its image, ports and mounts.
package main

import (
	"context"
	"fmt"
	"os"

	"github.com/compose-spec/compose-go/v2/cli"
	"github.com/compose-spec/compose-go/v2/types"
)

func load(path string) (*types.Project, error) {
	options, err := cli.NewProjectOptions([]string{path}, cli.WithEnvFiles(), cli.WithDotEnv, cli.WithInterpolation(true),
		cli.WithResolvedPaths(true))
	if err != nil {
		return nil, err
	}
	return options.LoadProject(context.Background())
}

func show(service types.ServiceConfig) error {
	fmt.Printf("%s: %s\n", service.Name, service.Image)
	if service.Image == "" {
		return fmt.Errorf("%s has no image: a variable has no value", service.Name)
	}
	for _, port := range service.Ports {
		fmt.Printf("  %s:%s -> %d\n", port.HostIP, port.Published, port.Target)
	}
	for _, volume := range service.Volumes {
		fmt.Printf("  %s -> %s\n", volume.Source, volume.Target)
		if volume.Type != types.VolumeTypeBind {
			continue
		}
		if _, err := os.Stat(volume.Source); err != nil {
			return err
		}
	}
	return nil
}

func run(path string) error {
	project, err := load(path)
	if err != nil {
		return err
	}
	for _, name := range project.ServiceNames() {
		if err := show(project.Services[name]); err != nil {
			return err
		}
	}
	return nil
}

func main() {
	if err := run(os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
