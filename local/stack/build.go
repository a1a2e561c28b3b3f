package stack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"

	"example.com/recall/local/template"
)

// findProject finds the directory with template.yaml and go.mod, from the working directory upwards.
func findProject() (string, error) {
	directory, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the project: %w", err)
	}
	for {
		if exists(filepath.Join(directory, "template.yaml")) && exists(filepath.Join(directory, "go.mod")) {
			return directory, nil
		}
		parent := filepath.Dir(directory)
		if parent == directory {
			return "", errors.New("there is no template.yaml beside a go.mod here or above; change into the project, or give --template")
		}
		directory = parent
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// programs gives the compiled program of each function, by logical ID: those given, those that CodeUri holds already, or
// those built from functions/{name}.
func (s *Stack) programs(ctx context.Context) (map[string]string, error) {
	programs := map[string]string{}
	var building []template.Function
	for _, function := range s.template.Functions {
		given := filepath.Join(s.options.Programs, function.LogicalID, "bootstrap")
		compiled := filepath.Join(filepath.Dir(s.options.Template), function.CodeDirectory, "bootstrap")
		switch {
		case s.options.Programs != "":
			if !exists(given) {
				return nil, fmt.Errorf("there is no %s; build it, or leave the programs to be built", given)
			}
			programs[function.LogicalID] = given
		case exists(compiled):
			programs[function.LogicalID] = compiled
		default:
			building = append(building, function)
		}
	}
	if len(building) == 0 {
		return programs, nil
	}
	s.options.Progress("building the functions")
	built, err := Build(ctx, s.options.Project, s.temporary, building)
	for logicalID, program := range built {
		programs[logicalID] = program
	}
	return programs, err
}

// folder is the folder of a function's program: functions/send for SendFunction.
func folder(logicalID string) string {
	return "functions/" + strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

// Build compiles functions for this machine, with the flags of the deployment, into {target}/{logical ID}/bootstrap.
//
// Go links a program anew unless it stands where it was linked before, so building goes to a fixed place in the project
// and the results are copied: a running program is never overwritten.
func Build(ctx context.Context, project, target string, functions []template.Function) (map[string]string, error) {
	cache := filepath.Join(project, "build", "local")
	if err := os.MkdirAll(cache, 0o750); err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	unlock, err := lock(filepath.Join(cache, ".lock"))
	if err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	defer unlock()
	arguments := []string{"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", cache + string(filepath.Separator)}
	for _, function := range functions {
		if !exists(filepath.Join(project, folder(function.LogicalID))) {
			return nil, fmt.Errorf("%s has no folder %s to build it from", function.LogicalID, folder(function.LogicalID))
		}
		arguments = append(arguments, "./"+folder(function.LogicalID))
	}
	command := exec.CommandContext(ctx, "go", arguments...) // #nosec G204 -- the functions that the developer builds, and go itself
	command.Dir = project
	command.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=", "GOARCH=")
	if output, err := command.CombinedOutput(); err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, fmt.Errorf("build the functions: %w\n%s", err, output)
	}
	programs := map[string]string{}
	for _, function := range functions {
		program := filepath.Join(target, function.LogicalID, "bootstrap")
		if err := copyProgram(filepath.Join(cache, filepath.Base(folder(function.LogicalID))), program); err != nil {
			return nil, fmt.Errorf("build the functions: %w", err)
		}
		programs[function.LogicalID] = program
	}
	return programs, nil
}

func copyProgram(from, to string) error {
	if err := os.MkdirAll(filepath.Dir(to), 0o750); err != nil {
		return err
	}
	source, err := os.Open(from) // #nosec G304 -- the developer's own file
	if err != nil {
		return err
	}
	defer source.Close()
	target, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755) // #nosec G302 G304 -- the developer's own file
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
