package ui_test

import (
	"errors"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	records "redrive/model/journal"
	"redrive/ui"
)

// keeping runs the screen on a journal and its trash, as the program does.
func keeping(t *testing.T, b *memory, dir string) (d *driver, ends func()) {
	t.Helper()
	j, err := records.Open(dir, "test", func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	d = newDriver(t, j.Wrap(b), 120, 40, func(o *ui.Options) {
		o.Recorder, o.Trash, o.Earlier, o.Other, o.Durable = j, j, j.Unfinished, j.Other, true
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

// copies are the files in the trash.
func copies(t *testing.T, dir string) []string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(dir, "*", "trash", "*"))
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// deleteMarked confirms the deletion of the first n messages.
func deleteMarked(d *driver, n int) {
	d.t.Helper()
	d.press(slices.Repeat([]keymap.Action{keymap.Mark}, n)...)
	d.press(keymap.Delete)
	if n == 1 {
		d.confirm()
		return
	}
	d.pass(time.Second)
	d.typed(string(rune('0' + n)))
	d.press(keymap.Answer)
}

// nothingDeleted fails when a session that begins now has anything in its trash.
func nothingDeleted(t *testing.T, b *memory, dir string) {
	t.Helper()
	next, ends := keeping(t, b, dir)
	next.press(keymap.JobsView)
	next.hides("in trash", "deleted")
	ends()
	if found := copies(t, dir); len(found) != 0 {
		t.Errorf("copies of what was not deleted are kept: %v", found)
	}
}

func TestADeleteThatIsRefusedKeepsNoCopyAndCountsNothingDown(t *testing.T) {
	dir, b := t.TempDir(), newMemory(5, 0)
	other := theirs(t, dir, 3, 4)
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 1)
	d.shows("nothing was sent: another redrive (process ")
	d.hides("deleting", "z takes back")
	if n := b.calls["get"]; n != 0 {
		t.Errorf("%d entries were read to be copied", n)
	}
	d.pass(time.Minute)
	if len(b.writes) != 0 {
		t.Fatal("it was deleted")
	}
	d.press(keymap.JobsView)
	d.hides("in trash")
	ends()
	if err := other.Close(); err != nil {
		t.Fatal(err)
	}
	nothingDeleted(t, b, dir)
}

func TestACopyIsKeptOnlyOnceThePlanIsRecorded(t *testing.T) {
	b, j, trash := newMemory(5, 0), &journal{}, &bin{}
	d := newDriver(t, b, 120, 40, trashed(trash), recorded(j))
	d.late = "ui.begunMsg"
	deleteMarked(d, 1)
	d.pass(time.Minute)
	if len(trash.past) != 0 || len(b.writes) != 0 {
		t.Fatalf("%d copies and %d writes before the plan is recorded", len(trash.past), len(b.writes))
	}
	d.release()
	d.shows("deleting 1 entry in 8s, z takes back")
	if len(trash.past) != 1 || len(b.writes) != 0 {
		t.Fatalf("%d copies and %d writes once it is", len(trash.past), len(b.writes))
	}
	d.pass(10 * time.Second)
	if len(b.writes) != 1 {
		t.Error("it was not deleted")
	}
}

func TestADeleteThatIsStoppedWhileItsCopiesAreReadIsNone(t *testing.T) {
	for name, of := range map[string]struct {
		late  string
		ended bool // before the copies are taken note of
	}{
		"before the plan is recorded": {"ui.begunMsg", false},
		"before the copies are kept":  {"ui.savedMsg", false},
		"and the session ends":        {"ui.savedMsg", true},
	} {
		t.Run(name, func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(9, 0)
			d, ends := keeping(t, b, dir)
			d.late = of.late
			deleteMarked(d, 8)
			d.press(keymap.JobsView, keymap.StopFeed)
			d.shows("8 not sent")
			if !of.ended {
				d.release()
				d.hides("deleting", "in trash")
				d.pass(time.Minute)
				d.press(keymap.TakeIn)
				d.hides("in trash")
				if found := copies(t, dir); len(found) != 0 {
					t.Errorf("copies are kept: %v", found)
				}
			}
			ends()
			nothingDeleted(t, b, dir)
			if len(b.writes) != 0 {
				t.Error("it was deleted")
			}
		})
	}
}

func TestADeleteThatIsStoppedWhileItWaitsCountsNothingDown(t *testing.T) {
	dir, b := t.TempDir(), newMemory(5, 0)
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 1)
	d.shows("deleting 1 entry in 8s")
	d.press(keymap.JobsView, keymap.StopFeed)
	d.hides("deleting 1 entry", "in trash")
	ends()
	nothingDeleted(t, b, dir)
}

func TestAnUnfinishedDeleteOfWhichNothingWentIsNoneOnceItIsStopped(t *testing.T) {
	for name, killed := range map[string]bool{"after q": false, "after a kill": true} {
		t.Run(name, func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(5, 0)
			d, ends := keeping(t, b, dir)
			deleteMarked(d, 1)
			d.pass(3 * time.Second)
			if !killed {
				d.press(keymap.Quit, keymap.Quit)
			}
			ends()
			b.remove(message(0).Key) // retried elsewhere, and delivered

			second, ends := keeping(t, b, dir)
			second.press(keymap.JobsView)
			second.shows("unfinished", "1 to go")
			second.hides("in trash", "deleted")
			second.press(keymap.StopFeed)
			second.hides("in trash", "deleted")
			second.pass(time.Minute)
			ends()
			nothingDeleted(t, b, dir)
		})
	}
}

func TestADeleteThatWentInPartOffersOnlyWhatWent(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	b.do = func(model.Write) (bool, error) {
		switch len(b.writes) {
		case 1, 2:
			return true, nil
		case 3:
			return true, &model.LostAnswerError{Host: "h"}
		}
		return false, &model.BadRequestError{Status: 400}
	}
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 5)
	d.pass(time.Minute)
	d.press(keymap.JobsView)
	d.shows("deleted 3 entries", "1 perhaps")
	ends()
	for _, e := range []int{3, 4} {
		b.remove(message(e).Key) // retried elsewhere, and delivered
	}
	next, _ := keeping(t, b, dir)
	next.press(keymap.JobsView)
	next.shows("deleted 3 entries", "1 perhaps")
	next.press(keymap.PlanAgain)
	next.shows("Publish 3 messages anew", "of 1 it is not known whether it was deleted")
	next.confirm()
	if n := b.calls["publish"]; n != 3 {
		t.Errorf("published %d", n)
	}
}

func TestADeleteThatFoundNothingDeletedNothing(t *testing.T) {
	dir, b := t.TempDir(), newMemory(5, 0)
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 1)
	b.remove(message(0).Key) // retried elsewhere, and delivered
	b.do = func(model.Write) (bool, error) { return false, &model.NotFoundError{} }
	d.pass(time.Minute)
	d.press(keymap.JobsView)
	d.shows("1 already gone")
	d.hides("in trash")
	ends()
	nothingDeleted(t, b, dir)
}

func TestADeleteUnderWayIsNotPublished(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	b.do = func(model.Write) (bool, error) {
		if len(b.writes) == 1 {
			return true, nil
		}
		return false, &model.RateLimitedError{Until: start.Add(time.Minute)}
	}
	d, _ := keeping(t, b, dir)
	deleteMarked(d, 3)
	d.pass(10 * time.Second)
	d.press(keymap.JobsView, keymap.Last)
	d.shows("deleted 1 entry")
	d.press(keymap.PlanAgain)
	d.shows("this delete is still under way")
	d.hides("Publish")
}

func TestADeleteIsTakenBackFromItsConfirmationOn(t *testing.T) {
	for name, late := range map[string]string{"before the plan is recorded": "ui.begunMsg", "before the copies are kept": "ui.savedMsg"} {
		t.Run(name, func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(9, 0)
			d, ends := keeping(t, b, dir)
			d.late = late
			deleteMarked(d, 8)
			d.shows("copying 8 entries to be deleted, z takes back")
			d.press(keymap.TakeBack)
			d.shows("taken back: 8 entries are untouched")
			d.hides("z takes back")
			d.press(keymap.TakeBack)
			d.shows("there is no delete to take back")
			d.release()
			d.pass(time.Minute)
			d.hides("deleting")
			if len(b.writes) != 0 {
				t.Fatal("it was deleted")
			}
			ends()
			nothingDeleted(t, b, dir)
		})
	}
}

func TestACopyThatFailsAfterTheDeleteWasTakenBackIsNoMistake(t *testing.T) {
	b, trash := newMemory(5, 0), &bin{refuses: errors.New("no space left on device")}
	d := newDriver(t, b, 120, 40, trashed(trash))
	d.late = "ui.savedMsg"
	deleteMarked(d, 1)
	d.press(keymap.TakeBack)
	d.release()
	d.hides("could not be saved", "no space left")
}

func TestQuitSaysThatADeleteThatWaitsDoesNotGo(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 40, trashed(&bin{}))
	deleteMarked(d, 1)
	d.press(keymap.Quit)
	d.shows("q again leaves: the delete of 1 entry has not been sent, and will not be")
}

func TestQuitSaysWhatWaitsBesideWhatIsUnderWay(t *testing.T) {
	b := newMemory(9, 0)
	d := newDriver(t, b, 120, 40, trashed(&bin{}))
	b.do = func(model.Write) (bool, error) { return false, &model.LostAnswerError{Host: "h"} }
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.Down)
	deleteMarked(d, 2)
	d.press(keymap.Quit)
	d.shows("3 entries are not settled: q again leaves; the delete of 2 has not been sent, and will not be")
}

func TestJobsOfAReadOnlyProgramNameNoKeyThatIsRefused(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 120, 40, func(o *ui.Options) { o.ReadOnly = true })
	d.press(keymap.JobsView)
	d.shows("no job: redrive was started with --read-only")
	d.hides("R plans a retry")
	d.press(keymap.Open)
	d.shows("there is no job: redrive was started with --read-only")
}

func TestADeleteThatIsGoneOnWithIsOfferedOnce(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 3)
	d.pass(3 * time.Second)
	ends()

	next, ends := keeping(t, b, dir)
	next.press(keymap.JobsView, keymap.PlanAgain)
	next.pass(time.Second)
	next.shows("Delete 3 messages")
	next.typed("3")
	next.press(keymap.Answer)
	next.pass(10 * time.Second)
	next.shows("deleted 3 entries")
	if found := copies(t, dir); len(found) != 1 {
		t.Errorf("copies are kept in %v", found)
	}
	if len(b.writes) != 3 {
		t.Errorf("%d writes", len(b.writes))
	}
	ends()
}

func TestADeleteThatMayNotBeGoneOnWithDoesNotWait(t *testing.T) {
	dir, b := t.TempDir(), newMemory(9, 0)
	b.do = func(model.Write) (bool, error) {
		if len(b.writes) == 1 {
			return false, &model.LostAnswerError{Host: "h"}
		}
		return false, &model.RateLimitedError{Until: start.Add(time.Minute)}
	}
	d, ends := keeping(t, b, dir)
	deleteMarked(d, 3)
	d.pass(9 * time.Second)
	ends()

	next, ends := keeping(t, b, dir)
	theirs(t, dir, 7)
	next.press(keymap.JobsView, keymap.PlanAgain)
	next.shows("Delete 2 messages")
	next.pass(time.Second)
	next.typed("2")
	next.press(keymap.Answer)
	next.shows("another redrive (process ")
	next.press(keymap.Back, keymap.Messages)
	next.hides("z takes back", "deleting")
	next.press(keymap.TakeBack)
	next.shows("there is no delete to take back")
	ends()
	if found := copies(t, dir); len(found) != 1 {
		t.Errorf("copies are kept in %v", found)
	}
}
