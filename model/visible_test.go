package model

import (
	"encoding/json"
	"testing"

	"pgregory.net/rapid"
)

func TestWhatActsIsWrittenToFilesAsItsEscape(t *testing.T) {
	for raw, want := range map[string]string{
		"plain ä 漢 👩‍👧\n\ttwo":   "plain ä 漢 👩‍👧\n\ttwo",
		"a\x1b[2Jb\r\x7f":        `a\u001b[2Jb\u000d\u007f`,
		"\u009b \x9b \u202e":     `\u009b \x9b \u202e`,
		"\U000e0041\ue000\u0378": `\udb40\udc41\ue000\u0378`,
	} {
		if got := visible(raw); got != want {
			t.Errorf("%q became %q, want %q", raw, got, want)
		}
	}
	e := Entry{Response: "\x1b]0;owned\x07", URL: "https://a/\u009b"}
	for _, cell := range e.CSV(true) {
		if cell != visible(cell) {
			t.Errorf("the cell %q acts", cell)
		}
	}
}

func TestEscapesDoNotChangeJSON(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "text")
		raw, _ := json.Marshal(map[string]string{s: s})
		var before, after map[string]string
		if err := json.Unmarshal(raw, &before); err != nil {
			t.Fatal(err)
		}
		escaped := visibleJSON(raw)
		if err := json.Unmarshal(escaped, &after); err != nil || after[s] != before[s] {
			t.Fatalf("%s became %s: %v", raw, escaped, err)
		}
		if visible(string(escaped)) != string(escaped) {
			t.Fatalf("%s acts", escaped)
		}
	})
}
