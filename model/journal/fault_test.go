package journal

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"redrive/model"
)

// faulty is a journal of which some uses of the disk fail.
func faulty(f faults) (*Journal, *memory) {
	m := newMemory()
	ops := failing{m, f.of}
	return newJournal(ops, failing{newMemory(), f.of}, failing{newMemory(), f.of}, newClock().now), m
}

func TestAFullDiskKeepsCallsFromBeingSent(t *testing.T) {
	for _, use := range []string{"write", "sync"} {
		f := faults{}
		j, m := faulty(f)
		must(t, j.Begin(operation("redrive-1", 2)))
		f[use] = syscall.ENOSPC
		sent := false
		_, err := j.Wrap(server{do: func(model.Write) (model.WriteResult, error) {
			sent = true
			return made("msg_a"), nil
		}}).Do(t.Context(), retry(t, "redrive-1", 0))
		if sent || !isNotRecorded(err) || !errors.Is(err, syscall.ENOSPC) {
			t.Errorf("%s: sent %t, error %v", use, sent, err)
		}
		if err := j.Note("redrive-1", []model.Note{{}}); err == nil || sentenceProblem(err) != "" {
			t.Errorf("%s: a note was recorded: %v", use, err)
		}
		if err := j.End("redrive-1"); err == nil {
			t.Errorf("%s: the end was recorded", use)
		}
		r := unfinished(t, newJournal(m, newMemory(), newMemory(), newClock().now))
		if len(r.Calls) != 0 || r.Damage != "" {
			t.Errorf("%s: the record has %+v", use, r)
		}
	}
}

func TestAfterADiskThatWasFullTheOperationGoesOn(t *testing.T) {
	f := faults{"write": syscall.ENOSPC}
	j, m := faulty(f)
	must(t, j.Begin(operation("redrive-1", 2)))
	if _, err := j.Wrap(server{}).Do(t.Context(), retry(t, "redrive-1", 0)); !isNotRecorded(err) {
		t.Fatal(err)
	}
	delete(f, "write")
	do(t, j, answers(made("msg_a"), nil), retry(t, "redrive-1", 0))
	r := unfinished(t, newJournal(m, newMemory(), newMemory(), newClock().now))
	if len(r.Calls) != 1 || !r.Calls[0].Answered || r.Damage != "" {
		t.Errorf("%+v", r)
	}
}

func TestAnAnswerThatCannotBeRecordedIsHandedOnAndRecordedLater(t *testing.T) {
	f := faults{}
	j, m := faulty(f)
	must(t, j.Begin(operation("redrive-1", 3)))
	full := server{do: func(model.Write) (model.WriteResult, error) {
		f["write"] = syscall.ENOSPC
		return made("msg_a"), nil
	}}
	got, err := j.Wrap(full).Do(t.Context(), retry(t, "redrive-1", 0))
	if err != nil || len(got.Created) != 1 {
		t.Fatalf("%+v, error %v", got, err)
	}
	if err := j.Trouble(); err == nil || !errors.Is(err, syscall.ENOSPC) || sentenceProblem(err) != "" {
		t.Errorf("the trouble is %v", err)
	}
	read := func() model.Recorded {
		return unfinished(t, newJournal(m, newMemory(), newMemory(), newClock().now))
	}
	if r := read(); len(r.Calls) != 1 || r.Calls[0].Answered || r.Damage != "" {
		t.Errorf("before there was room: %+v", r)
	}
	delete(f, "write")
	must(t, j.Note("redrive-1", []model.Note{{}}))
	if err := j.Trouble(); err != nil {
		t.Errorf("there is still trouble: %v", err)
	}
	if r := read(); len(r.Calls) != 1 || !r.Calls[0].Answered || len(r.Notes) != 1 || r.Damage != "" {
		t.Errorf("when there was room: %+v", r)
	}
	if _, err := j.Wrap(full).Do(t.Context(), retry(t, "redrive-1", 1)); err != nil {
		t.Fatal(err)
	}
	delete(f, "write")
	must(t, j.Close())
	if r := read(); len(r.Calls) != 2 || !r.Calls[1].Answered {
		t.Errorf("after the end of the session: %+v", r)
	}
}

func TestAfterASyncThatFailedNothingOfTheOperationIsSent(t *testing.T) {
	f := faults{"sync": syscall.EIO}
	j, _ := faulty(f)
	must(t, j.Begin(operation("redrive-1", 2)))
	for range 2 {
		_, err := j.Wrap(server{}).Do(t.Context(), retry(t, "redrive-1", 0))
		if !isNotRecorded(err) {
			t.Fatal(err)
		}
		maps.DeleteFunc(f, func(string, error) bool { return true })
	}
	must(t, j.Begin(operation("redrive-2", 1)))
	do(t, j, answers(made("msg_a"), nil), retry(t, "redrive-2", 0))
}

func TestWhatCannotBeTakenBackIsNeverTakenForALine(t *testing.T) {
	f := faults{"write": syscall.ENOSPC, "truncate": syscall.EIO}
	j, m := faulty(f)
	must(t, j.Begin(operation("redrive-1", 2)))
	if _, err := j.Wrap(server{}).Do(t.Context(), retry(t, "redrive-1", 0)); !isNotRecorded(err) {
		t.Fatal(err)
	}
	maps.DeleteFunc(f, func(string, error) bool { return true })
	if _, err := j.Wrap(server{}).Do(t.Context(), retry(t, "redrive-1", 0)); !isNotRecorded(err) {
		t.Errorf("a call was sent: %v", err)
	}
	r := unfinished(t, newJournal(m, newMemory(), newMemory(), newClock().now))
	if len(r.Calls) != 0 || !strings.Contains(r.Damage, "cut off") {
		t.Errorf("%+v", r)
	}
}

func TestWhateverFailsIsToldAndNothingIsSent(t *testing.T) {
	broken := errors.New("input/output error")
	for _, use := range []string{"list", "create", "read", "open"} {
		f := faults{}
		j, m := faulty(f)
		_, err := m.create("1-redrive-1.jsonl", full(t)[:bytesOfPlan(t)])
		must(t, err)
		f[use] = broken
		name := "redrive-1"
		if use == "create" {
			name = "redrive-2"
		}
		o := operation(name, 5)
		if err := j.Begin(o); !isNotRecorded(err) || !errors.Is(err, broken) {
			t.Errorf("%s: %v", use, err)
		}
		if _, err := j.Wrap(server{}).Do(t.Context(), retry(t, name, 0)); !isNotRecorded(err) {
			t.Errorf("%s: sent, error %v", use, err)
		}
		_, unfinishedErr := j.Unfinished()
		_, pastErr := j.Past(1)
		if failed := use == "list" || use == "read"; (unfinishedErr != nil) != failed || (pastErr != nil) != failed {
			t.Errorf("%s: unfinished %v, past %v", use, unfinishedErr, pastErr)
		}
	}
}

func bytesOfPlan(t *testing.T) int {
	t.Helper()
	return strings.IndexByte(string(full(t)), '\n') + 1
}

func TestATrashThatCannotBeWrittenOrReadSaysSo(t *testing.T) {
	f := faults{}
	j, _ := faulty(f)
	entries := []model.Detail{{}}
	must(t, j.SaveTrash("redrive-1", entries, time.Time{}))
	all, err := j.Trash()
	must(t, err)
	for _, use := range []string{"list", "create", "read", "remove"} {
		maps.DeleteFunc(f, func(string, error) bool { return true })
		f[use] = syscall.EIO
		err := map[string]func() error{
			"list": func() error {
				_, err := j.Trash()
				return errors.Join(err, j.SaveTrash("redrive-1", entries, time.Time{}))
			},
			"create": func() error { return j.SaveTrash("redrive-2", entries, time.Time{}) },
			"read":   func() error { _, err := j.LoadTrash(all[0].Name); return err },
			"remove": func() error { return j.RemoveTrash(all[0].Name) },
		}[use]()
		if !errors.Is(err, syscall.EIO) {
			t.Errorf("%s: %v", use, err)
		}
	}
	delete(f, "remove")
	f["read"] = syscall.EIO
	if _, err := j.Trash(); err == nil {
		t.Error("a trash that cannot be read was listed")
	}
}

func TestAPublicationThatCannotBeRecordedIsNotSent(t *testing.T) {
	for _, use := range []string{"create", "write", "open"} {
		f := faults{}
		j, _ := faulty(f)
		sent := 0
		b := j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) {
			sent++
			return model.Created{}, nil
		}})
		m := model.NewMessage{Destination: "https://a.example"}
		want := 0
		if use == "open" {
			// The second of a file.
			_, err := b.Publish(t.Context(), m)
			must(t, err)
			want = 1
		}
		f[use] = syscall.ENOSPC
		if _, err := b.Publish(t.Context(), m); !isNotRecorded(err) || sent != want {
			t.Errorf("%s: %d sent, error %v", use, sent, err)
		}
	}
}

func TestAFolderThatGoesAwayIsTold(t *testing.T) {
	dir := t.TempDir()
	j := session(t, dir, newClock())
	must(t, j.Begin(operation("redrive-1", 1)))
	found, err := filepath.Glob(filepath.Join(dir, "*"))
	must(t, err)
	must(t, os.RemoveAll(found[0]))
	if err := j.Begin(operation("redrive-2", 1)); !isNotRecorded(err) {
		t.Errorf("an operation was begun in no folder: %v", err)
	}
	if _, err := j.Unfinished(); err == nil || sentenceProblem(err) != "" {
		t.Errorf("what is unfinished: %v", err)
	}
	if err := j.ops.remove("x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
	if _, err := j.ops.open("x"); !errors.Is(err, os.ErrNotExist) {
		t.Error(err)
	}
}

func TestAFileThatCannotTakeItsNameLeavesNothing(t *testing.T) {
	dir := t.TempDir()
	must(t, os.Mkdir(filepath.Join(dir, "1-a.jsonl"), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "1-a.jsonl", "x"), nil, 0o600))
	d := folder{dir}
	if _, err := d.create("1-a.jsonl", []byte("x")); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if names, err := d.list(); err != nil || len(names) != 0 {
		t.Errorf("it left %v, error %v", names, err)
	}
	must(t, os.Symlink("/dev/full", filepath.Join(dir, "2-a.jsonl")))
	if _, err := d.open("2-a.jsonl"); err == nil {
		t.Error("a link was followed")
	}
	if _, err := d.read("2-a.jsonl"); err == nil {
		t.Error("a link was followed")
	}
}

func TestWhatThisSessionBeganIsNotReadToTellWhatOthersLeft(t *testing.T) {
	f := faults{}
	j, _ := faulty(f)
	must(t, j.Begin(operation("redrive-1", 2)))
	f["read"] = syscall.EIO
	noneUnfinished(t, j)
}

func TestWhatOthersGoOnWithIsReadAgain(t *testing.T) {
	m := newMemory()
	session := func() *Journal { return newJournal(m, newMemory(), newMemory(), newClock().now) }
	one, other := session(), session()
	must(t, one.Begin(operation("redrive-1", 2)))
	for notes := range 3 {
		for range 2 {
			if r := unfinished(t, other); len(r.Notes) != notes {
				t.Errorf("%d notes, not %d", len(r.Notes), notes)
			}
		}
		must(t, one.Note("redrive-1", []model.Note{{}}))
	}
}
