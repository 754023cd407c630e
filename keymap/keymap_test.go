package keymap

import (
	"os"
	"slices"
	"strings"
	"testing"
	"unicode"
)

type stroke string

func (s stroke) String() string { return string(s) }

func TestNoKeyMeansTwoThingsInOneScope(t *testing.T) {
	for s := Everywhere; s <= Causes; s++ {
		owner := map[string]Action{}
		for _, b := range All() {
			if !slices.Contains(b.Scopes, s) && !(s.leaks() && slices.Contains(b.Scopes, Everywhere)) {
				continue
			}
			for _, k := range b.Key.Keys() {
				if other, taken := owner[k]; taken {
					t.Errorf("%s: %q is both %q and %q", s, k, other, b.Action)
				}
				owner[k] = b.Action
			}
		}
	}
}

func TestOnlyGAndNAreUppercaseWithoutWriting(t *testing.T) {
	for _, b := range All() {
		for _, k := range b.Key.Keys() {
			upper := len(k) == 1 && unicode.IsUpper(rune(k[0]))
			if upper && !b.Writes && k != "G" && k != "N" {
				t.Errorf("%q is uppercase, and only %q", k, b.Effect)
			}
			if b.Writes && !upper && b.Action != Yes {
				t.Errorf("%q writes, and is not uppercase", k)
			}
		}
	}
}

func TestTheAnswerOfTheSheetWorksNowhereElse(t *testing.T) {
	if got := For(Yes).Scopes; !slices.Equal(got, []Scope{Sheet}) {
		t.Errorf("y sends in %v", got)
	}
}

func TestDialogsAndTextInputSwallowTheKeysOfTheRest(t *testing.T) {
	for _, s := range []Scope{Sheet, Filter} {
		for _, k := range []stroke{"R", "1", "2", "?", "q", "r"} {
			if b, ok := Lookup(s, k); ok {
				t.Errorf("%s: %q does %q", s, k, b.Action)
			}
		}
	}
	if b, ok := Lookup(List, stroke("?")); !ok || b.Action != ShowHelp {
		t.Errorf("in a list ? does %q", b.Action)
	}
}

func TestEveryKeyWasDescribed(t *testing.T) {
	for _, b := range All() {
		h := b.Key.Help()
		if b.Effect == "" || h.Key == "" || h.Desc == "" || !slices.Contains(Groups(), b.Group) || len(b.Scopes) == 0 {
			t.Errorf("%q lacks a text, a group or a scope", b.Action)
		}
		if len(strings.Fields(h.Key)) != len(b.Key.Keys()) {
			t.Errorf("%q: the help names %q for the keys %q", b.Action, h.Key, b.Key.Keys())
		}
	}
}

func TestREADMEHasTheKeyTable(t *testing.T) {
	readme, err := os.ReadFile("../README.md")
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(readme), Markdown()) {
		return
	}
	if os.Getenv("UPDATE_GOLDEN") == "" {
		t.Fatalf("the key table of README.md is not the keymap's; UPDATE_GOLDEN=1 go test ./keymap writes it")
	}
	before, rest, _ := strings.Cut(string(readme), "| key | does")
	_, after, found := strings.Cut(rest, "\n\n")
	if !found {
		t.Fatal("README.md has no key table")
	}
	if err := os.WriteFile("../README.md", []byte(before+Markdown()+"\n"+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestThePageOfKeysIsTheKeymaps(t *testing.T) {
	const file = "../docs/keys.md"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.WriteFile(file, []byte(Page()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	page, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != Page() {
		t.Errorf("%s is not the keymap's; UPDATE_GOLDEN=1 go test ./keymap writes it", file)
	}
}
