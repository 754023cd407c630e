package main

import (
	"os/exec"
	"slices"
	"strings"
	"testing"
)

// mayImport is the whole of who may import whom, among the packages of this module.
var mayImport = map[string][]string{
	"redrive":                    {"redrive/api", "redrive/api/emulator", "redrive/model", "redrive/model/journal", "redrive/ui", "redrive/keymap", "redrive/ui/terminal"},
	"redrive/ui":                 {"redrive/model", "redrive/model/run", "redrive/keymap", "redrive/ui/text"},
	"redrive/model/journal":      {"redrive/model"},
	"redrive/model/run":          {"redrive/model"},
	"redrive/api":                {"redrive/model"},
	"redrive/api/emulator":       {},
	"redrive/model":              {},
	"redrive/keymap":             {},
	"redrive/ui/text":            {},
	"redrive/ui/terminal":        {"redrive/ui/text", "redrive/ui/terminal/canvas"},
	"redrive/ui/terminal/canvas": {"redrive/ui/text"},
	// The attacks of the tests, and what plays their output, which nothing but tests imports.
	"redrive/ui/text/hostile":    {},
	"redrive/ui/terminal/replay": {},
}

func goList(t *testing.T, args ...string) []string {
	t.Helper()
	out, err := exec.Command("go", append([]string{"list"}, args...)...).Output()
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSpace(string(out)), "\n")
}

func ours(path string) bool { return path == "redrive" || strings.HasPrefix(path, "redrive/") }

func TestPackagesImportOnlyWhatTheyMay(t *testing.T) {
	for _, line := range goList(t, "-f", `{{.ImportPath}}: {{join .Imports " "}}`, "./...") {
		pkg, imports, _ := strings.Cut(line, ": ")
		may, known := mayImport[pkg]
		if !known {
			t.Errorf("%s is not in the list of packages: decide what it may import", pkg)
			continue
		}
		for _, i := range strings.Fields(imports) {
			if ours(i) && !slices.Contains(may, i) {
				t.Errorf("%s imports %s", pkg, i)
			}
			standard := !strings.Contains(strings.Split(i, "/")[0], ".")
			if (pkg == "redrive/model" || pkg == "redrive/api/emulator") && !ours(i) && !standard {
				t.Errorf("%s imports %s, and may import the standard library only", pkg, i)
			}
			if pkg == "redrive/keymap" && !ours(i) && !standard && i != "charm.land/bubbles/v2/key" {
				t.Errorf("%s imports %s", pkg, i)
			}
		}
	}
}

func TestTheModelDoesNoIOAndTheProgramHasNoTestingInIt(t *testing.T) {
	for _, dep := range goList(t, "-deps", "./model") {
		if dep == "net/http" || dep == "net" || dep == "os/exec" {
			t.Errorf("the model depends on %s", dep)
		}
	}
	for _, dep := range goList(t, "-deps", ".") {
		if dep == "testing" || strings.HasPrefix(dep, "net/http/httptest") {
			t.Errorf("the program has %s in it", dep)
		}
	}
}
