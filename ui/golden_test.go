package ui_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
	"redrive/ui"
	"redrive/ui/text"
)

// incident is the demo's data on a clock that stands still, read through the real client.
func incident(t *testing.T, o emulator.IncidentOptions) *api.Client {
	t.Helper()
	o.Seed = 1
	s := emulator.New(emulator.Options{Seed: 1, BurstLimit: 10_000, Clock: func() time.Time { return start }})
	s.SeedIncident(o)
	c, err := api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: s.Transport()})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

var sizes = [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}}

func goldenFile(name string, width, height int) string {
	return filepath.Join("testdata", "golden", fmt.Sprintf("%s-%dx%d.txt", name, width, height))
}

func readGolden(t *testing.T, name string, width, height int) string {
	t.Helper()
	content, err := os.ReadFile(goldenFile(name, width, height))
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// golden compares the screen with the one that is kept.
func (d *driver) golden(name string) {
	d.t.Helper()
	file := goldenFile(name, d.width, d.height)
	got := d.screen() + "\n"
	if os.Getenv("UPDATE_GOLDEN") != "" {
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			d.t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want := readGolden(d.t, name, d.width, d.height)
	if diff := cmp.Diff(strings.Split(want, "\n"), strings.Split(got, "\n")); diff != "" {
		d.t.Errorf("%s differs (UPDATE_GOLDEN=1 go test ./ui accepts it):\n%s", file, diff)
	}
}

func TestGoldenScreens(t *testing.T) {
	t.Parallel()
	everything := emulator.IncidentOptions{Messages: 260, Workflows: 12, Odd: -1}
	odd := emulator.IncidentOptions{Messages: -1, Workflows: -1}
	screens := map[string]struct {
		data emulator.IncidentOptions
		do   func(d *driver)
	}{
		"messages":  {everything, func(*driver) {}},
		"filtered":  {everything, func(d *driver) { filterBy(d, "status:503 -queue:billing") }},
		"mistake":   {everything, func(d *driver) { d.press(keymap.EditFilter); d.typed("status:5o3") }},
		"workflows": {everything, func(d *driver) { d.press(keymap.Workflows) }},
		"detail": {everything, func(d *driver) {
			filterBy(d, "status:503")
			d.press(keymap.Open, keymap.Open)
		}},
		"run":      {everything, func(d *driver) { d.press(keymap.Workflows, keymap.Open) }},
		"steps":    {everything, func(d *driver) { d.press(keymap.Workflows, keymap.Open, keymap.Open, keymap.Attempts) }},
		"attempts": {everything, func(d *driver) { d.press(keymap.Open, keymap.Open, keymap.Attempts) }},
		"sheet": {everything, func(d *driver) {
			filterBy(d, "status:503")
			d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
			d.pass(time.Second)
		}},
		"sent": {everything, func(d *driver) {
			filterBy(d, "status:503")
			d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
			d.confirm()
		}},
		"restart": {everything, func(d *driver) {
			d.press(keymap.Workflows, keymap.Mark, keymap.Mark, keymap.Restart, keymap.Tick)
			d.pass(time.Second)
			d.typed("7")
			d.press(keymap.Answer)
		}},
		"failure-function": {emulator.IncidentOptions{Messages: -1, Odd: -1}, func(d *driver) {
			d.press(keymap.Workflows)
			for range 12 {
				d.press(keymap.Mark)
			}
			d.press(keymap.RerunFailure)
			d.pass(time.Second)
		}},
		"delete": {everything, func(d *driver) {
			d.press(keymap.Delete)
			d.pass(time.Second)
			d.typed("del")
		}},
		"form": {everything, func(d *driver) {
			d.press(keymap.BringBack, keymap.Overrides)
			d.typed("many")
			d.press(keymap.NextField, keymap.NextField)
			d.typed("1000 * pow(2, retried)")
		}},
		"bulk": {everything, func(d *driver) {
			d.press(keymap.MarkAll, keymap.BringBack)
			d.pass(time.Second)
		}},
		"causes": {everything, func(d *driver) {
			d.press(keymap.CausesView, keymap.LoadAll)
			d.pass(2 * time.Second)
			d.press(keymap.TakeIn)
			d.pass(2 * time.Second)
			d.press(keymap.First, keymap.Mark, keymap.Down)
		}},
		"causes-why": {everything, func(d *driver) {
			d.press(keymap.CausesView, keymap.LoadAll)
			d.pass(2 * time.Second)
			d.press(keymap.TakeIn)
			d.pass(2 * time.Second)
			d.press(keymap.First, keymap.WhyTogether)
		}},
		"sort": {everything, func(d *driver) { d.press(keymap.Sort) }},
		"odd":  {odd, func(*driver) {}},
		"help": {everything, func(d *driver) { d.press(keymap.ShowHelp) }},
	}
	for name, s := range screens {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s %v", name, size), func(t *testing.T) {
				d := newDriver(t, incident(t, s.data), size[0], size[1])
				s.do(d)
				d.golden(name)
			})
			t.Run(fmt.Sprintf("%s %v without UTF-8", name, size), func(t *testing.T) {
				d := newDriver(t, incident(t, s.data), size[0], size[1], func(o *ui.Options) { o.ASCII = true })
				s.do(d)
				if i := strings.IndexFunc(d.m.View().Content, func(r rune) bool { return r >= utf8.RuneSelf }); i >= 0 {
					t.Errorf("%q is drawn at %d", d.m.View().Content[i:min(i+4, len(d.m.View().Content))], i)
				}
				// Each cell has what it had, in plain characters.
				if name != "odd" {
					got, want := strings.Split(d.screen(), "\n"), strings.Split(text.ASCII(readGolden(t, name, size[0], size[1])), "\n")
					if diff := cmp.Diff(want[:len(got)], got); diff != "" {
						t.Error(diff)
					}
				}
			})
		}
	}
}

func TestEveryOddEntryCanBeOpenedAndRead(t *testing.T) {
	d := newDriver(t, incident(t, emulator.IncidentOptions{Messages: -1, Workflows: -1}), 100, 40)
	d.press(keymap.Open)
	for range len(emulator.OddKinds()) {
		d.pass(time.Second)
		d.shows("Destination")
		d.press(keymap.NextPane, keymap.Last, keymap.First, keymap.Secrets)
		for _, line := range strings.Split(d.m.View().Content, "\n") {
			if w := cells(line); w > 100 {
				t.Errorf("a line of %d cells: %q", w, line)
			}
		}
		d.press(keymap.NextPane, keymap.Down)
	}
}
