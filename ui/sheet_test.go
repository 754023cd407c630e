package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

func TestTheSheetNamesTheMarkedMessagesAndYSendsThem(t *testing.T) {
	b := newMemory(50, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
	d.shows("Retry 2 messages", "Send 2 retries now?", "redrive-0badcafe", "POST /v2/dlq/retry/{dlqId}")
	if len(b.writes) != 0 {
		t.Fatalf("%d writes before the answer", len(b.writes))
	}
	d.confirm()
	d.shows("sent → msg_new1", "sent → msg_new2", "retry of 2 messages: 2 sent")
	want := []string{message(0).Key.ID, message(1).Key.ID}
	for i, w := range b.writes {
		if got := w.Selection.At(0).ID; got != want[i] || w.Verb != model.Retry {
			t.Errorf("write %d is %v of %s, want a retry of %s", i, w.Verb, got, want[i])
		}
		if got := strings.Join(w.Overrides.Labels, ","); got != "release-42,redrive-0badcafe" {
			t.Errorf("labels sent: %s", got)
		}
	}
	d.press(keymap.TakeIn)
	d.hides("answer 0\n", "sent →")
	d.shows("row 1 of 48")
}

func TestNothingIsSentWithoutAYesThatCouldBeMeant(t *testing.T) {
	answers := map[string]func(d *driver){
		"n":                    func(d *driver) { d.pass(time.Second); d.press(keymap.No) },
		"esc":                  func(d *driver) { d.pass(time.Second); d.send(keyPress("esc")) },
		"enter":                func(d *driver) { d.pass(time.Second); d.send(keyPress("enter")) },
		"ctrl+c":               func(d *driver) { d.pass(time.Second); d.send(keyPress("ctrl+c")) },
		"y at once":            func(d *driver) { d.typed("y") },
		"y after 399 ms":       func(d *driver) { d.pass(25 * time.Millisecond); d.pass(399 * time.Millisecond); d.typed("y") },
		"a word with a y":      func(d *driver) { d.typed("etry") },
		"a word, then y":       func(d *driver) { d.pass(time.Second); d.typed("retry") },
		"y pasted":             func(d *driver) { d.pass(time.Second); d.send(tea.PasteMsg{Content: "y\ny"}) },
		"y right after paste":  func(d *driver) { d.pass(time.Second); d.send(tea.PasteMsg{Content: "x"}); d.typed("y") },
		"y in a tiny window":   func(d *driver) { d.pass(time.Second); d.resize(39, 9); d.pass(time.Second); d.typed("y") },
		"y just after growing": func(d *driver) { d.resize(39, 9); d.pass(time.Second); d.resize(80, 24); d.typed("y") },
		"the key held down":    func(d *driver) { holdKey(d, "y", 60) },
	}
	for name, answer := range answers {
		t.Run(name, func(t *testing.T) {
			b := newMemory(10, 0)
			d := newDriver(t, b, 100, 30)
			d.press(keymap.BringBack)
			answer(d)
			d.pass(time.Minute)
			if len(b.writes) != 0 {
				t.Errorf("sent %d", len(b.writes))
			}
		})
	}
}

func TestWhatIsConfirmedTakesTheWordsAwayThatNothingWasSent(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30)
	d.press(keymap.BringBack, keymap.No)
	d.shows("nothing was sent: the retry was not confirmed")
	d.press(keymap.BringBack)
	d.pass(time.Second)
	d.holding = true
	d.press(keymap.Yes)
	d.shows("1 under way")
	d.hides("nothing was sent")
	d.release()
	d.shows("retry of 1 message: 1 sent")
}

// holdKey repeats a key as a keyboard does, 30 times a second.
func holdKey(d *driver, key string, times int) {
	for range times {
		d.typed(key)
		d.pass(33 * time.Millisecond)
	}
}

func TestASwallowedYSaysHowToAnswerAndTheNextOneAloneSends(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30)
	d.typed("Retry")
	d.shows("press y to send")
	if len(b.writes) != 0 {
		t.Fatal("typing Retry sent")
	}
	d.confirm()
	if len(b.writes) != 1 {
		t.Fatalf("%d writes after y alone, want 1", len(b.writes))
	}
}

func TestPastingIntoTheListDoesNothing(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30)
	before := d.screen()
	d.send(tea.PasteMsg{Content: "Ry Retry Delivery\ny\n"})
	if after := d.screen(); after != before {
		t.Errorf("the paste changed the screen:\n%s", after)
	}
}

func TestTheSheetWaitsUntilItsFrameWasWritten(t *testing.T) {
	var w ui.Written
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30, func(o *ui.Options) {
		o.Written = func() ui.Written { return w }
	})
	d.press(keymap.BringBack)
	d.pass(10 * time.Second)
	d.typed("y")
	w.Begun++ // the frame is being written over a slow line
	d.pass(10 * time.Second)
	d.typed("y")
	if len(b.writes) != 0 {
		t.Fatal("a sheet that nobody can have seen was answered")
	}
	w.Done++
	d.pass(2*frame + model.QuietTime)
	d.typed("y")
	if len(b.writes) != 1 {
		t.Fatalf("%d writes after the frame stood", len(b.writes))
	}
}

const frame = 25 * time.Millisecond

func TestAFrameFromBeforeTheSheetIsNotTakenForIt(t *testing.T) {
	var w ui.Written
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30, func(o *ui.Options) { o.Written = func() ui.Written { return w } })
	d.press(keymap.Down, keymap.BringBack)
	w.Begun++ // the frame of the move, over a slow line
	d.pass(10 * frame)
	w.Done++
	d.pass(frame)
	w.Begun++ // and now the sheet's
	d.pass(time.Minute)
	d.typed("y")
	if len(b.writes) != 0 {
		t.Fatal("a sheet that stood nowhere was answered")
	}
	w.Done++
	d.pass(time.Second)
	d.typed("y")
	if len(b.writes) != 1 {
		t.Fatalf("%d writes after the frame stood", len(b.writes))
	}
}

func TestAKeyThatWaitedWhileTheLineStalledAnswersNothing(t *testing.T) {
	var w ui.Written
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30, func(o *ui.Options) { o.Written = func() ui.Written { return w } })
	d.press(keymap.BringBack)
	w.Begun, w.Done = 1, 1
	d.pass(time.Second)
	w.Stalled = d.now // the screen could not be drawn until now, and the key may be as old
	d.typed("y")
	if len(b.writes) != 0 {
		t.Fatal("sent")
	}
	d.pass(time.Second)
	d.typed("y")
	if len(b.writes) != 1 {
		t.Fatalf("%d writes", len(b.writes))
	}
}

func TestWhatWasTypedIntoTheShellAnswersNoSheet(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30)
	d.press(keymap.BringBack)
	d.pass(time.Second)
	d.press(keymap.Suspend)
	d.pass(time.Hour)
	d.send(tea.ResumeMsg{})
	d.typed("y")
	if len(b.writes) != 0 {
		t.Fatal("sent")
	}
	d.confirm()
	if len(b.writes) != 1 {
		t.Fatalf("%d writes after the sheet was read again", len(b.writes))
	}
}

func TestThePlanIsFrozenWhileTheListChanges(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 100, 30)
	d.press(keymap.Down, keymap.BringBack)
	want := message(1).Key
	b.arrive(5)
	d.pass(31 * time.Second) // newcomers are found meanwhile
	d.confirm()
	if len(b.writes) != 1 || b.writes[0].Selection.At(0) != want {
		t.Fatalf("wrote %v, want only %v", b.writes, want)
	}
}

func TestTheSheetSaysWhatIsNotInIt(t *testing.T) {
	b := newMemory(30, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Mark, keymap.Mark, keymap.Mark) // the third is a 429
	filterBy(d, "status:503")
	b.arrive(2)
	d.pass(31 * time.Second)
	d.shows("▲ 2 new")
	d.press(keymap.Last, keymap.BringBack)
	d.shows("Retry 2 messages", "the row under the cursor is not marked", "1 marked, but hidden by the filter", "2 newcomers")
}

func TestMoreThanTwentyAreCheckedAndAskedForByTheirNumber(t *testing.T) {
	b := newMemory(230, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.LoadAll)
	d.press(keymap.MarkAll)
	b.remove(message(7).Key)
	b.remove(message(207).Key)
	d.press(keymap.BringBack)
	d.shows("Retry 228 messages", "still there 228, gone 2", "3 × POST /v2/dlq/retry?dlqIds=", "Type the number of messages and enter:")
	d.pass(time.Second)
	d.typed("230")
	d.press(keymap.Answer)
	for _, width := range []int{40, 80, 120} {
		d.resize(width, 24)
		d.shows("it is 228, not 230")
	}
	d.pass(time.Second)
	if len(b.writes) != 0 {
		t.Fatalf("sent %d", len(b.writes))
	}
	d.typed("228")
	d.press(keymap.Answer)
	d.pass(11 * time.Second)
	var sent []int
	for _, w := range b.writes {
		sent = append(sent, w.Selection.Len())
	}
	if len(sent) != 3 || sent[0]+sent[1]+sent[2] != 228 || b.made != 228 {
		t.Errorf("sent %v, made %d", sent, b.made)
	}
	d.shows("retry of 228 messages: 228 sent")
}

func TestAPlanOfManyIsNotAnsweredBeforeItWasChecked(t *testing.T) {
	b := newMemory(30, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.MarkAll)
	d.holding = true
	d.press(keymap.BringBack)
	d.shows("checking what is still there: 0 of 30")
	d.pass(time.Second)
	d.typed("30")
	d.press(keymap.Answer)
	d.release()
	if len(b.writes) != 0 {
		t.Fatal("it was sent unchecked")
	}
}

func TestAPlanThatCannotBeCheckedSaysSo(t *testing.T) {
	b := newMemory(30, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.MarkAll)
	b.listErr = &model.ServerError{Host: "h", Status: 500}
	d.press(keymap.BringBack)
	d.shows("not, as the DLQ could not be read: h failed (500)", "Type the number of messages")
}

func TestAPlanOfWhichNothingIsLeftCloses(t *testing.T) {
	b := newMemory(30, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.MarkAll)
	b.entries[model.Message] = nil
	d.press(keymap.BringBack)
	d.shows("nothing to retry: all of them are gone from the DLQ")
}

func TestResumeGoesTheSameWay(t *testing.T) {
	b := newMemory(3, 3)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Workflows, keymap.BringBack)
	d.shows("Resume 1 workflow run", "Send 1 resume now?")
	d.confirm()
	d.shows("sent → wfr_new1")
	if len(b.writes) != 1 || b.writes[0].Verb != model.Resume || b.writes[0].Selection.Kind() != model.WorkflowRun {
		t.Fatalf("wrote %v", b.writes)
	}
}

func TestTheListIsUsableWhileARetryIsUnderWay(t *testing.T) {
	b := newMemory(50, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
	d.pass(time.Second)
	d.holding = true
	d.press(keymap.Yes)
	d.press(keymap.Down, keymap.Mark)
	d.shows("sending", "2 under way", "1 marked", "row 5 of 50")
	if len(b.writes) != 0 {
		t.Fatal("the write was not asynchronous")
	}
	d.release()
	d.shows("2 sent")
}

func TestAtMostFourCallsAreUnderWayAtOnce(t *testing.T) {
	b := newMemory(50, 0)
	d := newDriver(t, b, 120, 40)
	for range 20 {
		d.press(keymap.Mark)
	}
	d.press(keymap.BringBack)
	d.pass(time.Second)
	d.holding = true
	d.press(keymap.Yes)
	if n := strings.Count(d.screen(), "sending"); n != 4 {
		t.Errorf("%d rows are being sent, want 4", n)
	}
	d.release()
	if len(b.writes) != 20 {
		t.Errorf("%d writes, want 20", len(b.writes))
	}
}

func TestARowThatWasActedOnTakesNoVerbUntilTheListIsReadAgain(t *testing.T) {
	b := newMemory(10, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.BringBack)
	d.shows("already acted on")
	d.hides("Send 1 retry now?")
	d.press(keymap.Mark)
	d.shows("cannot be marked: sent")
	d.confirm()
	if len(b.writes) != 1 {
		t.Fatalf("%d writes", len(b.writes))
	}
}

func TestReadOnlyOffersNoRetryAndSaysWhy(t *testing.T) {
	b := newMemory(3, 0)
	d := newDriver(t, model.ReadOnly(b), 140, 40, func(o *ui.Options) { o.ReadOnly = true })
	d.shows("READ-ONLY")
	d.hides("R retry")
	d.press(keymap.BringBack)
	d.shows("--read-only")
	d.confirm()
	if len(b.writes) != 0 {
		t.Fatal("sent")
	}
}

func TestQuittingWhileSomethingIsSentAsksOnce(t *testing.T) {
	b := newMemory(3, 0)
	d := newDriver(t, b, 140, 40)
	d.press(keymap.BringBack)
	d.pass(time.Second)
	d.holding = true
	d.press(keymap.Yes)
	d.press(keymap.Quit)
	d.shows("q again leaves")
	d.holding = false
	d.press(keymap.Quit)
	if !d.ended {
		t.Fatal("the second q did not leave")
	}
	got := d.m.Close()
	if len(got) != 2 || !strings.Contains(got[0], message(0).Key.ID) || !strings.HasSuffix(got[0], ": not sent") || !strings.HasSuffix(got[1], ": 1 not sent") {
		t.Errorf("not settled: %q", got)
	}
	d.release()
	if len(b.writes) != 0 {
		t.Error("something was sent after the end")
	}
}

func TestTheThreeLinesOfTheSheetAreOnEveryScreenThatIsLargeEnough(t *testing.T) {
	for _, size := range [][2]int{{40, 10}, {80, 24}, {120, 40}, {200, 60}} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			d := newDriver(t, newMemory(30, 0), size[0], size[1])
			d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
			d.shows("Retry 2 messages", "Send 2 retries now?")
			d.pass(time.Second)
			d.typed("x")
			d.shows("press y to send")
		})
	}
}
