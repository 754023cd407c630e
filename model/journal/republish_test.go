package journal

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// saved has so many entries in the trash, and names it.
func saved(t testing.TB, j *Journal, n int) (name string) {
	t.Helper()
	var entries []model.Detail
	for i := range n {
		entries = append(entries, model.Detail{Entry: model.Entry{Key: key(i), URL: "https://a.example/x?secret=1", Method: "POST"}})
	}
	must(t, j.SaveTrash("redrive-del", entries, time.Time{}))
	all, err := j.Trash()
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, error %v", all, err)
	}
	return all[0].Name
}

func copyOf(n int, label string) model.NewMessage {
	return model.NewMessage{DLQ: account, From: key(n), Destination: "https://a.example/x?secret=1", Overrides: model.Overrides{Labels: []string{label}}}
}

func republishing(trash, label string, known map[model.Key]model.Republished, entries ...int) model.Republishing {
	r := model.Republishing{Trash: trash, Label: label, Known: known}
	for _, n := range entries {
		r.Entries = append(r.Entries, key(n))
	}
	return r
}

// states are what is known of entries, by their number.
func states(t testing.TB, j *Journal, n int) []model.OutcomeState {
	t.Helper()
	known, err := j.Republished()
	must(t, err)
	all := make([]model.OutcomeState, n)
	for i := range n {
		all[i] = known[key(i)].State
	}
	return all
}

func same(a, b []model.OutcomeState) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

func TestTheCopyOfADeletedEntryIsPublishedOnceAndOnlyAsItWasBegun(t *testing.T) {
	j := session(t, t.TempDir(), newClock())
	sent := 0
	b := j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) {
		sent++
		return model.Created{MessageID: "msg_a"}, nil
	}})
	name := saved(t, j, 3)
	for what, n := range map[string]model.NewMessage{"before it was begun": copyOf(0, "redrive-1")} {
		if _, err := b.Publish(t.Context(), n); !isNotRecorded(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1)))
	_, err := b.Publish(t.Context(), copyOf(0, "redrive-1"))
	must(t, err)
	for what, n := range map[string]model.NewMessage{
		"twice": copyOf(0, "redrive-1"), "not among them": copyOf(2, "redrive-1"), "with another label": copyOf(1, "redrive-2"),
	} {
		if _, err := b.Publish(t.Context(), n); !isNotRecorded(err) {
			t.Errorf("%s: %v", what, err)
		}
	}
	if sent != 1 || !same(states(t, j, 3), []model.OutcomeState{model.Sent, model.NotSent, model.NotSent}) {
		t.Errorf("%d were sent, known is %v", sent, states(t, j, 3))
	}
	for what, r := range map[string]model.Republishing{
		"what was published":        republishing(name, "redrive-3", nil, 0, 1),
		"what is not in the trash":  republishing("1-none.jsonl.gz", "redrive-3", nil, 1),
		"nothing":                   republishing(name, "redrive-3", nil),
		"something without a label": republishing(name, "", nil, 1),
	} {
		if err := j.BeginPublishing(r); !isNotRecorded(err) {
			t.Errorf("%s was begun: %v", what, err)
		}
	}
}

func TestWhatBecameOfAPublicationIsKnownToTheNextSession(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	name := saved(t, j, 6)
	answers := []error{
		nil, &model.BadRequestError{Status: 400}, &model.LostAnswerError{Cause: &model.RateLimitedError{}}, &model.RateLimitedError{}, errors.New("odd"), nil,
	}
	b := j.Wrap(server{publish: func(m model.NewMessage) (model.Created, error) {
		for i, err := range answers {
			if m.From == key(i) {
				return model.Created{MessageID: "msg_new"}, err
			}
		}
		return model.Created{}, nil
	}})
	must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1, 2, 3, 4, 5)))
	c.pass(time.Second)
	for i := range 5 {
		_, _ = b.Publish(t.Context(), copyOf(i, "redrive-1"))
	}
	want := []model.OutcomeState{model.Sent, model.Refused, model.InDoubt, model.NotSent, model.InDoubt, model.NotSent}
	if got := states(t, j, 6); !same(got, want) {
		t.Errorf("in the session: %v, want %v", got, want)
	}
	must(t, j.Close())
	next := session(t, dir, c)
	if got := states(t, next, 6); !same(got, want) {
		t.Errorf("in the next: %v, want %v", got, want)
	}
	known, err := next.Republished()
	must(t, err)
	if r, want := known[key(0)], (model.Republished{
		Key: key(0), Trash: name, Label: "redrive-1", At: epoch.Add(time.Second), State: model.Sent, MessageID: "msg_new",
	}); r != want {
		t.Errorf("got %+v, want %+v", r, want)
	}
	all, err := next.Trash()
	if err != nil || len(all) != 1 || all[0].Published != 1 || all[0].Perhaps != 2 || all[0].Last != known[key(4)] {
		t.Errorf("the trash: %+v, error %v", all, err)
	}
	// What is in doubt is published again by whoever knows it, and then is not in doubt any more.
	must(t, next.BeginPublishing(republishing(name, "redrive-2", known, 2)))
	_, err = next.Wrap(server{publish: func(model.NewMessage) (model.Created, error) { return model.Created{}, nil }}).Publish(t.Context(), copyOf(2, "redrive-2"))
	must(t, err)
	if got := states(t, next, 3); got[2] != model.Sent {
		t.Errorf("what was published in the end is %v", got[2])
	}
	if text := files(t, dir)[theRestore(t, dir, 0)]; strings.Contains(text, "secret") {
		t.Errorf("the record has the query of an address: %s", text)
	}
}

func theRestore(t *testing.T, dir string, n int) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "restores", "*"))
	if err != nil || len(found) <= n {
		t.Fatal(found, err)
	}
	return found[n]
}

func TestOneSessionAtATimePublishes(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	first, second := session(t, dir, c), session(t, dir, c)
	name := saved(t, first, 2)
	must(t, first.BeginPublishing(republishing(name, "redrive-1", nil, 0)))
	if err := second.BeginPublishing(republishing(name, "redrive-2", nil, 1)); !isLocked(err) {
		t.Errorf("while the other does: %v", err)
	}
	_, err := first.Wrap(server{publish: func(model.NewMessage) (model.Created, error) { return model.Created{}, &model.LostAnswerError{} }}).Publish(t.Context(), copyOf(0, "redrive-1"))
	if err == nil {
		t.Fatal("no answer was lost")
	}
	must(t, first.Close())
	var overlap *OverlapError
	if err := second.BeginPublishing(republishing(name, "redrive-2", nil, 0, 1)); !errors.As(err, &overlap) || !isNotRecorded(err) {
		t.Errorf("after the other did: %v", err)
	}
	known, err := second.Republished()
	must(t, err)
	must(t, second.BeginPublishing(republishing(name, "redrive-2", known, 0, 1)))
}

func isLocked(err error) bool {
	_, is := errors.AsType[*LockedError](err)
	return is
}

func TestAPublishingThatCannotBeRecordedIsNotBegunOrStops(t *testing.T) {
	for _, use := range []string{"create", "list", "write", "open"} {
		f := faults{}
		j, _ := faulty(f)
		name := saved(t, j, 3)
		sent := 0
		b := j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) {
			sent++
			f[use] = syscall.ENOSPC // from the answer on
			return model.Created{}, nil
		}})
		if use == "create" || use == "list" {
			f[use] = syscall.ENOSPC
			if err := j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1)); !isNotRecorded(err) || !errors.Is(err, syscall.ENOSPC) {
				t.Errorf("%s: %v", use, err)
			}
			continue
		}
		must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1, 2)))
		_, err := b.Publish(t.Context(), copyOf(0, "redrive-1"))
		must(t, err)
		if _, err := b.Publish(t.Context(), copyOf(1, "redrive-1")); !isNotRecorded(err) || sent != 1 {
			t.Errorf("%s: %d sent, error %v", use, sent, err)
		}
		// The answer that could not be written is still known here.
		if got := states(t, j, 2); got[0] != model.Sent || got[1] != model.NotSent {
			t.Errorf("%s: known is %v", use, got)
		}
		if use == "write" && j.Trouble() == nil {
			t.Errorf("%s: the answer that is not in the journal is not told", use)
		}
	}
}

func TestWhatWasPublishedIsForgottenOnceItIsNotInTheTrashAnyMore(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	name := saved(t, j, 2)
	must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1)))
	func() {
		defer func() { _ = recover() }()
		_, _ = j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) { panic("killed") }}).Publish(t.Context(), copyOf(0, "redrive-1"))
	}()
	must(t, j.Close())
	c.pass(KeptFor - time.Second)
	if got := states(t, session(t, dir, c), 2); got[0] != model.InDoubt {
		t.Errorf("before that it is %v", got)
	}
	c.pass(2 * time.Second)
	_ = session(t, dir, c)
	for path := range files(t, dir) {
		if strings.Contains(path, "/trash/") || strings.Contains(path, "/restores/") {
			t.Errorf("%s is kept", path)
		}
	}
}

func TestTheRecordOfAPublishingThatCannotBeReadIsTold(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	name := saved(t, j, 2)
	must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0)))
	must(t, j.Close())
	newer, err := seal(map[string]any{"line": "restore", "version": 2})
	must(t, err)
	for what, content := range map[string]string{"damaged": "{\n", "of another version": string(newer)} {
		must(t, os.WriteFile(theRestore(t, dir, 0), []byte(content), 0o600))
		next := session(t, dir, c)
		if _, err := next.Republished(); err == nil || sentenceProblem(err) != "" || !strings.Contains(err.Error(), theRestore(t, dir, 0)) {
			t.Errorf("%s: %v", what, err)
		}
		if all, err := next.Trash(); err == nil || len(all) != 1 {
			t.Errorf("%s: the trash is %+v, error %v", what, all, err)
		}
		if err := next.BeginPublishing(republishing(name, "redrive-2", nil, 1)); !isNotRecorded(err) {
			t.Errorf("%s: it was published: %v", what, err)
		}
		must(t, next.Close())
	}
}

func TestMessagesThatAreOfNoTrashSayNothingOfIt(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	j := session(t, dir, c)
	_, err := j.Wrap(server{publish: func(model.NewMessage) (model.Created, error) { return model.Created{}, nil }}).
		Publish(t.Context(), model.NewMessage{Destination: "https://a.example"})
	must(t, err)
	name := saved(t, j, 1)
	must(t, j.Close())
	next := session(t, dir, c)
	if known, err := next.Republished(); err != nil || len(known) != 0 {
		t.Errorf("known: %v, error %v", known, err)
	}
	must(t, next.BeginPublishing(republishing(name, "redrive-1", nil, 0)))
}

// Wherever the record is cut off, as by a program that ends, or spoilt, what it may have sent counts as such, and what the record says
// that it sent was sent.
func TestWhatMayBeOutIsNeverTakenForWhatIsNot(t *testing.T) {
	dir, c := t.TempDir(), newClock()
	const n = 4
	whole, out := "", make([]int, n) // of each, how long the record was when it left
	j := session(t, dir, c)
	name := saved(t, j, n)
	must(t, j.BeginPublishing(republishing(name, "redrive-1", nil, 0, 1, 2, 3)))
	path := theRestore(t, dir, 0)
	b := j.Wrap(server{publish: func(m model.NewMessage) (model.Created, error) {
		for i := range n {
			if m.From == key(i) {
				out[i] = len(files(t, dir)[path])
			}
		}
		return model.Created{MessageID: "msg_new"}, nil
	}})
	begun := len(files(t, dir)[path])
	for i := range n {
		_, err := b.Publish(t.Context(), copyOf(i, "redrive-1"))
		must(t, err)
	}
	must(t, j.Close())
	whole = files(t, dir)[path]
	rapid.Check(t, func(t *rapid.T) {
		cut, content := len(whole), []byte(whole)
		if at := rapid.IntRange(begun, len(whole)-1).Draw(t, "at"); rapid.Bool().Draw(t, "cut off") {
			cut, content = at, content[:at]
		} else {
			content[at] ^= byte(rapid.IntRange(1, 255).Draw(t, "spoilt"))
		}
		known, err := readRepublished(content)
		if err != nil {
			t.Fatal(err)
		}
		for i := range n {
			r := known[key(i)]
			if left := cut >= out[i]; left && !r.MayBeOut() {
				t.Fatalf("%d left, and is %v", i, r.State)
			} else if !left && r.State == model.Sent {
				t.Fatalf("%d did not leave, and is %v", i, r.State)
			}
		}
	})
}
