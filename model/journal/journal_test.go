package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"redrive/model"
)

func TestTheNextSessionKnowsWhatWasUnderWay(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	first := session(t, dir, c)
	o := operation("redrive-1a2b3c4d", 4)
	o.Overrides.Values[model.SetRetries] = "0"
	o.Overrides.Values[model.SetFlowKey] = "k"
	must(t, first.Begin(o))
	do(t, first, answers(made("msg_new"), nil), retry(t, o.Name, 0))
	c.pass(time.Second)
	lost := &model.LostAnswerError{Host: "qstash.upstash.io", Cause: errors.New("EOF")}
	if _, err := first.Wrap(answers(model.WriteResult{}, lost)).Do(t.Context(), retry(t, o.Name, 1, 2)); !errors.Is(err, lost) {
		t.Fatalf("the answer was not handed on: %v", err)
	}
	notes := []model.Note{{Index: 0, Outcome: model.Outcome{State: model.Delivered, Verb: model.Retry, At: epoch, Created: model.Created{MessageID: "msg_new"}}}}
	must(t, first.Note(o.Name, notes))
	panicked := func() (p any) {
		defer func() { p = recover() }()
		_, _ = first.Wrap(server{do: func(model.Write) (model.WriteResult, error) { panic("killed") }}).Do(t.Context(), retry(t, o.Name, 3))
		return nil
	}()
	if panicked == nil {
		t.Fatal("the call did not end in the middle")
	}
	must(t, first.Close())

	got := unfinished(t, session(t, dir, c))
	want := model.Recorded{
		Operation: o,
		Calls: []model.RecordedCall{
			{IDs: []string{id(0)}, Labelled: true, At: epoch, Answered: true, Result: made("msg_new")},
			{IDs: []string{id(1), id(2)}, Labelled: true, At: epoch.Add(time.Second), Answered: true, Err: got.Calls[1].Err},
			{IDs: []string{id(3)}, Labelled: true, At: epoch.Add(time.Second)},
		},
		Notes: notes,
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if e, is := errors.AsType[*model.LostAnswerError](got.Calls[1].Err); !is || e.Error() != lost.Error() {
		t.Errorf("the lost answer came back as %v", got.Calls[1].Err)
	}
}

func TestAnIntentIsOnTheDiskBeforeTheCallLeaves(t *testing.T) {
	dir := t.TempDir()
	j := session(t, dir, newClock())
	must(t, j.Begin(operation("redrive-1", 2)))
	s := server{do: func(model.Write) (model.WriteResult, error) {
		b, err := os.ReadFile(theFile(t, dir, "ops"))
		must(t, err)
		r := readOperation("1-redrive-1.jsonl", b)
		if len(r.Calls) != 1 || r.Calls[0].Answered || !reflect.DeepEqual(r.Calls[0].IDs, []string{id(1)}) {
			t.Errorf("while the call was under way the record had %+v", r.Calls)
		}
		return made("msg_new"), nil
	}}
	do(t, j, s, retry(t, "redrive-1", 1))
}

func TestAnOperationThatHasEndedIsPastAndNotUnfinished(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	for i := range 3 {
		name := fmt.Sprintf("redrive-%d", i)
		must(t, j.Begin(operation(name, 1)))
		c.pass(time.Minute)
		must(t, j.End(name))
		must(t, j.End(name))
	}
	must(t, j.Close())
	next := session(t, dir, c)
	noneUnfinished(t, next)
	past, err := next.Past(2)
	must(t, err)
	if len(past) != 2 || past[0].Operation.Name != "redrive-2" || past[1].Operation.Name != "redrive-1" || !past[0].Ended {
		t.Errorf("past: %+v", past)
	}
	if err := next.Begin(operation("redrive-1", 1)); !isNotRecorded(err) {
		t.Errorf("an operation that has ended was begun again: %v", err)
	}
}

func TestUnfinishedOperationsComeOldestFirst(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	for _, name := range []string{"redrive-c", "redrive-a", "redrive-b"} {
		must(t, j.Begin(operation(name, 1)))
		c.pass(time.Minute)
	}
	noneUnfinished(t, j)
	must(t, j.Close())
	all, err := session(t, dir, c).Unfinished()
	must(t, err)
	var names []string
	for _, r := range all {
		names = append(names, r.Operation.Name)
	}
	if strings.Join(names, " ") != "redrive-c redrive-a redrive-b" {
		t.Errorf("unfinished: %v", names)
	}
}

func TestALaterSessionGoesOnWithAnOperation(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	first := session(t, dir, c)
	o := operation("redrive-1", 3)
	o.Overrides.Forward = []string{"X-Key: hidden"}
	must(t, first.Begin(o))
	must(t, first.Begin(o))
	do(t, first, answers(made("msg_a"), nil), retry(t, o.Name, 0))
	must(t, first.Close())

	second := session(t, dir, c)
	found := unfinished(t, second)
	other := found.Operation
	other.Entries = other.Entries[:2]
	if err := second.Begin(other); !isNotRecorded(err) {
		t.Errorf("another operation of that name was begun: %v", err)
	}
	must(t, second.Note(o.Name, []model.Note{{Index: 1, Outcome: model.Outcome{State: model.InDoubt}}}))
	if _, err := second.Wrap(answers(made("msg_x"), nil)).Do(t.Context(), retry(t, o.Name, 1)); !isNotRecorded(err) {
		t.Errorf("a write of an operation that was only noted about was sent: %v", err)
	}
	must(t, second.Begin(found.Operation))
	do(t, second, answers(made("msg_b"), nil), retry(t, o.Name, 1))
	must(t, second.Close())

	third := session(t, dir, c)
	r := unfinished(t, third)
	if len(r.Calls) != 2 || r.Calls[0].Result.Created[0].MessageID != "msg_a" || r.Calls[1].Result.Created[0].MessageID != "msg_b" || r.Damage != "" {
		t.Errorf("the record: %+v", r)
	}
	must(t, third.End(o.Name))
	noneUnfinished(t, third)
	if _, err := third.Wrap(answers(made("msg_x"), nil)).Do(t.Context(), retry(t, o.Name, 1)); !isNotRecorded(err) {
		t.Errorf("a write of an operation that has ended was sent: %v", err)
	}
}

func TestNothingIsSentThatIsNotOfAnOperationThatWasBegun(t *testing.T) {
	j := InMemory()
	must(t, j.Begin(operation("redrive-1", 2)))
	must(t, j.Begin(operation("redrive-over", 2)))
	must(t, j.End("redrive-over"))
	byFilter := operation("redrive-filter", 1)
	byFilter.Filter = &model.ServerFilter{Labels: []string{"orders"}}
	must(t, j.Begin(byFilter))
	matching := func(dlq model.DLQ) model.Matching {
		m, err := model.NewMatching(dlq, model.Message, *byFilter.Filter)
		must(t, err)
		return m
	}
	deletes := retry(t, "redrive-1", 0)
	deletes.Verb, deletes.Overrides = model.Delete, model.Overrides{}
	elsewhere, err := model.NewSelection(model.Key{DLQ: "other", ID: id(0)})
	must(t, err)
	sweep := model.Write{Verb: model.Retry, Matching: matching(account), Count: 10, Operation: "redrive-filter"}

	for name, w := range map[string]model.Write{
		"none":             retry(t, "", 0),
		"one not begun":    retry(t, "redrive-2", 0),
		"one that is over": retry(t, "redrive-over", 0),
		"another entry":    retry(t, "redrive-1", 0, 2),
		"another verb":     deletes,
		"another DLQ":      {Verb: model.Retry, Selection: elsewhere, Operation: "redrive-1"},
		"a filter":         {Verb: model.Retry, Matching: matching(account), Count: 10, Operation: "redrive-1"},
		"another's filter": {Verb: model.Retry, Matching: matching("other"), Count: 10, Operation: "redrive-filter"},
	} {
		sent := false
		_, err := j.Wrap(server{do: func(model.Write) (model.WriteResult, error) {
			sent = true
			return model.WriteResult{}, nil
		}}).Do(t.Context(), w)
		if sent || !isNotRecorded(err) {
			t.Errorf("%s: sent %t, error %v", name, sent, err)
		}
	}
	do(t, j, answers(model.WriteResult{Count: 3, Next: "n"}, nil), sweep)
	if _, err := j.Wrap(server{}).Do(t.Context(), model.Write{Verb: model.Retry, Operation: "redrive-1"}); !errors.Is(err, model.ErrEmptySelection) {
		t.Errorf("a write for nothing: %v", err)
	}
}

func TestAnOperationThatCannotBeRecordedIsNotBegun(t *testing.T) {
	for name, change := range map[string]func(*model.Operation){
		"no name":           func(o *model.Operation) { o.Name = "" },
		"a path for a name": func(o *model.Operation) { o.Name = "../redrive" },
		"another DLQ":       func(o *model.Operation) { o.DLQ = "other" },
		"no entries":        func(o *model.Operation) { o.Entries = nil },
		"an empty id":       func(o *model.Operation) { o.Entries[0].ID = "" },
		"no verb":           func(o *model.Operation) { o.Verb = 0 },
	} {
		dir := t.TempDir()
		j := session(t, dir, newClock())
		o := operation("redrive-1", 1)
		change(&o)
		if err := j.Begin(o); !isNotRecorded(err) {
			t.Errorf("%s: %v", name, err)
		}
		if all := files(t, dir); len(all) != 0 {
			t.Errorf("%s: it left %v", name, all)
		}
	}
}

func TestNotesAreOfEntriesThatAreThere(t *testing.T) {
	j := InMemory()
	must(t, j.Begin(operation("redrive-1", 2)))
	must(t, j.Note("redrive-1", nil))
	for _, n := range []int{-1, 2} {
		if j.Note("redrive-1", []model.Note{{Index: n}}) == nil {
			t.Errorf("a note of entry %d was taken", n)
		}
	}
	if err := j.Note("redrive-2", []model.Note{{}}); !isNotRecorded(err) {
		t.Errorf("a note of no operation: %v", err)
	}
	if err := j.End("redrive-2"); !isNotRecorded(err) {
		t.Errorf("the end of no operation: %v", err)
	}
}

func TestCallsAtOnceAreAllRecorded(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	const n = 40
	must(t, j.Begin(operation("redrive-1", n)))
	b := j.Wrap(server{do: func(w model.Write) (model.WriteResult, error) {
		return made("msg_of_" + w.Selection.At(0).ID), nil
	}})
	writes := make([]model.Write, n)
	for i := range writes {
		writes[i] = retry(t, "redrive-1", i)
	}
	var wait sync.WaitGroup
	for i := range n {
		wait.Go(func() {
			if _, err := b.Do(context.Background(), writes[i]); err != nil {
				t.Error(err)
			}
			if err := j.Note("redrive-1", []model.Note{{Index: i}}); err != nil {
				t.Error(err)
			}
			if _, err := j.Unfinished(); err != nil {
				t.Error(err)
			}
		})
	}
	wait.Wait()
	must(t, j.Close())
	r := unfinished(t, session(t, dir, c))
	seen := map[string]bool{}
	for _, call := range r.Calls {
		if !call.Answered || len(call.IDs) != 1 || call.Result.Created[0].MessageID != "msg_of_"+call.IDs[0] {
			t.Errorf("a call got another's answer: %+v", call)
			continue
		}
		seen[call.IDs[0]] = true
	}
	if len(seen) != n || len(r.Notes) != n || r.Damage != "" {
		t.Errorf("%d calls, %d notes, damage %q", len(seen), len(r.Notes), r.Damage)
	}
}

func TestWhatIsInMemoryIsTheSameWithoutFiles(t *testing.T) {
	j := InMemory()
	o := operation("redrive-1", 1)
	o.DLQ = "whatever"
	must(t, j.Begin(o))
	noneUnfinished(t, j)
	must(t, j.End("redrive-1"))
	past, err := j.Past(5)
	if err != nil || len(past) != 1 || !reflect.DeepEqual(past[0].Operation, o) {
		t.Errorf("past: %+v, error %v", past, err)
	}
	must(t, j.Close())
	if err := j.Begin(o); !isNotRecorded(err) {
		t.Errorf("a closed journal began an operation: %v", err)
	}
	if err := j.End("redrive-1"); !isNotRecorded(err) {
		t.Errorf("a closed journal ended an operation: %v", err)
	}
}

func TestFilesAreForTheUserOnly(t *testing.T) {
	dir, c := filepath.Join(t.TempDir(), "state", "redrive"), newClock()
	defer syscall.Umask(syscall.Umask(0))
	j := session(t, dir, c)
	must(t, j.Begin(operation("redrive-1", 1)))
	must(t, j.SaveTrash("redrive-1", []model.Detail{{}}, time.Time{}))
	_, err := j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) { return model.Created{}, nil }}).
		Publish(t.Context(), model.NewMessage{Destination: "https://a.example"})
	must(t, err)
	must(t, j.Close())
	check := func() {
		t.Helper()
		n := 0
		must(t, filepath.WalkDir(dir, func(path string, e os.DirEntry, err error) error {
			must(t, err)
			info, err := e.Info()
			must(t, err)
			want := os.FileMode(0o600)
			if e.IsDir() {
				want = 0o700
			} else {
				n++
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s has the mode %v", path, info.Mode())
			}
			return nil
		}))
		if n != 4 {
			t.Errorf("there are %d files", n)
		}
	}
	check()
	must(t, filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		must(t, err)
		return os.Chmod(path, 0o777)
	}))
	session(t, dir, c)
	check()
}

func TestWhatIsInTheWayIsSaidInOneSentence(t *testing.T) {
	dir := t.TempDir()
	taken := filepath.Join(dir, "file")
	must(t, os.WriteFile(taken, nil, 0o600))
	_, err := Open(taken, "d", newClock().now)
	if err == nil || !strings.Contains(err.Error(), "in the place of a folder") || sentenceProblem(err) != "" {
		t.Errorf("a file in the place of the folder: %v", err)
	}
	theirs := filepath.Join(dir, "theirs")
	must(t, os.Mkdir(theirs, 0o700))
	if os.Geteuid() == 0 {
		must(t, os.Chown(theirs, 12345, 12345))
		_, err = Open(theirs, "d", newClock().now)
		if err == nil || !strings.Contains(err.Error(), "another user") || sentenceProblem(err) != "" {
			t.Errorf("a folder of another user: %v", err)
		}
	}
	for errno, says := range map[error]string{
		syscall.ENOSPC: "the disk is full", syscall.EROFS: "read-only", syscall.EACCES: "may not be written", syscall.EIO: "input/output",
	} {
		err := sentence("/x", &os.PathError{Op: "open", Path: "/x", Err: errno})
		if !strings.Contains(err.Error(), says) || sentenceProblem(err) != "" {
			t.Errorf("%v: %v", errno, err)
		}
	}
}

func TestTheFolderIsWhereTheStateOfProgramsIs(t *testing.T) {
	for _, c := range []struct{ state, home, want string }{
		{"/s", "/h", "/s/redrive"},
		{"", "/h", "/h/.local/state/redrive"},
		{"relative", "/h", "/h/.local/state/redrive"},
		{"", "", ""},
		{"", "relative", ""},
	} {
		got, err := Dir(func(name string) string { return map[string]string{"XDG_STATE_HOME": c.state, "HOME": c.home}[name] })
		if got != c.want || (err == nil) != (c.want != "") || err != nil && sentenceProblem(err) != "" {
			t.Errorf("%+v: %q, error %v", c, got, err)
		}
	}
}

func TestEveryDLQHasAFolderOfItsOwn(t *testing.T) {
	names := map[string]model.DLQ{}
	for _, dlq := range []model.DLQ{"", ".", "..", "../..", "a/b", "a_b", "a#b", "host#1", "host:80#1", "\x00", model.DLQ(strings.Repeat("x", 300)), model.DLQ(strings.Repeat("x", 301))} {
		name := folderName(dlq)
		if before, taken := names[name]; taken {
			t.Errorf("%q and %q are both in %s", before, dlq, name)
		}
		names[name] = dlq
		if filepath.Base(name) != name || strings.HasPrefix(name, ".") || len(name) > 100 {
			t.Errorf("%q is in %q", dlq, name)
		}
	}
}
