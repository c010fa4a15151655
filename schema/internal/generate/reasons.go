package main

import (
	"cmp"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/odoobridge/odoobridge/schema"
)

// reasons finds, in the source of the package that carries out commands, what each command can be refused, parked or kept
// waiting for: every problem in what its function calls. It goes by names, so it may find a little too
// much, where two commands share a function, but nothing too little.
func reasons(dir, problems string) (map[string][]schema.Reason, error) {
	src, err := readSource(dir)
	if err != nil {
		return nil, err
	}
	if src.codes, err = constants(problems); err != nil {
		return nil, err
	}
	found := map[string][]schema.Reason{}
	for command, function := range src.doers {
		var list []schema.Reason
		for _, name := range src.reached(function) {
			for _, f := range src.functions[name] {
				list = append(list, src.problems(f)...)
			}
		}
		found[command] = tidy(list)
	}
	return found, nil
}

// source is a package's functions by name, and what carries out which command.
type source struct {
	functions map[string][]*ast.FuncDecl // methods of several types may share a name
	doers     map[string]string
	codes     map[string]string // by the names of their constants
}

// constants are a file's constants of texts.
func constants(file string) (map[string]string, error) {
	parsed, err := parser.ParseFile(token.NewFileSet(), file, nil, 0)
	if err != nil {
		return nil, err
	}
	found := map[string]string{}
	ast.Inspect(parsed, func(n ast.Node) bool {
		if spec, is := n.(*ast.ValueSpec); is && len(spec.Names) == 1 && len(spec.Values) == 1 {
			found[spec.Names[0].Name] = literal(spec.Values[0])
		}
		return true
	})
	return found, nil
}

func readSource(dir string) (*source, error) {
	src := &source{functions: map[string][]*ast.FuncDecl{}, doers: map[string]string{}}
	files, err := filepath.Glob(filepath.Join(dir, "*.go"))
	if err != nil {
		return nil, err
	}
	for _, file := range files {
		if strings.HasSuffix(file, "_test.go") {
			continue
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		parsed, err := parser.ParseFile(token.NewFileSet(), file, text, 0)
		if err != nil {
			return nil, err
		}
		for _, decl := range parsed.Decls {
			switch d := decl.(type) {
			case *ast.FuncDecl:
				src.functions[d.Name.Name] = append(src.functions[d.Name.Name], d)
			case *ast.GenDecl:
				src.findDoers(d)
			}
		}
	}
	return src, nil
}

// findDoers reads the map from commands to functions.
func (s *source) findDoers(d *ast.GenDecl) {
	for _, spec := range d.Specs {
		value, is := spec.(*ast.ValueSpec)
		if !is || value.Names[0].Name != "doers" {
			continue
		}
		for _, element := range value.Values[0].(*ast.CompositeLit).Elts { //nolint:forcetypeassert // a generator may fail loudly
			pair := element.(*ast.KeyValueExpr)                       //nolint:forcetypeassert // as above
			s.doers[literal(pair.Key)] = pair.Value.(*ast.Ident).Name //nolint:forcetypeassert // as above
		}
	}
}

// reached are the functions that one calls, or hands on, and those that they do; in a fixed order.
func (s *source) reached(from string) []string {
	seen, queue := map[string]bool{from: true}, []string{from}
	for i := 0; i < len(queue); i++ {
		visit := func(n ast.Node) bool {
			name := ""
			switch e := n.(type) {
			case *ast.CallExpr:
				name = called(e.Fun)
			case *ast.SelectorExpr: // a method as a value: r.method
				if on, is := e.X.(*ast.Ident); is && len(on.Name) == 1 {
					name = e.Sel.Name
				}
			}
			if s.functions[name] != nil && !seen[name] {
				seen[name] = true
				queue = append(queue, name)
			}
			return true
		}
		for _, f := range s.functions[queue[i]] {
			ast.Inspect(f, visit)
		}
	}
	return queue
}

// called is the name of the function or method that a call is of.
func called(fun ast.Expr) string {
	switch f := fun.(type) {
	case *ast.Ident:
		return f.Name
	case *ast.SelectorExpr:
		return f.Sel.Name
	case *ast.IndexExpr: // of a generic one
		return called(f.X)
	}
	return ""
}

// ends are the methods that decide, and what they decide.
var ends = map[string]string{"park": "parked", "reject": "rejected", "wait": "waits", "report": "applied", "reportOnce": "applied"}

// problems are those that a function makes itself.
func (s *source) problems(f *ast.FuncDecl) (list []schema.Reason) {
	decided := map[string][]string{} // by the variable that holds the problem
	ast.Inspect(f, func(n ast.Node) bool {
		if call, is := n.(*ast.CallExpr); is && ends[called(call.Fun)] != "" {
			for _, arg := range call.Args {
				if variable, is := arg.(*ast.Ident); is {
					decided[variable.Name] = append(decided[variable.Name], ends[called(call.Fun)])
				}
			}
		}
		return true
	})
	var around []ast.Node
	ast.Inspect(f, func(n ast.Node) bool {
		if n == nil {
			around = around[:len(around)-1]
			return true
		}
		around = append(around, n)
		call, is := n.(*ast.CallExpr)
		if !is || called(call.Fun) != "problem" || len(call.Args) != 3 {
			return true
		}
		if code, known := s.codeOf(call.Args[0]); known {
			list = append(list, schema.Reason{Code: code, Outcomes: outcomesOf(around, decided), Path: pathText(call.Args[1]), Message: textOf(call.Args[2])})
		}
		return true
	})
	return list
}

// outcomesOf is what a problem is handed to: directly, or by the variable that it is put in. One that is gathered
// with others parks.
func outcomesOf(around []ast.Node, decided map[string][]string) []string {
	for i := len(around) - 2; i >= 0; i-- {
		switch outer := around[i].(type) {
		case *ast.CallExpr:
			if end := ends[called(outer.Fun)]; end != "" {
				return []string{end}
			}
		case *ast.AssignStmt:
			if variable, is := outer.Lhs[0].(*ast.Ident); is && decided[variable.Name] != nil {
				return slices.Compact(slices.Sorted(slices.Values(decided[variable.Name])))
			}
			return []string{"parked"}
		}
	}
	return []string{"parked"}
}

// codeOf is the code of schema.CodeUnknownSKU.
func (s *source) codeOf(e ast.Expr) (string, bool) {
	selector, is := e.(*ast.SelectorExpr)
	if !is {
		return "", false
	}
	code, known := s.codes[selector.Sel.Name]
	return code, known
}

// pathText is a place in the data, with […] for what depends.
func pathText(e ast.Expr) string {
	switch path := textOf(e); {
	case path == "" || path == "basedon":
		return path
	case path == "…":
		return "…"
	default:
		return "data." + strings.TrimPrefix(path, ".")
	}
}

// textOf is a text as the source has it, with … for what it finds out.
func textOf(e ast.Expr) string {
	switch t := e.(type) {
	case *ast.BasicLit:
		return literal(t)
	case *ast.BinaryExpr:
		return strings.ReplaceAll(textOf(t.X)+textOf(t.Y), "……", "…")
	case *ast.CallExpr:
		if called(t.Fun) == "Sprintf" {
			return verbs.Replace(literal(t.Args[0]))
		}
	}
	return "…"
}

var verbs = strings.NewReplacer("%s", "…", "%q", "…", "%d", "…", "%v", "…")

func literal(e ast.Expr) string {
	lit, is := e.(*ast.BasicLit)
	if !is {
		return "…"
	}
	if text, err := strconv.Unquote(lit.Value); err == nil {
		return text
	}
	return lit.Value
}

// tidy orders reasons as their codes are documented, without repetitions.
func tidy(list []schema.Reason) []schema.Reason {
	place := map[string]int{}
	for i, c := range schema.ProblemCodes() {
		place[c.Code] = i
	}
	slices.SortFunc(list, func(a, b schema.Reason) int {
		return cmp.Or(cmp.Compare(place[a.Code], place[b.Code]), cmp.Compare(a.Message, b.Message), cmp.Compare(a.Path, b.Path), slices.Compare(a.Outcomes, b.Outcomes))
	})
	return slices.CompactFunc(list, func(a, b schema.Reason) bool {
		return a.Code == b.Code && a.Message == b.Message && a.Path == b.Path && slices.Equal(a.Outcomes, b.Outcomes)
	})
}
