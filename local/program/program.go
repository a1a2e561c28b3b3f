// Package program finds out how a function of a template runs on this machine. It runs as the binary of an
// operating-system-only runtime, or as a handler in Node.js or Python with AWS's own runtime interface client.
package program

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strings"

	"example.com/recall/local/template"
)

// Program is a program that runs a function and uses the Runtime API.
type Program struct {
	Path      string
	Arguments []string
	// Directory is the folder of the function's code, in which the program runs.
	Directory string
	// Environment is added to the environment of the function. The keys are the names of the variables.
	Environment map[string]string
	// Notice says in words how the program differs from AWS; empty = it does not differ.
	Notice string
}

// ErrNoBinary means that a function of an operating-system-only runtime has no bootstrap in the folder of its code.
var ErrNoBinary = errors.New("there is no bootstrap")

// Find finds out how to run a function whose code is in a directory.
func Find(function template.Function, directory string) (Program, error) {
	directory, err := filepath.Abs(directory)
	if err != nil {
		return Program{}, err
	}
	var found Program
	switch kind := strings.TrimRight(function.Runtime, "0123456789.x"); {
	case strings.HasPrefix(function.Runtime, "provided"):
		found, err = binary(directory, function.LayerDirectories)
	case kind == "nodejs":
		found, err = node(function, directory)
	case kind == "python":
		found, err = python(function, directory)
	default:
		return Program{}, fmt.Errorf("%s: "+
			"the local stack runs binaries (provided.*), Node.js and Python, and not the runtime %q",
			function.LogicalID, function.Runtime)
	}
	if err != nil {
		return Program{}, fmt.Errorf("%s: %w", function.LogicalID, err)
	}
	found.Directory = directory
	return found, nil
}

func binary(directory string, layers []string) (Program, error) {
	for _, place := range append([]string{directory}, layers...) {
		path := filepath.Join(place, "bootstrap")
		information, err := os.Stat(path)
		switch {
		case err != nil || information.IsDir():
		case information.Mode()&0o111 == 0:
			return Program{}, fmt.Errorf("%s may not be executed; run: chmod +x %s", path, path)
		default:
			return Program{Path: path}, nil
		}
	}
	return Program{}, fmt.Errorf("%w in %s; build it, for example with sam build, and give "+
		"--template .aws-sam/build/template.yaml", ErrNoBinary, directory)
}

// WriteInline writes code that is in the template itself into a directory. The file has the name index, as in
// CloudFormation (AWS::Lambda::Function Code, "ZipFile").
func WriteInline(function template.Function, directory string) error {
	extension := ".js"
	if strings.HasPrefix(function.Runtime, "python") {
		extension = ".py"
	}
	if err := os.MkdirAll(directory, 0o750); err != nil {
		return fmt.Errorf("%s: %w", function.LogicalID, err)
	}
	return os.WriteFile(filepath.Join(directory, "index"+extension), []byte(function.InlineCode), 0o600)
}

// client returns the folder of AWS's runtime interface client for Node.js. It searches where Node.js finds modules
// from a directory, from the working directory, and in NODE_PATH.
func client(directory string) (string, bool) {
	var places []string
	working, _ := os.Getwd() // if it fails, only the other folders are searched
	for _, start := range []string{directory, working} {
		for at := start; at != ""; at = filepath.Dir(at) {
			places = append(places, filepath.Join(at, "node_modules"))
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	places = append(places, filepath.SplitList(os.Getenv("NODE_PATH"))...)
	for _, place := range places {
		path := filepath.Join(place, "aws-lambda-ric")
		if _, err := os.Stat(filepath.Join(path, "package.json")); err != nil {
			continue
		}
		// The program runs in the folder of the function. A path that is relative to our working directory means
		// something else there.
		absolute, err := filepath.Abs(path)
		return absolute, err == nil
	}
	return "", false
}

// modulesOf are the folders in which a function in Node.js finds modules: those of its NODE_PATH, which on AWS takes
// the place of the usual folder of the layers. There layers are all in /opt, and the function is in /var/task.
func modulesOf(function template.Function, directory string) []string {
	configured, ok := function.Environment["NODE_PATH"]
	if !ok {
		configured = "/opt/nodejs/node_modules"
	}
	var folders []string
	for _, folder := range strings.Split(configured, ":") {
		at := path.Clean("/" + folder)
		if below, found := strings.CutPrefix(at+"/", "/opt/"); found {
			for _, layer := range function.LayerDirectories {
				folders = append(folders, filepath.Join(layer, filepath.FromSlash(below)))
			}
		} else if below, found := strings.CutPrefix(at+"/", "/var/task/"); found {
			folders = append(folders, filepath.Join(directory, filepath.FromSlash(below)))
		}
	}
	return folders
}

func node(function template.Function, directory string) (Program, error) {
	interpreter, err := exec.LookPath("node")
	if err != nil {
		return Program{}, errors.New("it needs Node.js, which is not on the PATH")
	}
	ric, found := client(directory)
	if !found {
		return Program{}, errors.New("it needs AWS's runtime interface client for Node.js; " +
			"run: npm install --no-save aws-lambda-ric")
	}
	start := filepath.Join(ric, "bin", "index.mjs")
	if _, err := os.Stat(start); err != nil {
		start = filepath.Join(ric, "bin", "index.js") // in versions before 3
	}
	modules := append([]string{filepath.Dir(ric)}, modulesOf(function, directory)...)
	modules = append(modules, filepath.SplitList(os.Getenv("NODE_PATH"))...)
	version, err := output(interpreter, "--version")
	if err != nil {
		return Program{}, err
	}
	return Program{
		Path: interpreter, Arguments: []string{start, function.Handler},
		Environment: map[string]string{
			"AWS_EXECUTION_ENV": "AWS_Lambda_" + function.Runtime,
			"NODE_PATH":         strings.Join(modules, string(filepath.ListSeparator)),
		},
		Notice: difference(function, "Node.js", strings.TrimPrefix(version, "v"),
			strings.Trim(function.Runtime, "nodejsx.")),
	}, nil
}

func python(function template.Function, directory string) (Program, error) {
	version := strings.TrimPrefix(function.Runtime, "python")
	var problem error
	for _, name := range []string{"python" + version, "python3"} {
		path, err := exec.LookPath(name)
		if err != nil {
			continue
		}
		if _, problem = output(path, "-c", "import awslambdaric"); problem != nil {
			continue
		}
		actual, err := output(path, "-c", "import sys; print('%d.%d' % sys.version_info[:2])")
		if err != nil {
			return Program{}, err
		}
		folders := []string{directory}
		for _, layer := range function.LayerDirectories {
			folders = append(folders, filepath.Join(layer, "python"))
		}
		return Program{
			Path: path, Arguments: []string{"-m", "awslambdaric", function.Handler},
			Environment: map[string]string{
				"AWS_EXECUTION_ENV":       "AWS_Lambda_" + function.Runtime,
				"PYTHONPATH":              strings.Join(folders, string(filepath.ListSeparator)),
				"PYTHONUNBUFFERED":        "1",
				"PYTHONDONTWRITEBYTECODE": "1",
			},
			Notice: difference(function, "Python", actual, version),
		}, nil
	}
	if problem == nil {
		return Program{}, errors.New("it needs Python, which is not on the PATH")
	}
	return Program{}, errors.New("it needs AWS's runtime interface client for Python; " +
		"run: python3 -m pip install awslambdaric boto3")
}

// difference returns a notice if the version that runs the function here is not the version on AWS.
func difference(function template.Function, language, actual, wanted string) string {
	if actual == wanted || strings.HasPrefix(actual, wanted+".") {
		return ""
	}
	return fmt.Sprintf("%s runs with %s %s here, and on AWS with %s",
		function.LogicalID, language, actual, function.Runtime)
}

func output(path string, arguments ...string) (string, error) {
	result, err := exec.Command(path, arguments...).Output() // #nosec G204 -- interpreters on the developer's PATH
	if err != nil {
		return "", fmt.Errorf("run %s: %w", path, err)
	}
	return strings.TrimSpace(string(result)), nil
}
