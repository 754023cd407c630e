package emulator

import (
	"flag"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write switchsays.go from the comments of Switches")

// commentsOfSwitches are the sentences in the source, by field.
func commentsOfSwitches(t *testing.T) (fields []string, says map[string]string) {
	t.Helper()
	file, err := parser.ParseFile(token.NewFileSet(), "switches.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	says = map[string]string{}
	ast.Inspect(file, func(node ast.Node) bool {
		declared, isType := node.(*ast.TypeSpec)
		if !isType || declared.Name.Name != "Switches" {
			return true
		}
		for _, field := range declared.Type.(*ast.StructType).Fields.List {
			name := field.Names[0].Name
			comment := strings.Join(strings.Fields(field.Doc.Text()), " ")
			sentence, named := strings.CutPrefix(comment, name+" ")
			if !named {
				t.Errorf("the comment of %s does not begin with its name", name)
			}
			fields = append(fields, name)
			says[name] = strings.NewReplacer("[", "", "]", "").Replace(sentence)
		}
		return false
	})
	return fields, says
}

func TestEverySwitchSaysWhatItsCommentSays(t *testing.T) {
	fields, says := commentsOfSwitches(t)
	if *update {
		var source strings.Builder
		source.WriteString("package emulator\n\n// switchSays are the comments of [Switches]. A test writes and checks them.\nvar switchSays = map[string]string{\n")
		for _, name := range fields {
			fmt.Fprintf(&source, "\t%q: %q,\n", name, says[name])
		}
		source.WriteString("}\n")
		if err := os.WriteFile("switchsays.go", []byte(source.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if diff := cmp.Diff(says, switchSays); diff != "" {
		t.Errorf("run this test with -update, then gofumpt: %s", diff)
	}
}

func TestEverySwitchCanBeSetByItsName(t *testing.T) {
	names := SwitchNames()
	seen := map[string]bool{}
	for n, name := range names {
		if name.Name == "" || seen[name.Name] || name.Says == "" {
			t.Errorf("%+v", name)
		}
		seen[name.Name] = true
		text := name.Name
		switch {
		case strings.Contains(name.Takes, "|"):
			_, text, _ = strings.Cut(name.Takes, "|")
			text = name.Name + "=" + strings.Split(text, "|")[0]
		case name.Takes == "duration":
			text += "=1ns"
		case name.Takes != "":
			text += "=1"
		}
		set, err := ParseSwitch(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		var s Switches
		set(&s)
		for field := range names {
			if changed := !reflect.ValueOf(s).Field(field).IsZero(); changed != (field == n) {
				t.Errorf("%s: field %d is changed: %t", text, field, changed)
			}
		}
	}
}

func TestSwitchesAreNamedAsTheirFields(t *testing.T) {
	var s Switches
	for _, text := range []string{
		"oldest-first", "last-cursor=null", "without-dlq-id-on-get=true", "all-or-nothing-404", "empty-ids-means-everything=false",
		"caller-ip-lowercase", "url-matches-prefix", "body-limit=10", "dlq-lag=1m30s", "ignored-filters=label,url", "canceled-with-one-l",
	} {
		set, err := ParseSwitch(text)
		if err != nil {
			t.Fatal(err)
		}
		set(&s)
	}
	want := Switches{
		OldestFirst: true, LastCursor: CursorNull, WithoutDLQIDOnGet: true, AllOrNothing404: true, CallerIPLowercase: true,
		URLMatchesPrefix: true, BodyLimit: 10, DLQLag: 90 * time.Second, IgnoredFilters: "label,url", CanceledWithOneL: true,
	}
	if diff := cmp.Diff(want, s); diff != "" {
		t.Error(diff)
	}
}

func TestAWrongSwitchIsNamed(t *testing.T) {
	for text, want := range map[string]string{
		"newest-first":        `there is no switch "newest-first"`,
		"":                    `there is no switch ""`,
		"last-cursor":         "the switch last-cursor needs a value: last-cursor=as-observed|absent|empty|null",
		"last-cursor=nil":     `the switch last-cursor is "nil": it takes as-observed, absent, empty, null`,
		"oldest-first=maybe":  `the switch oldest-first is "maybe": it takes true or false`,
		"dlq-lag=10":          `the switch dlq-lag is "10": it takes a duration, such as 10s`,
		"dlq-lag=-1s":         `the switch dlq-lag is "-1s": it takes a duration, such as 10s`,
		"body-limit=ten":      `the switch body-limit is "ten": it takes a number`,
		"body-limit=-1":       `the switch body-limit is "-1": it takes a number`,
		"ignored-filters":     "the switch ignored-filters needs a value: ignored-filters=text",
		"Oldest-First = true": `there is no switch "Oldest-First "`,
	} {
		if _, err := ParseSwitch(text); err == nil || err.Error() != want {
			t.Errorf("%s: %v", text, err)
		}
	}
}
