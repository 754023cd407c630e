package ui_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// inDirectory is a driver in a directory of its own.
func inDirectory(t *testing.T, b model.Backend, options ...option) *driver {
	t.Helper()
	t.Chdir(t.TempDir())
	return newDriver(t, b, 120, 40, options...)
}

// files are the names of all files in the working directory.
func files(t *testing.T) []string {
	t.Helper()
	all, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, f := range all {
		names = append(names, f.Name())
	}
	return names
}

func writeTo(d *driver, name string) {
	d.press(keymap.Export, keymap.EmptyExport)
	d.send(tea.PasteMsg{Content: name + "\n"})
	d.press(keymap.ApplyExport)
}

func readLines(t *testing.T, name string) []map[string]any {
	t.Helper()
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	var out []map[string]any
	for line := range strings.SplitSeq(strings.TrimRight(string(raw), "\n"), "\n") {
		var entry map[string]any
		if err := json.Unmarshal([]byte(line), &entry); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		out = append(out, entry)
	}
	return out
}

const defaultName = "redrive-messages-20260314-030800.jsonl"

func TestAllRowsAreWrittenWholeOneALine(t *testing.T) {
	b := newMemory(40, 0)
	for i := range 40 {
		b.details[message(i).Key.ID] = model.Detail{
			Header: []model.HeaderField{{Name: "Authorization", Value: "Bearer s3cr3t-value-42"}},
			Body:   model.Body{Bytes: []byte(`{"password":"hunter2"}`)}, ResponseBody: model.Body{Bytes: []byte{0xff, 0}},
			Unknown: []model.HeaderField{{Name: "newField", Value: `[1,{"a":9007199254740993}]`}},
		}
	}
	d := inDirectory(t, b)
	d.press(keymap.Export)
	d.shows("write to  "+defaultName, "40 messages · secrets masked · whole, one JSON a line")
	d.press(keymap.ApplyExport)
	d.shows("40 messages written to " + defaultName + " (secrets masked)")
	entries := readLines(t, defaultName)
	if len(entries) != 40 {
		t.Fatalf("%d lines were written", len(entries))
	}
	for i, e := range entries {
		if e["dlqId"] != message(i).Key.ID || e["responseBodyBase64"] != "/wA=" || e["masked"] != true {
			t.Errorf("line %d is %v", i, e)
		}
	}
	raw, _ := os.ReadFile(defaultName)
	if s := string(raw); strings.Contains(s, "hunter2") || strings.Contains(s, "s3cr3t") || !strings.Contains(s, "9007199254740993") {
		t.Errorf("the file has secrets, or lacks what is not known:\n%.500s", s)
	}
	info, err := os.Stat(defaultName)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file can be read by others: %v, %v", info.Mode(), err)
	}
	if f := files(t); len(f) != 1 {
		t.Errorf("there are more files: %q", f)
	}
}

func TestSecretsAreWrittenWhenThatWasAskedFor(t *testing.T) {
	d := inDirectory(t, withDetail(`{"password":"hunter2"}`, "x"), func(o *ui.Options) { o.IncludeSecrets = true })
	d.press(keymap.Export)
	d.hides("masked")
	d.press(keymap.ApplyExport)
	if e := readLines(t, defaultName)[0]; e["body"] != `{"password":"hunter2"}` || e["masked"] != false {
		t.Errorf("the entry is %v", e)
	}
}

func TestOnlyWhatIsMarkedAndShownIsWritten(t *testing.T) {
	d := inDirectory(t, newMemory(9, 0))
	d.press(keymap.Mark, keymap.Mark, keymap.Mark)
	filterBy(d, "status:503")
	d.press(keymap.Export)
	d.shows("2 marked messages, without 1 hidden by the filter")
	d.press(keymap.ApplyExport)
	entries := readLines(t, defaultName)
	if len(entries) != 2 || entries[0]["messageId"] != "msg_0000" || entries[1]["messageId"] != "msg_0001" {
		t.Errorf("written were %v", entries)
	}
}

func TestAListThatIsNotCompleteSaysSo(t *testing.T) {
	d := inDirectory(t, newMemory(1000, 0))
	d.press(keymap.Export)
	d.shows("of the loaded messages (a loads the rest)")
}

func TestATableHasNoFormulas(t *testing.T) {
	b := newMemory(6, 0)
	bad := []string{"=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx"}
	for i, s := range bad {
		b.entries[model.Message][i].QueueName = s
	}
	d := inDirectory(t, b)
	writeTo(d, "out.CSV")
	d.shows("6 messages written to out.CSV")
	raw, err := os.ReadFile("out.CSV")
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(raw)).ReadAll()
	if err != nil || len(rows) != 7 {
		t.Fatalf("%d rows, %v", len(rows), err)
	}
	want := []string{"'=1+1", "'+1", "'-1", "'@SUM(A1)", "'\tx", `\u000dx`}
	for i, s := range bad {
		if got := rows[i+1][9]; got != want[i] {
			t.Errorf("%q was written as %q, want %q", s, got, want[i])
		}
	}
	if b.calls["get"] > 0 {
		t.Errorf("%d entries were read for a table of summaries", b.calls["get"])
	}
}

func TestAFileThatExistsIsOverwrittenAfterASecondEnterOnly(t *testing.T) {
	d := inDirectory(t, newMemory(3, 0))
	if err := os.WriteFile("a.jsonl", []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	writeTo(d, "a.jsonl")
	d.shows("exists: enter again overwrites")
	d.typed("x")
	d.hides("exists")
	d.send(tea.KeyPressMsg{Code: tea.KeyBackspace})
	d.press(keymap.ApplyExport)
	d.shows("exists: enter again overwrites")
	if raw, _ := os.ReadFile("a.jsonl"); string(raw) != "mine" {
		t.Fatalf("the file is %q", raw)
	}
	d.press(keymap.ApplyExport)
	d.shows("3 messages written to a.jsonl")
	if n := len(readLines(t, "a.jsonl")); n != 3 {
		t.Errorf("%d lines were written", n)
	}
	if info, _ := os.Stat("a.jsonl"); info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v", info.Mode())
	}
}

func TestAFileThatCannotBeWrittenIsCalledWhatTheUserCallsIt(t *testing.T) {
	b := &meddling{memory: newMemory(3, 0)}
	d := inDirectory(t, b)
	b.onGet = func() error {
		for _, name := range files(t) {
			_ = os.Remove(name)
		}
		return nil
	}
	writeTo(d, "a.jsonl")
	d.shows("nothing was written: a.jsonl: no such file")
}

func TestAFileThatComesIntoBeingMeanwhileIsLeftAlone(t *testing.T) {
	b := &meddling{memory: newMemory(3, 0)}
	d := inDirectory(t, b)
	b.onGet = func() error { return os.WriteFile("a.jsonl", []byte("theirs"), 0o644) }
	writeTo(d, "a.jsonl")
	d.shows("nothing was written: a.jsonl has come into being meanwhile")
	if raw, _ := os.ReadFile("a.jsonl"); string(raw) != "theirs" {
		t.Errorf("the file is %q", raw)
	}
	if f := files(t); len(f) != 1 {
		t.Errorf("something was left: %q", f)
	}
}

func TestANameThatCannotBeIsSaidBeforeAnythingIsRead(t *testing.T) {
	b := newMemory(3, 0)
	d := inDirectory(t, b)
	if err := os.Mkdir("d.jsonl", 0o755); err != nil {
		t.Fatal(err)
	}
	for name, why := range map[string]string{
		"out": "must end in .jsonl", "out.txt": "must end in .jsonl", "": "must end in .jsonl",
		"none/out.jsonl": "there is no such directory", "d.jsonl": "is no file", "a\u202eb.jsonl": "cannot be read",
	} {
		writeTo(d, name)
		d.shows(why)
		d.press(keymap.CancelExport)
		d.hides("write to")
	}
	if b.calls["get"] > 0 || len(files(t)) != 1 {
		t.Errorf("%d reads, files %q", b.calls["get"], files(t))
	}
}

func TestEscStopsAnExportAndLeavesNothing(t *testing.T) {
	d := inDirectory(t, newMemory(90, 0))
	d.holding = true
	d.press(keymap.Export, keymap.ApplyExport)
	for range 3 { // the name, and two steps
		held := d.held
		d.held = nil
		for _, c := range held {
			d.send(c())
		}
	}
	d.shows("writing: 32 of 90 messages · esc stops")
	if f := files(t); len(f) != 1 || f[0] == defaultName {
		t.Errorf("under way there are the files %q", f)
	}
	d.press(keymap.Export)
	d.shows("a file is being written")
	d.pass(10 * time.Second)
	d.press(keymap.Back)
	d.release()
	d.shows("stopped: nothing was written")
	if f := files(t); len(f) != 0 {
		t.Errorf("something was left: %q", f)
	}
}

func TestAnExportUnderWayAtTheEndLeavesNothingAndIsSaid(t *testing.T) {
	d := inDirectory(t, newMemory(90, 0))
	d.holding = true
	d.press(keymap.Export, keymap.ApplyExport)
	for range 2 {
		held := d.held
		d.held = nil
		for _, c := range held {
			d.send(c())
		}
	}
	left := d.m.Close()
	if len(left) != 1 || !strings.Contains(left[0], defaultName) {
		t.Errorf("at the end it says %q", left)
	}
	d.release()
	if f := files(t); len(f) != 0 {
		t.Errorf("something was left: %q", f)
	}
}

func TestEntriesThatAreGoneMeanwhileAreCounted(t *testing.T) {
	b := newMemory(30, 0)
	d := inDirectory(t, b)
	b.remove(message(3).Key)
	b.remove(message(20).Key)
	d.press(keymap.Export, keymap.ApplyExport)
	d.shows("28 messages written to " + defaultName + ", 2 gone from the DLQ meanwhile")
	if n := len(readLines(t, defaultName)); n != 28 {
		t.Errorf("%d lines were written", n)
	}
}

func TestAnErrorWritesNothing(t *testing.T) {
	b := newMemory(30, 0)
	d := inDirectory(t, b)
	b.getErr = errors.New("the line dropped")
	d.press(keymap.Export, keymap.ApplyExport)
	d.shows("nothing was written: the line dropped")
	if f := files(t); len(f) != 0 {
		t.Errorf("something was left: %q", f)
	}
}

func TestAnExportWaitsForARateLimit(t *testing.T) {
	b := &meddling{memory: newMemory(30, 0)}
	d := inDirectory(t, b)
	var calls atomic.Int32
	b.onGet = func() error {
		if n := calls.Add(1); n > 20 && n <= 24 {
			return &model.RateLimitedError{Until: d.now.Add(5 * time.Second)}
		}
		return nil
	}
	d.press(keymap.Export, keymap.ApplyExport)
	d.shows("the server is asked again at 03:08:05")
	d.pass(6 * time.Second)
	d.shows("30 messages written")
	entries := readLines(t, defaultName)
	for i, e := range entries {
		if e["dlqId"] != message(i).Key.ID {
			t.Errorf("line %d is of %v", i, e["dlqId"])
		}
	}
	if len(entries) != 30 {
		t.Errorf("%d lines were written", len(entries))
	}
}

func TestALimitWithoutATimeIsWaitedForToo(t *testing.T) {
	b := &meddling{memory: newMemory(1, 0)}
	d := inDirectory(t, b)
	reads := 0
	b.onGet = func() error {
		if reads++; reads < 3 {
			return &model.RateLimitedError{}
		}
		return nil
	}
	d.press(keymap.Export, keymap.ApplyExport)
	d.shows("the server is asked again at 03:08:01")
	d.pass(3 * time.Second)
	d.shows("1 message written")
}

func TestNoMoreThanFourEntriesAreReadAtOnce(t *testing.T) {
	b := &meddling{memory: newMemory(40, 0)}
	d := inDirectory(t, b)
	var now, most, begun atomic.Int32
	four := make(chan struct{})
	b.onGet = func() error {
		n := now.Add(1)
		defer now.Add(-1)
		for m := most.Load(); n > m && !most.CompareAndSwap(m, n); m = most.Load() {
		}
		if begun.Add(1) == 4 {
			close(four)
		}
		select {
		case <-four: // the first four wait for each other
		case <-time.After(10 * time.Second):
			return errors.New("they come one after the other")
		}
		return nil
	}
	d.press(keymap.Export, keymap.ApplyExport)
	if n := most.Load(); n != 4 {
		t.Errorf("%d entries were read at once", n)
	}
}

func TestThePaneOfRunsWritesRuns(t *testing.T) {
	d := inDirectory(t, newMemory(3, 3))
	d.press(keymap.Workflows, keymap.Export, keymap.ApplyExport)
	name := "redrive-workflow-runs-20260314-030800.jsonl"
	d.shows("3 workflow runs written to " + name)
	if e := readLines(t, filepath.Join(".", name))[0]; e["kind"] != "workflow run" || e["workflowRunId"] != "wfr_0000" {
		t.Errorf("the entry is %v", e)
	}
}

func TestTextForTheNameIsNeverTakenForKeys(t *testing.T) {
	b := newMemory(3, 0)
	d := inDirectory(t, b)
	d.press(keymap.Export)
	d.typed("Rq1 y")
	d.shows(defaultName + "Rq1 y")
	d.press(keymap.Interrupt)
	d.hides("write to")
	if d.ended || b.calls["do"] > 0 {
		t.Error("text for the name was taken for keys")
	}
}

// meddling is a memory in which something happens with each read of an entry.
type meddling struct {
	*memory
	onGet func() error
}

func (b *meddling) Get(ctx context.Context, k model.Key) (model.Detail, error) {
	if b.onGet != nil {
		if err := b.onGet(); err != nil {
			return model.Detail{}, err
		}
	}
	return b.memory.Get(ctx, k)
}
