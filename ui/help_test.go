package ui_test

import (
	"strings"
	"testing"

	"redrive/keymap"
)

func TestTheHelpKeepsItsPlaceWhenTheWindowIsDrawnAnewOrChangesItsSize(t *testing.T) {
	d := newDriver(t, newMemory(3, 0), 80, 24)
	d.press(keymap.ShowHelp, keymap.ScreenDown, keymap.Down, keymap.Down)
	top := func() string {
		words := strings.Fields(strings.Split(d.screen(), "\n")[3])
		if len(words) == 0 {
			return ""
		}
		return words[0]
	}
	for top() == "" {
		d.press(keymap.Down)
	}
	before, whole := top(), d.screen()
	d.resize(80, 24)
	if d.screen() != whole {
		t.Errorf("was:\n%s\nis, of the same size:\n%s", whole, d.screen())
	}
	for _, size := range [][2]int{{60, 24}, {40, 10}, {120, 30}, {39, 9}, {80, 24}} {
		d.resize(size[0], size[1])
		if size[0] >= 40 && top() != before {
			t.Errorf("%v begins with %q, not with %q", size, top(), before)
		}
	}
	if d.screen() != whole {
		t.Errorf("was:\n%s\nis:\n%s", whole, d.screen())
	}
	d.press(keymap.Last)
	d.shows("none")
	d.resize(200, 60)
	d.shows("none")
}
