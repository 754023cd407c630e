package ui_test

import (
	"fmt"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	records "redrive/model/journal"
	"redrive/ui"
)

// beside runs the screen on a journal that another session shares.
func beside(t *testing.T, b *memory, dir string, options ...option) (*driver, *records.Journal) {
	t.Helper()
	j, err := records.Open(dir, "test", func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	d := newDriver(t, j.Wrap(b), 120, 40, append(options, func(o *ui.Options) {
		o.Recorder, o.Earlier, o.Other, o.Durable = j, j.Unfinished, j.Other, true
	})...)
	d.release()
	return d, j
}

// theirs is a session that has begun an operation on the first entries of b, and holds the lock.
func theirs(t *testing.T, dir string, entries ...int) *records.Journal {
	t.Helper()
	j, err := records.Open(dir, "test", func() time.Time { return start })
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	o := model.Operation{Name: "redrive-theirs00", Verb: model.Retry, DLQ: "test", Kind: model.Message, At: start}
	for _, n := range entries {
		o.Entries = append(o.Entries, model.RecordedEntry{ID: message(n).Key.ID, URL: "https://api.example/hook"})
	}
	if err := j.Begin(o); err != nil {
		t.Fatal(err)
	}
	return j
}

func TestAnotherProgramIsSeenAndWhatItLeavesIsTakenInWhenItDies(t *testing.T) {
	for name, notice := range map[string]func(*driver){
		"by r":         func(d *driver) { d.press(keymap.TakeIn) },
		"by r in jobs": func(d *driver) { d.press(keymap.JobsView, keymap.TakeIn, keymap.Back) },
		"by the clock": func(d *driver) { d.pass(31 * time.Second) },
	} {
		t.Run(name, func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(5, 0)
			d, _ := beside(t, b, dir)
			other := theirs(t, dir, 0, 1)
			notice(d)
			d.shows("another redrive (process ", "nothing is sent from here", "4 Jobs 0")
			if err := other.Close(); err != nil { // as the system does when it is killed
				t.Fatal(err)
			}
			notice(d)
			d.shows("4 Jobs 1")
			d.press(keymap.JobsView)
			d.shows("retry of 2 messages")
			d.press(keymap.PlanAgain)
			d.pass(time.Second)
			d.shows("Retry 2 messages")
			d.confirm()
			d.pass(time.Second)
			if len(b.writes) != 2 {
				t.Errorf("%d of 2 were sent", len(b.writes))
			}
			notice(d)
			d.shows("4 Jobs 1")
		})
	}
}

func TestASheetOfEntriesThatAnotherProgramHadBegunIsLeft(t *testing.T) {
	dir, b := t.TempDir(), newMemory(5, 0)
	d, _ := beside(t, b, dir)
	other := theirs(t, dir, 0)
	d.press(keymap.BringBack)
	d.shows("Retry 1 message")
	_ = other.Close()
	d.pass(31 * time.Second)
	d.hides("Retry 1 message")
	d.shows("nothing was sent: another session had begun redrive-theirs00")
	d.press(keymap.Yes)
	if len(b.writes) != 0 {
		t.Error("it was sent")
	}
}

func TestWhatAnotherProgramLeftIsTakenInBeforeAnythingIsSent(t *testing.T) {
	dir, b := t.TempDir(), newMemory(5, 0)
	d, _ := beside(t, b, dir)
	_ = theirs(t, dir, 0).Close()
	d.press(keymap.BringBack)
	d.confirm()
	d.shows("unfinished from an earlier session", "4 Jobs 2")
	d.pass(20 * time.Second)
	d.shows("nothing was sent: redrive-theirs00 was left unfinished by another redrive")
	if len(b.writes) != 0 {
		t.Error("it was sent")
	}
}

func TestWhatASessionLeftInDoubtIsNotDoneAgainByTheNext(t *testing.T) {
	for _, kind := range model.Kinds {
		t.Run(kind.Noun(1), func(t *testing.T) {
			dir, b := t.TempDir(), newMemory(3, 3)
			b.do = func(model.Write) (bool, error) { return false, &model.LostAnswerError{Host: "h"} }
			for session := range 3 {
				d, j := beside(t, b, dir, func(o *ui.Options) {
					o.NewOperation = func() string { return fmt.Sprintf("redrive-%08x", session) }
				})
				if kind == model.WorkflowRun {
					d.press(keymap.Workflows)
				}
				d.press(keymap.BringBack)
				if kind == model.Message && session > 0 {
					d.shows("in doubt from before: 1")
				}
				d.confirm()
				d.pass(3 * time.Minute)
				d.shows("? 03:07:59", "in doubt, found")
				if err := j.Close(); err != nil {
					t.Fatal(err)
				}
			}
			want := 3 // when it was said, each time
			if kind == model.WorkflowRun {
				want = 1
			}
			if len(b.writes) != want {
				t.Errorf("written %d times", len(b.writes))
			}
		})
	}
}

func TestWhatIsInDoubtStaysSoBesideAnOlderOperationThatTheServerRefusedItIn(t *testing.T) {
	dir, b := t.TempDir(), newMemory(0, 3)
	answer := error(&model.BadRequestError{Host: "h", Status: 400})
	b.do = func(w model.Write) (bool, error) {
		if w.Selection.At(0).ID == run(0).Key.ID {
			return false, answer
		}
		return true, nil
	}
	session := func(n int) (*driver, *records.Journal) {
		d, j := beside(t, b, dir, func(o *ui.Options) {
			o.NewOperation = func() string { n++; return fmt.Sprintf("redrive-%08x", n) }
		})
		d.press(keymap.Workflows)
		return d, j
	}
	d, j := session(0)
	d.press(keymap.MarkAll, keymap.BringBack)
	d.confirm()
	d.pass(2 * time.Second)
	answer = &model.LostAnswerError{Host: "h"}
	d.press(keymap.Unmark, keymap.First, keymap.BringBack)
	d.confirm()
	d.pass(3 * time.Minute)
	d.shows("? 03:07:59", "in doubt, found")
	sent := len(b.writes)
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	d, _ = session(2)
	d.shows("what an earlier session sent is followed on")
	d.press(keymap.First, keymap.BringBack)
	d.confirm()
	d.pass(3 * time.Minute)
	if len(b.writes) != sent {
		t.Errorf("what was in doubt was sent again")
	}
	d.shows("? 03:07:59", "in doubt, found")
}
