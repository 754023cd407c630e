package journal

import (
	"bytes"
	"compress/gzip"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

func zipped(t testing.TB, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	_, err := z.Write(content)
	must(t, err)
	must(t, z.Close())
	return b.Bytes()
}

func TestOperationsThatHaveEndedAreRemovedAndOthersNever(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	must(t, j.Begin(operation("redrive-ended", 1)))
	must(t, j.End("redrive-ended"))
	must(t, j.Begin(operation("redrive-open", 1)))
	published := j.Wrap(server{publish: func(m model.NewMessage) (model.Created, error) {
		if string(m.Body) == "lost" {
			panic("killed")
		}
		return model.Created{MessageID: "msg_a"}, nil
	}})
	_, err := published.Publish(t.Context(), model.NewMessage{Destination: "https://a.example"})
	must(t, err)
	func() {
		defer func() { _ = recover() }()
		_, _ = published.Publish(t.Context(), model.NewMessage{
			Destination: "https://b.example", Body: []byte("lost"), Overrides: model.Overrides{Labels: []string{"other"}},
		})
	}()
	must(t, j.Close())
	ops := filepath.Dir(theOps(t, dir, "*redrive-open*"))
	newer, err := seal(map[string]any{"line": "plan", "version": 2})
	must(t, err)
	for name, content := range map[string]string{
		"1-newer.jsonl": string(newer), "1-damaged.jsonl": "{", "notes.txt": "mine",
		".1-x.jsonl.tmp": "{", "." + fileName(epoch.Add(KeptFor), "y.jsonl", ".tmp"): "{",
	} {
		must(t, os.WriteFile(filepath.Join(ops, name), []byte(content), 0o600))
	}
	must(t, os.Mkdir(filepath.Join(ops, "2-folder.jsonl"), 0o700))

	c.pass(KeptFor)
	if past, err := session(t, dir, c).Past(9); err != nil || len(past) != 1 {
		t.Fatalf("after 30 days: %+v, error %v", past, err)
	}
	c.pass(time.Millisecond)
	next := session(t, dir, c)
	if past, err := next.Past(9); err != nil || len(past) != 0 {
		t.Errorf("after more than 30 days: %+v, error %v", past, err)
	}
	all, err := next.Unfinished()
	must(t, err)
	var names []string
	for _, r := range all {
		names = append(names, r.Operation.Name)
	}
	if want := []string{"damaged", "newer", "redrive-open"}; !reflect.DeepEqual(names, want) {
		t.Errorf("unfinished: %v, want %v", names, want)
	}
	pubs, err := next.Publications()
	if err != nil || len(pubs) != 1 || pubs[0].Destination != "https://b.example" || pubs[0].Answered {
		t.Errorf("publications: %+v, error %v", pubs, err)
	}
	for name, want := range map[string]bool{"notes.txt": true, ".1-x.jsonl.tmp": false, "." + fileName(epoch.Add(KeptFor), "y.jsonl", ".tmp"): true} {
		if _, err := os.Stat(filepath.Join(ops, name)); (err == nil) != want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func theOps(t *testing.T, dir, name string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "ops", name))
	if err != nil || len(found) != 1 {
		t.Fatalf("%v, error %v", found, err)
	}
	return found[0]
}

func TestPublicationsAreRecordedWithoutTheirContent(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	refused := &model.QuotaError{Detail: "no"}
	b := j.Wrap(server{publish: func(m model.NewMessage) (model.Created, error) {
		c.pass(time.Second)
		if m.Queue == "mail" {
			return model.Created{}, refused
		}
		return model.Created{MessageID: "msg_a", Others: 2}, nil
	}})
	m := model.NewMessage{Destination: "https://a.example/hook?x=1", Body: []byte("a"), Overrides: model.Overrides{Labels: []string{"orders", "restore-1"}}}
	_, err := b.Publish(t.Context(), m)
	must(t, err)
	m.Queue, m.Body = "mail", []byte("b")
	if _, err := b.Publish(t.Context(), m); !errors.Is(err, refused) {
		t.Fatalf("the refusal was not handed on: %v", err)
	}
	if _, err := b.Publish(t.Context(), model.NewMessage{}); err == nil {
		t.Fatal("a message that is none was published")
	}
	must(t, j.Close())
	if _, err := b.Publish(t.Context(), m); !isNotRecorded(err) {
		t.Errorf("after the journal was closed: %v", err)
	}
	all, err := session(t, dir, c).Publications()
	must(t, err)
	if len(all) != 2 || all[0].Digest == all[1].Digest || len(all[0].Digest) != 16 {
		t.Fatalf("publications: %+v", all)
	}
	want := []Publication{
		{At: epoch, Destination: "https://a.example/hook", Labels: []string{"orders", "restore-1"}, Digest: all[0].Digest, Answered: true, Created: model.Created{MessageID: "msg_a", Others: 2}},
		{At: epoch.Add(time.Second), Destination: "https://a.example/hook", Queue: "mail", Labels: []string{"orders", "restore-1"}, Digest: all[1].Digest, Answered: true, Err: &model.QuotaError{}},
	}
	if !reflect.DeepEqual(all, want) {
		t.Errorf("got  %+v\nwant %+v", all, want)
	}
	path := theFile(t, dir, "restores")
	content, err := os.ReadFile(path)
	must(t, err)
	must(t, os.WriteFile(path, content[:len(content)-5], 0o600))
	if all, err = session(t, dir, c).Publications(); err != nil || len(all) != 2 || all[1].Answered || !strings.Contains(all[0].Damage, "cut off") {
		t.Errorf("with a line cut off: %+v, error %v", all, err)
	}
	newer, err := seal(map[string]any{"line": "restore", "version": 2})
	must(t, err)
	must(t, os.WriteFile(path, newer, 0o600))
	if all, err = session(t, dir, c).Publications(); err != nil || len(all) != 1 || !strings.Contains(all[0].Damage, "another version") {
		t.Errorf("of another version: %+v, error %v", all, err)
	}
}

func TestAnAnswerAfterTheEndIsKept(t *testing.T) {
	j := InMemory()
	must(t, j.Begin(operation("redrive-1", 1)))
	do(t, j, server{do: func(model.Write) (model.WriteResult, error) {
		must(t, j.End("redrive-1"))
		return made("msg_a"), nil
	}}, retry(t, "redrive-1", 0))
	noneUnfinished(t, j)
	past, err := j.Past(1)
	if err != nil || len(past) != 1 || !past[0].Calls[0].Answered {
		t.Errorf("past: %+v, error %v", past, err)
	}
	if err := j.Begin(operation("redrive-1", 1)); !isNotRecorded(err) {
		t.Errorf("it was begun again: %v", err)
	}
}

func TestAPlanComesBackButForWhatIsLeftOut(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o := anyOf[model.Operation]().Draw(t, "operation")
		first := formOfOperation(o)
		line, err := seal(line{heading: heading{planLine, version}, Plan: first})
		if err != nil {
			t.Fatal(err)
		}
		r := readOperation(crashed, line)
		if !r.planned || r.Damage != "" {
			t.Fatalf("it cannot be read: %s", r.Damage)
		}
		got := r.Operation
		if !samePlan(first, formOfOperation(got)) {
			t.Fatalf("it is recorded otherwise the second time:\n%+v\n%+v", first, formOfOperation(got))
		}
		// What may be left out: addresses and their queries, and the values of forwarded headers.
		for i := range got.Entries {
			got.Entries[i].URL = o.Entries[i].URL
			given, drawn := &got.Entries[i].Given, &o.Entries[i].Given
			given.Values[model.SetCallback], given.Values[model.SetFailureCallback] = drawn.Values[model.SetCallback], drawn.Values[model.SetFailureCallback]
			// No header is ever given back.
			given.Forward = drawn.Forward
		}
		for _, s := range []model.Setting{model.SetCallback, model.SetFailureCallback} {
			got.Overrides.Values[s] = o.Overrides.Values[s]
		}
		if len(got.Overrides.Forward) != len(o.Overrides.Forward) || (got.Filter == nil) != (o.Filter == nil) || len(got.Entries) != len(o.Entries) {
			t.Fatalf("got %+v, want %+v", got, o)
		}
		got.Overrides.Forward, got.Filter = o.Overrides.Forward, o.Filter
		if len(o.Entries) == 0 {
			got.Entries = o.Entries
		}
		if !reflect.DeepEqual(got, o) {
			t.Fatalf("got  %+v\nwant %+v", got, o)
		}
	})
}

func TestEveryOutcomeComesBack(t *testing.T) {
	j := InMemory()
	must(t, j.Begin(operation("redrive-1", len(model.OutcomeStates))))
	var notes []model.Note
	for i, s := range model.OutcomeStates {
		notes = append(notes, model.Note{Index: i, Outcome: model.Outcome{
			State: s, Verb: model.Verbs[i%len(model.Verbs)], At: epoch, Reason: "it was so", Among: 3, NextAt: epoch.Add(time.Hour),
			Created: model.Created{MessageID: "m", WorkflowRunID: "wfr_1", WorkflowCreatedAt: epoch, Deduplicated: true, Others: 1},
			BackAs:  model.Key{DLQ: account, Kind: model.WorkflowRun, ID: "1-0"}, SameFailure: true, Followed: true, FoundStillThere: true, Unfinished: true,
		}})
	}
	must(t, j.Note("redrive-1", notes))
	must(t, j.End("redrive-1"))
	past, err := j.Past(1)
	if err != nil || !reflect.DeepEqual(past[0].Notes, notes) {
		t.Errorf("got  %+v\nwant %+v", past[0].Notes, notes)
	}
}
