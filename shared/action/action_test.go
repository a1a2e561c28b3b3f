package action_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"example.com/recall/shared/action"
)

// root is the folder of the repository.
const root = "../.."

const admin = "admin"

// isAdmin is the key of actions whose names clients and administrators share.
func isAdmin(function string) bool { return function == admin }

func TestEveryActionThatIsWrittenIsInTheList(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	written, listed := map[string]bool{}, map[string]bool{}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declaration := range parsed.Decls {
			function, ok := declaration.(*ast.FuncDecl)
			switch {
			case !ok:
			case function.Name.Name == "All":
				ast.Inspect(function.Body, func(node ast.Node) bool {
					if call, ok := node.(*ast.CallExpr); ok {
						listed[call.Fun.(*ast.Ident).Name] = true
					}
					return true
				})
			case function.Type.Params.NumFields() == 0 && returnsAction(function.Type):
				written[function.Name.Name] = true
			}
		}
	}
	for name := range written {
		if !listed[name] {
			t.Errorf("the action %s is written, and All() in shared/action/action.go does not list it", name)
		}
	}
	if len(listed) == 0 {
		t.Error("no list was found")
	}
}

func returnsAction(of *ast.FuncType) bool {
	if of.Results.NumFields() != 1 {
		return false
	}
	result, ok := of.Results.List[0].Type.(*ast.SelectorExpr)
	return ok && result.Sel.Name == "Action"
}

func TestNoTwoActionsOfAFunctionHaveTheSameName(t *testing.T) {
	seen := map[string]bool{}
	for _, action := range action.All() {
		key := action.Name
		if isAdmin(action.Function) {
			key = "admin " + key
		}
		if seen[key] {
			t.Errorf("%s is there twice", key)
		}
		seen[key] = true
	}
}

func TestEveryActionIsAnsweredByAFunctionThatExists(t *testing.T) {
	for _, each := range action.All() {
		source, err := os.ReadFile(filepath.Join(root, "functions", each.Function, "main.go"))
		if err != nil {
			t.Errorf("%s: %v", each.Name, err)
			continue
		}
		// not every function has one
		handler, _ := os.ReadFile(filepath.Join(root, "functions", each.Function, "handler.go"))
		answers := regexp.MustCompile(`action\.(Main|AnsweredBy)\("` + each.Function + `"[,)]`)
		if !answers.Match(append(source, handler...)) {
			t.Errorf("functions/%s does not answer its actions", each.Function)
		}
	}
}

// TestEveryActionOfAClientHasItsRoute looks for the route and its response in template.yaml, without which API Gateway
// passes the frame to the function behind $default, and throws the answer away.
func TestEveryActionOfAClientHasItsRoute(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	template := string(source)
	var names []string
	for _, each := range action.All() {
		if isAdmin(each.Function) {
			continue
		}
		names = append(names, each.Name)
		route := each.Name + ": {FunctionArn: !Ref " + capitalized(each.Function) +
			"Function.Alias, RouteResponseSelectionExpression: $default}"
		if !strings.Contains(template, "        "+route+"\n") {
			t.Errorf("template.yaml has no route %s", route)
		}
		response := "RouteId: !Ref WebSocketApi" + capitalized(each.Name) + "Route, RouteResponseKey: $default}"
		if !strings.Contains(template, response) {
			t.Errorf("template.yaml has no route response with %s", response)
		}
	}
	routes := regexp.MustCompile(`(?m)^        ([a-z]\w*): \{FunctionArn:`)
	for _, route := range routes.FindAllStringSubmatch(template, -1) {
		if !slices.Contains(names, route[1]) {
			t.Errorf("template.yaml has the route %s, which is no action", route[1])
		}
	}
}

func capitalized(name string) string { return strings.ToUpper(name[:1]) + name[1:] }

// TestEveryActionIsInTheTextOfTheProtocol looks for an action's row in one of the tables of actions.
func TestEveryActionIsInTheTextOfTheProtocol(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "protocol", "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	clients, administrators, _ := strings.Cut(string(source), "\n## Admin\n")
	for _, each := range action.All() {
		text := clients
		if isAdmin(each.Function) {
			text = administrators
		}
		if !regexp.MustCompile("(?m)^\\| \\[?`" + each.Name + "`").MatchString(text) {
			t.Errorf("protocol/README.md has no row for the action %s of %s", each.Name, each.Function)
		}
	}
}

// TestEveryActionIsInTheTableOfCalls looks for a row that begins with the action's name. shared/function measures the
// rows.
func TestEveryActionIsInTheTableOfCalls(t *testing.T) {
	source, err := os.ReadFile(filepath.Join(root, "docs", "performance.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, each := range action.All() {
		name := each.Name
		if isAdmin(each.Function) {
			name = "admin " + name
		}
		if !regexp.MustCompile(`(?m)^\| ` + name + `\b`).Match(source) {
			t.Errorf("docs/performance.md does not say what calls %s makes: "+
				"add a scenario in shared/function/scenario_test.go, "+
				"and run go test ./shared/function -run CallsAndUnits -update", name)
		}
	}
}
