package ui_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

func TestTheGroupUnderTheCursorIsWrittenToAFile(t *testing.T) {
	const name = "redrive-429-rate-limit-exceeded-20260314-030800.jsonl"
	d := inDirectory(t, withCauses())
	d.press(keymap.CausesView, keymap.Down, keymap.Export)
	d.shows("write to  "+name, "20 messages of the group · secrets masked · whole, one JSON a line")
	d.press(keymap.ApplyExport)
	d.shows("20 messages written to " + name + " (secrets masked)")
	all := readLines(t, name)
	if len(all) != 20 {
		t.Fatalf("%d lines", len(all))
	}
	for _, e := range all {
		if e["responseStatus"] != 429.0 {
			t.Errorf("%v is of another cause", e)
		}
	}
}

func TestMarkedGroupsAreWrittenTogetherWhateverTheirKinds(t *testing.T) {
	d := inDirectory(t, withCauses())
	d.press(keymap.CausesView, keymap.Down, keymap.Mark, keymap.Mark, keymap.First, keymap.Export)
	d.shows("write to  redrive-2-groups-by-cause-2026", "30 messages of 2 marked groups")
	d.press(keymap.CancelExport, keymap.Last, keymap.Mark, keymap.Export)
	d.shows("35 entries of 3 marked groups")
	d.press(keymap.CancelExport)
	writeTo(d, "all.csv")
	d.shows("35 entries written to all.csv")
	raw, err := os.ReadFile("all.csv")
	if err != nil {
		t.Fatal(err)
	}
	if got := strings.Count(string(raw), "\n"); got != 36 || strings.Count(string(raw), "workflow run,") != 5 {
		t.Errorf("%d lines:\n%s", got, raw)
	}
}

func TestAGroupThatIsNotAllLoadedIsSaidToBeSo(t *testing.T) {
	d := newDriver(t, withSoManyCauses(700), 80, 24)
	d.press(keymap.CausesView, keymap.Export)
	d.shows("of the loaded messages of the group (a loads the rest)")
	d.press(keymap.CancelExport, keymap.LoadAll)
	d.pass(3 * time.Second)
	d.press(keymap.Export)
	d.shows("400 messages of the group")
	d.hides("a loads the rest")
}

func TestEntriesOfAGroupInTwoMarkedGroupsAreWrittenOnce(t *testing.T) {
	b := newMemory(10, 0)
	for i := range b.entries[model.Message] {
		b.entries[model.Message][i].Labels = []string{"a", "b"}
	}
	d := inDirectory(t, b)
	d.press(keymap.CausesView, keymap.Regroup)
	for range 6 {
		d.press(keymap.Down)
	}
	d.press(keymap.Choose)
	d.pass(2 * time.Second)
	d.press(keymap.Mark, keymap.Mark, keymap.Export)
	d.shows("10 messages of 2 marked groups", "redrive-2-groups-by-label-")
}

func TestEscInCausesStopsAFileUnderWay(t *testing.T) {
	b := withCauses()
	d := inDirectory(t, b)
	d.press(keymap.CausesView)
	b.getErr = &model.RateLimitedError{}
	d.press(keymap.Export, keymap.ApplyExport)
	d.shows("writing: 0 of 40 messages", "esc stops")
	d.press(keymap.Export)
	d.shows("a file is being written")
	d.pass(10 * time.Second)
	d.press(keymap.Back)
	d.shows("stopped: nothing was written", "BY cause")
	if f := files(t); len(f) != 0 {
		t.Errorf("something was left: %q", f)
	}
}
