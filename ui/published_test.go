package ui_test

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	records "redrive/model/journal"
	"redrive/ui"
)

// publisher runs the screen on a journal and its trash; what it publishes has the label redrive-, the name and a number.
func publisher(t *testing.T, b *memory, dir, name string) (d *driver, ends func()) {
	t.Helper()
	j, err := records.Open(dir, "test", func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	n := 0
	d = newDriver(t, j.Wrap(b), 120, 40, func(o *ui.Options) {
		o.Recorder, o.Trash, o.Earlier, o.Other, o.Durable = j, j, j.Unfinished, j.Other, true
		o.NewOperation = func() string { n++; return fmt.Sprintf("redrive-%s%d", name, n) }
	})
	d.release()
	return d, func() {
		t.Helper()
		d.m.Close()
		if err := j.Close(); err != nil {
			t.Fatal(err)
		}
	}
}

// published are the entries that a backend publishes, by their body, with how many times each.
func published(b *memory) map[string]int {
	all := map[string]int{}
	b.publish = func(m model.NewMessage) (model.Created, error) {
		all[m.From.ID]++
		return model.Created{MessageID: "msg_new"}, nil
	}
	return all
}

// killed is what a program leaves on the disk that deletes so many messages, publishes them from the trash, and is killed
// while the n-th is under way.
func killed(t *testing.T, of, n int) (dir string) {
	t.Helper()
	whole, dir, b := t.TempDir(), t.TempDir(), newMemory(9, 0)
	d, ends := publisher(t, b, whole, "a")
	deleteMarked(d, of)
	d.pass(time.Minute)
	b.publish = func(model.NewMessage) (model.Created, error) {
		if b.calls["publish"] == n {
			if err := os.CopyFS(dir, os.DirFS(whole)); err != nil {
				t.Fatal(err)
			}
		}
		return model.Created{MessageID: "msg_new"}, nil
	}
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.shows(fmt.Sprintf("Publish %d messages anew", of))
	d.confirm()
	if b.calls["publish"] != of {
		t.Fatalf("%d of %d were published", b.calls["publish"], of)
	}
	ends()
	return dir
}

// without is a DLQ from which the first messages were deleted.
func without(n int) *memory {
	b := newMemory(9, 0)
	for i := range n {
		b.remove(message(i).Key)
	}
	return b
}

func TestWhatAKilledProgramPublishedIsNotPublishedAgain(t *testing.T) {
	dir, b := killed(t, 4, 3), without(4)
	times := published(b)
	d, ends := publisher(t, b, dir, "b")
	d.shows("1 entry may have been published anew (redrive-a2, at 03:08:00): look in the logs; 4 shows")
	d.press(keymap.Back, keymap.JobsView, keymap.Last)
	d.shows("deleted 4 entries", "2 published anew, 1 perhaps")
	d.press(keymap.PlanAgain)
	d.shows("Publish 1 message anew", "1 may have been published already (redrive-a2, at 03:08:00): look in the logs",
		"not in it: space takes in what may have been published", "2: published anew already (redrive-a2, at 03:08:00)")
	d.confirm()
	d.shows("1 entry published anew", "3 published anew, 1 perhaps")
	ends()

	d, _ = publisher(t, b, dir, "c")
	d.press(keymap.Back, keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.shows("Publish 1 message anew", "whatever was is published twice by this", "space: I have read what is red")
	d.confirm()
	d.typed("1")
	d.press(keymap.Answer)
	if len(times) != 1 {
		t.Fatalf("what is in doubt was published without being ticked: %v", times)
	}
	d.press(keymap.PlanAgain, keymap.Tick)
	d.pass(time.Second)
	d.typed("1")
	d.press(keymap.Answer)
	d.shows("1 entry published anew, and out of the trash")
	if want := map[string]int{message(3).Key.ID: 1, message(2).Key.ID: 1}; len(times) != 2 || times[message(3).Key.ID] != 1 || times[message(2).Key.ID] != 1 {
		t.Errorf("published %v, want %v", times, want)
	}
	if left := copies(t, dir); len(left) != 0 {
		t.Errorf("the trash still has %v", left)
	}
}

func TestWhatMayHaveBeenPublishedIsTakenInWhenItIsAskedFor(t *testing.T) {
	dir, b := killed(t, 4, 3), without(4)
	times := published(b)
	d, _ := publisher(t, b, dir, "b")
	d.press(keymap.Back, keymap.JobsView, keymap.Last, keymap.PlanAgain, keymap.Tick)
	d.shows("Publish 2 messages anew", "in it, and so perhaps published twice: space leaves it out", "Type the number of messages and enter")
	d.confirm()
	d.typed("2")
	d.press(keymap.Tick)
	d.shows("Publish 1 message anew")
	d.press(keymap.Tick)
	d.press(keymap.Answer)
	if len(times) != 0 {
		t.Fatalf("published %v before it was confirmed", times)
	}
	d.press(keymap.PlanAgain, keymap.Tick)
	d.pass(time.Second)
	d.typed("2")
	d.press(keymap.Answer)
	d.shows("2 entries published anew, and out of the trash")
	if len(times) != 2 || times[message(2).Key.ID] != 1 || times[message(3).Key.ID] != 1 {
		t.Errorf("published %v", times)
	}
}

func TestWhenAllWasPublishedBeforeTheProgramWasKilledNothingIsOffered(t *testing.T) {
	whole, dir, b := t.TempDir(), t.TempDir(), newMemory(9, 0)
	d, _ := publisher(t, b, whole, "a")
	deleteMarked(d, 2)
	d.pass(time.Minute)
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.late = "ui.publishedMsg"
	d.confirm()
	if err := os.CopyFS(dir, os.DirFS(whole)); err != nil { // as it is when the program is killed before the trash is emptied
		t.Fatal(err)
	}
	b = without(2)
	next, _ := publisher(t, b, dir, "b")
	next.press(keymap.JobsView, keymap.Last)
	next.shows("deleted 2 entries", "published anew by redrive-a2")
	next.press(keymap.PlanAgain)
	next.shows("all of it was published anew already (redrive-a2, at 03:08:00)")
	next.confirm()
	if b.calls["publish"] != 0 {
		t.Error("it was published again")
	}
}

func TestPublishingThatFailsSaysWhatBecameOfTheMessageItStoppedAt(t *testing.T) {
	for name, c := range map[string]struct {
		err        error
		says, then string
	}{
		"the answer was lost": {&model.LostAnswerError{Host: "h"}, "the message it stopped at may have been made", "1 may have been published already (redrive-a2"},
		"it was refused":      {&model.BadRequestError{Host: "h", Status: 400}, "the message it stopped at was not made", "1 before (redrive-a2, at 03:08:00): last in order"},
		"it never left":       {&model.NeverSentError{Host: "h"}, "the message it stopped at was not made", "Publish 2 messages anew"},
	} {
		t.Run(name, func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(9, 0)
			d, ends := publisher(t, b, dir, "a")
			deleteMarked(d, 3)
			d.pass(time.Minute)
			b.publish = func(model.NewMessage) (model.Created, error) {
				if b.calls["publish"] == 2 {
					return model.Created{}, c.err
				}
				return model.Created{MessageID: "msg_new"}, nil
			}
			d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
			d.confirm()
			d.shows("1 of 3 were published anew; then it stopped", c.says)
			d.press(keymap.Back, keymap.PlanAgain)
			d.shows(c.then, "1: published anew already")
			ends()
			next, _ := publisher(t, b, dir, "b")
			next.press(keymap.Back, keymap.JobsView, keymap.Last, keymap.PlanAgain)
			next.shows(c.then, "1: published anew already")
		})
	}
}

func TestTwoProgramsDoNotPublishTheSameTrash(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	d, ends := publisher(t, b, dir, "a")
	deleteMarked(d, 3)
	d.pass(time.Minute)
	ends()
	times := published(b)
	first, firstEnds := publisher(t, b, dir, "b")
	second, _ := publisher(t, b, dir, "c")
	for _, d := range []*driver{first, second} {
		d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
		d.shows("Publish 3 messages anew")
	}
	lost := b.publish
	b.publish = func(m model.NewMessage) (model.Created, error) {
		_, _ = lost(m)
		return model.Created{}, &model.LostAnswerError{Host: "h"}
	}
	first.confirm()
	first.shows("may have been made")
	second.confirm()
	second.shows("nothing was sent: another redrive (process ")
	if len(times) != 1 {
		t.Fatalf("published %v", times)
	}
	second.press(keymap.Back, keymap.PlanAgain)
	second.shows("Publish 2 messages anew", "1 may have been published already (redrive-b1, at 03:08:00)")
	second.press(keymap.No)

	b.publish = lost
	second.press(keymap.PlanAgain) // its sheet stands while the first publishes the rest, and ends
	first.press(keymap.Back, keymap.PlanAgain)
	first.confirm()
	first.shows("2 entries published anew")
	firstEnds()
	second.confirm()
	second.shows("nothing was sent: redrive-b2 has published some of these meanwhile, or may have")
	for id, n := range times {
		if n != 1 {
			t.Errorf("%s was published %d times", id, n)
		}
	}
	if len(times) != 3 {
		t.Errorf("published %v", times)
	}
}

func TestATrashThatAnotherProgramEmptiedIsNotPublished(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	d, _ := publisher(t, b, dir, "a")
	deleteMarked(d, 2)
	d.pass(time.Minute)
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	for _, file := range copies(t, dir) {
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
	}
	d.confirm()
	d.shows("is not in the trash any more")
	if b.calls["publish"] != 0 {
		t.Error("it was published")
	}
}

func TestNothingIsPublishedThatCannotBeRecorded(t *testing.T) {
	b, trash := newMemory(9, 0), &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash))
	deleteMarked(d, 2)
	d.pass(time.Minute)
	trash.refuses = &model.NotRecordedError{Cause: errors.New("no space left on device")}
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.confirm()
	d.shows("what is not in the journal is not sent, and it cannot be", "no space left on device")
	if b.calls["publish"] != 0 {
		t.Error("it was published")
	}
}

func TestARecordThatIsCutOffTellsWhatItHas(t *testing.T) {
	dir, b := killed(t, 4, 3), without(4)
	files, err := filepath.Glob(filepath.Join(dir, "*", "restores", "*"))
	if err != nil || len(files) != 1 {
		t.Fatal(files, err)
	}
	content, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	lines := slices.Collect(strings.Lines(string(content)))
	for name, c := range map[string]struct{ content, says string }{
		"in the line of a message that did not leave": {strings.Join(lines[:3], "") + lines[3][:20], "Publish 3 messages anew"},
		"in the line of an answer":                    {strings.Join(lines[:4], "") + lines[4][:20], "1 may have been published already"},
		"in a line in the middle":                     {strings.Join(lines[:3], "") + "{\n" + strings.Join(lines[4:], ""), "3 may have been published already"},
	} {
		t.Run(name, func(t *testing.T) {
			if err := os.WriteFile(files[0], []byte(c.content), 0o600); err != nil {
				t.Fatal(err)
			}
			d, ends := publisher(t, b, dir, "b")
			d.press(keymap.Back, keymap.JobsView, keymap.Last, keymap.PlanAgain)
			d.shows(c.says)
			ends()
		})
	}
}

func TestAProgramThatEndsWhileItPublishesSaysWhereThatIsFound(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	d, ends := publisher(t, b, dir, "a")
	deleteMarked(d, 2)
	d.pass(time.Minute)
	b.publish = func(model.NewMessage) (model.Created, error) {
		if left := strings.Join(d.m.Close(), "\n"); !strings.Contains(left, "0 of 2 were published, and perhaps one more\n") || !strings.Contains(left, "start redrive again: 4 shows") {
			t.Errorf("it says %q", left)
		}
		return model.Created{MessageID: "msg_new"}, nil
	}
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.confirm()
	ends()
	if b.calls["publish"] != 1 {
		t.Errorf("published %d after the end", b.calls["publish"]-1)
	}
	next, _ := publisher(t, without(2), dir, "b")
	next.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	next.shows("Publish 1 message anew", "1: published anew already")
}

func TestMessagesAreNotPublishedWhileOthersAre(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	d, _ := publisher(t, b, dir, "a")
	deleteMarked(d, 2)
	d.pass(time.Minute)
	d.press(keymap.JobsView, keymap.Last, keymap.PlanAgain)
	d.late = "ui.publishedMsg"
	d.confirm()
	d.press(keymap.PlanAgain)
	d.shows("messages are being published anew just now")
	d.release()
	if b.calls["publish"] != 2 {
		t.Errorf("published %d times", b.calls["publish"])
	}
}

func TestGoldenPublishingWhatMayHaveBeenPublished(t *testing.T) {
	for _, size := range sizes {
		dir, b := killed(t, 4, 3), without(4)
		d, ends := publisher(t, b, dir, "0badcafe")
		d.resize(size[0], size[1])
		d.press(keymap.Back, keymap.JobsView, keymap.Last)
		d.golden("publish-line")
		d.press(keymap.PlanAgain)
		d.pass(time.Second)
		d.golden("publish")
		d.press(keymap.Tick)
		d.pass(time.Second)
		d.golden("publish-doubt")
		ends()
	}
}
