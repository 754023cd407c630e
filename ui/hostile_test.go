package ui_test

import (
	"bytes"
	"errors"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/hinshun/vt10x"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
	"redrive/ui/terminal/canvas"
	"redrive/ui/text"
	"redrive/ui/text/hostile"
)

// attacked is a DLQ whose second entry of each kind has a hostile text wherever it can have one.
func attacked(raw string) *memory {
	b := newMemory(3, 3)
	for _, kind := range model.Kinds {
		e := &b.entries[kind][1]
		e.Key.ID += raw
		e.MessageID, e.Method, e.URL = "m"+raw, "PO"+raw, "https://api.example/"+raw+"/Z?q="+raw
		e.QueueName, e.URLGroup, e.Endpoint, e.ScheduleID, e.FlowControlKey, e.CallerIP = raw+"Z", raw, raw, raw, raw, raw
		e.Labels = []string{"l" + raw + "Z", raw}
		e.Response = "said " + raw + "Z and more"
		if kind == model.WorkflowRun {
			e.WorkflowRunID, e.WorkflowURL, e.FailureState = "wfr_"+raw, "https://api.example/"+raw, raw
		}
		e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
		header := []model.HeaderField{{Name: "X-" + raw, Value: "a" + raw + "Z"}, {Name: raw, Value: "b"}}
		b.details[e.Key.ID] = model.Detail{
			Header: header, Body: model.Body{Bytes: []byte("body " + raw + "Z\nend of the body")},
			ResponseHeader: header, ResponseBody: model.Body{Bytes: []byte(`{"error":"` + raw + `Z"}`)},
			RetryDelayExpression: raw, Callback: "https://" + raw, CallbackHeader: header,
			FailureCallback: raw, FailureCallbackHeader: header, Unknown: header,
			FailureFunction: &model.FailureFunction{State: raw, Status: 500, Header: header, Body: model.Body{Bytes: []byte(raw)}},
		}
	}
	return b
}

// terminal is what the canvas sends for the screens of a driver, and a terminal that it is sent to.
type terminal struct {
	d       *driver
	payload string
	cells   uv.ScreenBuffer
	canvas  *canvas.Canvas
	screen  vt10x.Terminal
	// uneven is set once there was a character of no width or of two: this terminal takes each for one cell.
	uneven bool
}

func newTerminal(d *driver) *terminal {
	s := &terminal{d: d, cells: uv.NewScreenBuffer(d.width, d.height), screen: vt10x.New(vt10x.WithSize(d.width, d.height))}
	s.canvas = canvas.New("xterm-256color", colorprofile.TrueColor)
	s.canvas.Resize(d.width, d.height)
	return s
}

// hiding are looks that the program has not: what is concealed or blinks, and the colours of the payload.
var hiding = regexp.MustCompile(`\x1b\[(?:[0-9;]*;)?(?:5|8|95|44)(?:;[0-9;]*)?m`)

// look draws the screen as the program does, and fails when something in what is sent acts, or when the terminal shows
// anything else than what was meant.
func (s *terminal) look(place string) {
	s.d.t.Helper()
	place = s.payload + ", " + place
	v := s.d.m.View()
	if v.WindowTitle != "" {
		s.d.t.Errorf("%s: the title is %q", place, v.WindowTitle)
	}
	s.cells.Clear()
	uv.NewStyledString(v.Content).Draw(s.cells, s.cells.Bounds())
	sent := string(s.canvas.Draw(v))
	if acting := hostile.Acting(sent); acting != "" {
		s.d.t.Fatalf("%s: %s acts", place, acting)
	}
	if look := hiding.FindString(sent); look != "" {
		s.d.t.Fatalf("%s: the look %q is not of the program", place, look)
	}
	if acting := hostile.Acting(v.Content); acting != "" {
		s.d.t.Fatalf("%s: %s acts before it is drawn", place, acting)
	}
	_, _ = s.screen.Write([]byte(sent))
	if title := s.screen.Title(); title != "" {
		s.d.t.Errorf("%s: the title became %q", place, title)
	}
	meant := s.cells.String()
	if s.uneven = s.uneven || uneven(meant); s.uneven {
		return
	}
	lines := strings.Split(meant, "\n")
	for y, shown := range strings.Split(s.screen.String(), "\n")[:len(lines)] {
		if got, want := strings.TrimRight(shown, " "), strings.TrimRight(lines[y], " \r"); got != want {
			s.d.t.Fatalf("%s: line %d shows\n%s\nwant\n%s", place, y, got, want)
		}
	}
}

func uneven(screen string) bool {
	return strings.ContainsFunc(screen, func(r rune) bool { return r >= 0x300 && ansi.StringWidthWc(string(r)) != 1 })
}

// places are where a text of others is shown, each with how one gets there. They begin at the list of messages.
var places = []struct {
	name  string
	visit func(s *terminal, raw string)
}{
	{"the tables", func(s *terminal, _ string) {
		s.look("messages")
		for range 3 {
			s.d.press(keymap.Right)
			s.look("messages, to the right")
		}
		s.d.press(keymap.Workflows)
		s.look("workflows")
	}},
	{"the detail", func(s *terminal, _ string) {
		for _, view := range []keymap.Action{keymap.Messages, keymap.Workflows} {
			s.d.press(view, keymap.First, keymap.Down, keymap.Open)
			s.look("the detail")
			s.d.press(keymap.NextPane, keymap.Secrets)
			for range 6 {
				s.look("the detail, unmasked")
				s.d.press(keymap.ScreenDown)
			}
			s.d.press(keymap.Back, keymap.Back)
		}
	}},
	{"the search", func(s *terminal, raw string) {
		s.d.press(keymap.Down, keymap.Open, keymap.NextPane, keymap.EditSearch)
		s.d.send(tea.PasteMsg{Content: raw})
		s.look("the search")
		s.d.press(keymap.ApplySearch)
		s.look("a match")
		s.d.press(keymap.NextMatch, keymap.NextMatch)
		s.look("the next match")
	}},
	{"the filter", func(s *terminal, raw string) {
		s.d.press(keymap.EditFilter)
		s.d.send(tea.PasteMsg{Content: raw})
		s.look("a filter that is typed")
		s.d.press(keymap.ApplyFilter)
		s.look("a filter")
		s.d.press(keymap.EditFilter, keymap.EmptyFilter)
		s.d.send(tea.PasteMsg{Content: "status:" + raw})
		s.look("a mistake in a filter")
		s.d.press(keymap.ApplyFilter, keymap.CancelFilter, keymap.Down, keymap.FilterBy)
		s.look("the menu of values")
	}},
	{"the plan sheets", func(s *terminal, raw string) {
		for _, list := range []keymap.Action{keymap.Messages, keymap.Workflows} {
			for _, plan := range []keymap.Action{keymap.BringBack, keymap.Restart, keymap.RerunFailure, keymap.Delete} {
				s.d.press(list, keymap.First, keymap.Down, plan)
				s.look("a sheet")
				s.d.press(keymap.Back)
			}
			s.d.press(keymap.MarkAll, keymap.BringBack)
			for range 5 {
				s.look("a sheet of several")
				s.d.send(keyPress("down"))
			}
			s.d.press(keymap.Overrides)
			s.d.send(tea.PasteMsg{Content: raw})
			s.look("the form")
			s.d.press(keymap.NextField)
			s.d.send(tea.PasteMsg{Content: raw})
			s.look("the form, a field on")
			s.d.press(keymap.Back, keymap.Back)
		}
	}},
	{"errors", func(s *terminal, raw string) {
		for _, err := range []error{
			&model.BadRequestError{Host: "h" + raw, Status: 400, Detail: raw}, &model.ServerError{Host: raw, Status: 500, Detail: raw},
			&model.UnauthorizedError{Host: raw, Status: 401, Detail: raw}, &model.UnreadableError{Host: raw, What: raw, Detail: raw},
			&model.LostAnswerError{Host: raw, Cause: errors.New(raw)}, &model.NeverSentError{Host: raw, Cause: errors.New(raw)},
			&model.QuotaError{Detail: raw}, errors.New(raw),
		} {
			s.backend().listErr, s.backend().getErr = err, err
			s.d.pass(31 * time.Second)
			s.look("an error of the list")
			s.d.press(keymap.Down, keymap.Open)
			s.look("an error of the detail")
			s.d.press(keymap.Back, keymap.Back, keymap.Up)
		}
		s.d.press(keymap.ShowHelp, keymap.Last)
		s.look("past messages")
	}},
	{"the causes", func(s *terminal, _ string) {
		s.d.press(keymap.CausesView)
		for range 9 {
			s.look("the causes")
			s.d.press(keymap.Down, keymap.WhyTogether)
			s.look("why they are together")
			s.d.press(keymap.WhyTogether, keymap.Regroup, keymap.Down, keymap.Choose)
		}
		s.d.press(keymap.BringBack)
		s.look("a sheet of a group")
	}},
	{"the jobs", func(s *terminal, raw string) {
		s.backend().do = func(model.Write) (bool, error) {
			return false, &model.BadRequestError{Host: raw, Status: 400, Detail: raw}
		}
		s.d.press(keymap.Down, keymap.BringBack)
		s.d.pass(time.Second)
		s.d.press(keymap.Tick)
		s.d.confirm()
		s.look("an outcome in the list")
		s.d.press(keymap.JobsView)
		s.look("the jobs")
		s.d.press(keymap.Open)
		s.look("a job")
		copying(s.d, keymap.CopyReport)
		s.copiesNothingThatActs("the report")
		s.d.press(keymap.WriteReport, keymap.EmptyExport)
		s.d.send(tea.PasteMsg{Content: "report.md"})
		s.d.press(keymap.ApplyExport)
		s.look("a report that was written")
		s.wroteNothingThatActs()
	}},
	{"the trash", func(s *terminal, raw string) {
		s.d.press(keymap.Down, keymap.Delete)
		s.d.confirm()
		s.look("a delete")
		s.d.pass(10 * time.Second)
		s.d.press(keymap.JobsView)
		s.look("the trash")
		for range 3 {
			s.d.press(keymap.Down)
			s.d.press(keymap.PlanAgain)
			s.look("a sheet that publishes")
			s.d.press(keymap.Back)
		}
	}},
	{"the clipboard", func(s *terminal, _ string) {
		s.d.press(keymap.Down)
		for _, part := range []keymap.Action{keymap.CopyID, keymap.CopyBody, keymap.CopyHeaders, keymap.CopyResponse, keymap.CopyJSON, keymap.CopyCurl, keymap.CopyError} {
			copying(s.d, part)
			s.look("after a copy")
			s.copiesNothingThatActs(string(part))
		}
	}},
	{"files", func(s *terminal, raw string) {
		for _, name := range []string{"a.jsonl", "a.csv", raw, raw + ".jsonl", raw + ".csv"} {
			s.d.press(keymap.Export, keymap.EmptyExport)
			s.d.send(tea.PasteMsg{Content: name})
			s.look("the name of a file")
			s.d.press(keymap.ApplyExport)
			s.look("a file that was written")
			s.d.press(keymap.CancelExport)
		}
		s.wroteNothingThatActs()
	}},
}

func (s *terminal) backend() *memory { return s.d.backend.(*memory) }

func (s *terminal) copiesNothingThatActs(what string) {
	s.d.t.Helper()
	for _, c := range s.d.clipboard {
		if acting := hostile.Acting(c); acting != "" || strings.ContainsAny(c, "\x1b\r\b") {
			s.d.t.Fatalf("%s: %s was copied: %q", what, acting, c)
		}
	}
}

func (s *terminal) wroteNothingThatActs() {
	s.d.t.Helper()
	for _, name := range files(s.d.t) {
		if acting := hostile.Acting(name); acting != "" || strings.ContainsAny(name, "\x1b\r\n\t\b") {
			s.d.t.Fatalf("a file is named %q", name)
		}
		raw, err := os.ReadFile(name)
		if err != nil {
			s.d.t.Fatal(err)
		}
		if acting := hostile.Acting(string(raw)); acting != "" || bytes.ContainsAny(raw, "\x1b\r\b") {
			s.d.t.Fatalf("%s acts in %s: %.2000q", acting, name, raw)
		}
	}
}

func TestNoPayloadActsInAnyPlace(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, place := range places {
		t.Run(place.name, func(t *testing.T) {
			for i, p := range hostile.Payloads {
				if underRace > 1 && i%8 > 0 {
					continue
				}
				dir := t.TempDir()
				if err := os.Chdir(dir); err != nil {
					t.Fatal(err)
				}
				size := sizes[1]
				if i%4 == 0 {
					size = sizes[2]
				}
				past := &bin{past: []model.Trashed{{Name: p.Raw, Operation: p.Raw, At: start, Until: start.Add(time.Hour), Number: 1}, {Name: "b", Operation: p.Raw, Damage: p.Raw, Number: 2}}}
				d := newDriver(t, attacked(p.Raw), size[0], size[1], trashed(past), func(o *ui.Options) {
					o.Title, o.Trouble, o.BaseURL = "T"+p.Raw+"Z", p.Raw, "https://"+p.Raw
				})
				s := newTerminal(d)
				s.payload = p.Name
				s.look("the start")
				d.press(keymap.Back)
				place.visit(s, p.Raw)
				if left := strings.Join(d.m.Close(), "\n"); hostile.Acting(left) != "" {
					t.Errorf("%s: at the end it says %q", p.Name, left)
				}
				if t.Failed() {
					t.Fatalf("with %s: %q", p.Name, p.Raw)
				}
			}
		})
	}
}

// What the sanitizer makes of a text is itself harmless. A table that shows a text shows the same, in every cell, as one
// that shows what the sanitizer made of it: other rows and columns are as they were.
func TestATableWithAPayloadIsTheSameAsOneWithItsStandIns(t *testing.T) {
	for _, p := range hostile.Payloads {
		for _, view := range []keymap.Action{keymap.Messages, keymap.Workflows} {
			var screens []string
			for _, raw := range []string{p.Raw, text.Line("A" + p.Raw + "Z").String()[1 : len(text.Line("A"+p.Raw+"Z").String())-1]} {
				b := newMemory(3, 3)
				for _, k := range model.Kinds {
					e := &b.entries[k][1]
					e.Response, e.QueueName, e.Labels, e.FailureState = "said A"+raw+"Z", "A"+raw+"Z", []string{"A" + raw + "Z"}, "A"+raw+"Z"
				}
				d := newDriver(t, b, 200, 24)
				d.press(view)
				screens = append(screens, d.m.View().Content)
			}
			if screens[0] != screens[1] {
				t.Errorf("%s: the screens differ:\n%q\n%q", p.Name, screens[0], screens[1])
			}
		}
	}
}
