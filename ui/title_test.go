package ui_test

import (
	"strings"
	"testing"

	"redrive/keymap"
	"redrive/ui"
)

func TestTheAccountReadOnlyAndTheViewAreShownOnAnyScreen(t *testing.T) {
	views := map[string]keymap.Action{
		"1 Messages": keymap.Messages, "2 Workflows": keymap.Workflows, "3 Causes": keymap.CausesView, "4 Jobs": keymap.JobsView,
	}
	for _, account := range []string{"acme-prod", "qstash-eu-central-1.upstash.io", "acme-prod-" + strings.Repeat("x", 300) + "-eu"} {
		for _, readOnly := range []bool{false, true} {
			d := newDriver(t, newMemory(60, 5), 160, 24, func(o *ui.Options) { o.Title, o.ReadOnly = account, readOnly })
			for view, action := range views {
				d.press(action)
				for width := 40; width <= 160; width += 7 {
					d.resize(width, 24)
					title, _, _ := strings.Cut(d.screen(), "\n")
					if !strings.Contains(title, view) {
						t.Errorf("%d columns do not name the view %s: %q", width, view, title)
					}
					if readOnly != strings.Contains(title, "READ-ONLY") {
						t.Errorf("%d columns, read-only is %v: %q", width, readOnly, title)
					}
					if width >= len(account+" · READ-ONLY 2 Workflows")+2 && !strings.Contains(title, account) {
						t.Errorf("%d columns cut the account: %q", width, title)
					}
					if first, last := account[:5], account[len(account)-3:]; !strings.Contains(title, first) || !strings.Contains(title, last) {
						t.Errorf("%d columns do not tell the account: %q", width, title)
					}
				}
			}
		}
	}
}

func TestANarrowTitleLeavesOutTheZoneThenCountsThenOtherViews(t *testing.T) {
	d := newDriver(t, newMemory(60, 0), 160, 24, func(o *ui.Options) { o.Title, o.ReadOnly = "acme-prod", true })
	for _, tc := range []struct {
		width int
		title string
	}{
		{160, "redrive acme-prod · UTC · READ-ONLY 1 Messages 60 2 Workflows 0 3 Causes 4 Jobs 0"},
		{80, "redrive acme-prod · READ-ONLY 1 Messages 60 2 Workflows 0 3 Causes 4 Jobs"},
		{79, "redrive acme-prod · READ-ONLY 1 Messages 60 2 Workflows 3 Causes 4 Jobs"},
		{76, "redrive acme-prod · READ-ONLY 1 Messages 2 Workflows 3 Causes 4 Jobs"},
		{60, "redrive acme-prod · READ-ONLY 1 Messages 2 3 4"},
		{50, "redrive acme-prod · READ-ONLY 1 Messages"},
		{40, "acme-prod · READ-ONLY 1 Messages"},
	} {
		d.resize(tc.width, 24)
		title, _, _ := strings.Cut(d.screen(), "\n")
		if got := strings.Join(strings.Fields(title), " "); got != tc.title {
			t.Errorf("%d columns: %q", tc.width, got)
		}
	}
}
