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

	"example.com/recall/local/program"
	"example.com/recall/local/template"
)

// findTemplate finds the template. It searches upwards from the working directory for a template.yaml beside a
// go.mod. If there is none, it takes a template.yaml in the working directory itself.
func findTemplate() (string, error) {
	start, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("find the template: %w", err)
	}
	for directory := start; ; directory = filepath.Dir(directory) {
		found := filepath.Join(directory, "template.yaml")
		if exists(found) && exists(filepath.Join(directory, "go.mod")) {
			return found, nil
		}
		if directory == filepath.Dir(directory) {
			break
		}
	}
	for _, name := range []string{"template.yaml", "template.yml", "template.json"} {
		if found := filepath.Join(start, name); exists(found) {
			return found, nil
		}
	}
	return "", errors.New("there is no template.yaml here, and none beside a go.mod above; " +
		"change into the project, or give --template")
}

// projectOf returns the directory of the Go module that a template belongs to. If there is no module, it returns the
// directory of the template.
func projectOf(templatePath string) string {
	own := filepath.Dir(templatePath)
	for directory := own; ; directory = filepath.Dir(directory) {
		if exists(filepath.Join(directory, "go.mod")) {
			return directory
		}
		if directory == filepath.Dir(directory) {
			return own
		}
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

// programs finds out how each function runs, by logical ID. The program is one that is given, one in the folder of
// the function's code, or one that is built from functions/{name}. If a function cannot run, a notice names it; a
// strict stack returns an error.
func (s *Stack) programs(ctx context.Context) (map[string]program.Program, error) {
	programs := map[string]program.Program{}
	var building []template.Function
	for _, function := range s.template.Functions {
		if s.options.Programs != "" {
			given := filepath.Join(s.options.Programs, function.LogicalID, "bootstrap")
			if !exists(given) {
				return nil, fmt.Errorf("there is no %s; build it, or leave the programs to be built", given)
			}
			programs[function.LogicalID] = program.Program{Path: given}
			continue
		}
		found, err := s.find(function)
		switch {
		case errors.Is(err, program.ErrNoBinary) && exists(filepath.Join(s.options.Project, folder(function.LogicalID))):
			building = append(building, function)
		case err != nil && s.options.Strict:
			return nil, err
		case err != nil:
			s.notice(err.Error())
		default:
			if found.Notice != "" {
				s.notice(found.Notice)
			}
			programs[function.LogicalID] = found
		}
	}
	if len(building) == 0 {
		return programs, nil
	}
	s.options.Progress("building the functions")
	built, err := Build(ctx, s.options.Project, s.temporary, building)
	for logicalID, path := range built {
		programs[logicalID] = program.Program{Path: path}
	}
	return programs, err
}

// find finds a function's program in the folder of its code. That folder is relative to the template.
func (s *Stack) find(function template.Function) (program.Program, error) {
	base := filepath.Dir(s.options.Template)
	code := filepath.Join(base, function.CodeDirectory)
	if filepath.IsAbs(function.CodeDirectory) {
		code = function.CodeDirectory
	}
	layers := make([]string, len(function.LayerDirectories))
	for i, layer := range function.LayerDirectories {
		layers[i] = filepath.Join(base, layer)
	}
	function.LayerDirectories = layers
	if function.InlineCode != "" {
		code = filepath.Join(s.temporary, function.LogicalID)
		if err := program.WriteInline(function, code); err != nil {
			return program.Program{}, err
		}
	}
	if function.CodeDirectory == "" && function.InlineCode == "" {
		return program.Program{}, fmt.Errorf("%s: its code is not on this machine", function.LogicalID)
	}
	return program.Find(function, code)
}

// folder returns the folder from which a function's program is built, such as functions/send for SendFunction.
func folder(logicalID string) string {
	return "functions/" + strings.ToLower(strings.TrimSuffix(logicalID, "Function"))
}

// Build compiles functions for this machine, with the flags of the deployment, into {target}/{logical ID}/bootstrap.
//
// Go links a program again unless its output file is still there. Therefore it builds into a folder of the project
// that stays, and the results are copied to target. A running program is never overwritten.
func Build(ctx context.Context, project, target string, functions []template.Function) (map[string]string, error) {
	project, err := filepath.Abs(project) // go, which runs in this folder, would look for a relative path below it
	if err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	cache := filepath.Join(project, "build", "local")
	if err := os.MkdirAll(cache, 0o750); err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	unlock, err := lock(filepath.Join(cache, ".lock"))
	if err != nil {
		return nil, fmt.Errorf("build the functions: %w", err)
	}
	defer unlock()
	arguments := []string{
		"build", "-tags", "lambda.norpc", "-trimpath", "-ldflags=-s -w", "-o", cache + string(filepath.Separator),
	}
	for _, function := range functions {
		if !exists(filepath.Join(project, folder(function.LogicalID))) {
			return nil, fmt.Errorf("%s has no folder %s to build it from", function.LogicalID, folder(function.LogicalID))
		}
		arguments = append(arguments, "./"+folder(function.LogicalID))
	}
	command := exec.CommandContext(ctx, "go", arguments...) // #nosec G204 -- it builds the developer's functions
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
	const create = os.O_CREATE | os.O_WRONLY | os.O_TRUNC
	target, err := os.OpenFile(to, create, 0o755) // #nosec G302 G304 -- the developer's own file
	if err != nil {
		return err
	}
	_, err = io.Copy(target, source)
	return errors.Join(err, target.Close())
}
