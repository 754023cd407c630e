package ui_test

import (
	"errors"
	"maps"
	"slices"
	"sync"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// bin is a trash that remembers.
type bin struct {
	mu      sync.Mutex
	kept    map[string][]model.Detail
	past    []model.Trashed
	refuses error
	// anew are those that were to be published, which it takes for done.
	anew map[model.Key]model.Republished
}

func (b *bin) SaveTrash(operation string, entries []model.Detail, until time.Time) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuses != nil {
		return b.refuses
	}
	if b.kept == nil {
		b.kept = map[string][]model.Detail{}
	}
	b.kept[operation] = entries
	b.past = append(b.past, model.Trashed{
		Name: operation, Operation: operation, At: start, Until: start.Add(30 * 24 * time.Hour), Number: len(entries),
		Kinds: map[model.Kind]int{entries[0].Key.Kind: len(entries)},
	})
	return nil
}

func (b *bin) Trash() ([]model.Trashed, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]model.Trashed(nil), b.past...), nil
}

func (b *bin) LoadTrash(name string) ([]model.Detail, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.kept[name], nil
}

func (b *bin) BeginPublishing(r model.Republishing) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.refuses != nil {
		return b.refuses
	}
	if b.anew == nil {
		b.anew = map[model.Key]model.Republished{}
	}
	for _, k := range r.Entries {
		b.anew[k] = model.Republished{Key: k, Trash: r.Trash, Label: r.Label, At: start, State: model.Sent}
	}
	return nil
}

func (b *bin) Republished() (map[model.Key]model.Republished, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return maps.Clone(b.anew), nil
}

func (b *bin) RemoveTrash(name string) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.kept, name)
	b.past = slices.DeleteFunc(b.past, func(t model.Trashed) bool { return t.Name == name })
	return nil
}

func trashed(b *bin) option { return func(o *ui.Options) { o.Trash = b } }

func TestWhatIsDeletedIsKeptBefore(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{}
	b.do = func(model.Write) (bool, error) {
		if len(trash.kept) == 0 {
			t.Error("deleted before it was kept")
		}
		return true, nil
	}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.Delete)
	d.shows("Delete 1 message", "a copy is kept, and R in Jobs publishes it anew", "y yes")
	d.confirm()
	d.pass(10 * time.Second)
	if kept := trash.kept["redrive-0badcafe"]; len(kept) != 1 || kept[0].Key != message(0).Key || len(b.writes) != 1 {
		t.Errorf("kept %v, wrote %v", kept, b.writes)
	}
}

func TestADeleteOfSeveralAsksForTheirNumber(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 40, trashed(&bin{}))
	d.press(keymap.Mark, keymap.Mark, keymap.Delete)
	d.shows("Type the number of messages and enter:")
	d.pass(time.Second)
	d.typed("2")
	d.press(keymap.Answer)
	d.pass(10 * time.Second)
	if len(b.writes) != 2 {
		t.Errorf("%d writes", len(b.writes))
	}
}

func TestNothingIsDeletedThatCannotBeKept(t *testing.T) {
	for name, set := range map[string]func(*memory, *bin){
		"the trash is full":          func(_ *memory, trash *bin) { trash.refuses = errors.New("no space left on device") },
		"the entry cannot be read":   func(b *memory, _ *bin) { b.getErr = &model.ServerError{Host: "h", Status: 500} },
		"the answer to reading came": func(b *memory, _ *bin) { b.getErr = &model.LostAnswerError{Host: "h"} },
	} {
		t.Run(name, func(t *testing.T) {
			b, trash := newMemory(5, 0), &bin{}
			d := newDriver(t, b, 120, 40, trashed(trash))
			set(b, trash)
			d.press(keymap.Delete)
			d.confirm()
			d.pass(time.Minute)
			if len(b.writes) != 0 {
				t.Fatal("it was deleted")
			}
			d.shows("nothing was deleted, since it could not be saved before")
		})
	}
}

func TestADeleteIsTakenBack(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.TakeBack)
	d.shows("there is no delete to take back")
	d.press(keymap.Delete)
	d.confirm()
	d.pass(5 * time.Second)
	d.press(keymap.TakeBack)
	d.shows("taken back: 1 entry is untouched")
	d.pass(time.Minute)
	if len(b.writes) != 0 {
		t.Fatal("it was deleted")
	}
	d.hides("deleting")
	d.press(keymap.JobsView)
	d.hides("in trash")
	if len(trash.past) != 0 {
		t.Error("copies of what was not deleted are kept")
	}
	d.press(keymap.Messages, keymap.Delete)
	d.shows("Delete 1 message")
}

func TestWhatIsStillInTheDLQIsNotPublished(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{}
	if err := trash.SaveTrash("redrive-00000001", []model.Detail{{Entry: message(0)}, {Entry: message(9)}}, time.Time{}); err != nil {
		t.Fatal(err)
	}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.JobsView, keymap.PlanAgain)
	d.shows("Publish 1 message anew", "1: it is still in the DLQ: retry it there instead")
	d.confirm()
	if b.calls["publish"] != 1 {
		t.Fatalf("published %d times", b.calls["publish"])
	}
	d.press(keymap.PlanAgain)
	d.hides("Publish 1 message anew")
	if b.calls["publish"] != 1 {
		t.Errorf("published %d times", b.calls["publish"])
	}
}

func TestADeleteThatWaitsIsNotSentWhenTheProgramEnds(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 40, trashed(&bin{}))
	d.press(keymap.Delete)
	d.confirm()
	d.press(keymap.Quit, keymap.Quit)
	if !d.ended {
		t.Fatal("it does not end")
	}
	d.m.Close()
	d.pass(time.Minute)
	if len(b.writes) != 0 {
		t.Error("it was deleted")
	}
}

func TestWhatWasDeletedIsPublishedAnew(t *testing.T) {
	b, trash := newMemory(5, 1), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.Delete)
	d.confirm()
	d.pass(10 * time.Second)
	d.press(keymap.JobsView, keymap.Last)
	d.shows("deleted 1 entry", "in trash", "kept until 2026-04-13")
	d.press(keymap.PlanAgain)
	d.shows("Publish 1 message anew", "POST /v2/publish/{destination}", "no entry goes back into the DLQ")
	d.press(keymap.No)
	d.shows("nothing was published")
	if b.calls["publish"] != 0 {
		t.Fatal("it was published")
	}
	d.press(keymap.PlanAgain)
	d.confirm()
	d.shows("1 entry published anew, and out of the trash")
	d.hides("in trash  ")
	if b.calls["publish"] != 1 {
		t.Errorf("published %d times", b.calls["publish"])
	}
	d.press(keymap.Open)
	d.hides("there is no job yet")
}

func TestADeletedRunIsNotPublished(t *testing.T) {
	b, trash := newMemory(5, 1), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.Workflows, keymap.Delete)
	d.shows("a copy is kept to be read, which cannot be brought back")
	d.confirm()
	d.pass(10 * time.Second)
	d.press(keymap.JobsView, keymap.Last)
	d.shows("kept to be read, not to be published")
	d.press(keymap.PlanAgain)
	d.shows("a workflow run cannot be published as a message")
}

func TestPublishingEndsWithTheProgram(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.Delete)
	d.confirm()
	d.pass(10 * time.Second)
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.pass(time.Second)
	d.holding = true
	d.press(keymap.Yes)
	left := d.m.Close()
	d.release()
	if b.calls["publish"] != 0 {
		t.Error("it was published after the end")
	}
	if len(left) != 1 || left[0] != "publishing anew: 0 of 1 were published, and perhaps one more" {
		t.Errorf("it says %q", left)
	}
}

func TestTheSheetForPublishingOpensOverNothing(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.press(keymap.Delete)
	d.confirm()
	d.pass(10 * time.Second)
	d.press(keymap.JobsView, keymap.Last)
	d.holding = true
	d.press(keymap.PlanAgain, keymap.Up, keymap.Copy)
	d.release()
	d.hides("Publish 1 message anew")
	d.press(keymap.CancelCopy, keymap.Last, keymap.PlanAgain)
	d.shows("Publish 1 message anew")
}
