package ui_test

import (
	"errors"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// bulk plans the retry of all messages of b, and answers the sheet.
func bulk(d *driver, n string) {
	d.t.Helper()
	d.press(keymap.LoadAll)
	d.press(keymap.MarkAll, keymap.BringBack)
	d.pass(time.Second)
	d.typed(n)
	d.press(keymap.Answer)
}

func TestAJobIsPausedAndGoesOn(t *testing.T) {
	b := newMemory(330, 0)
	d := newDriver(t, b, 120, 40)
	bulk(d, "330")
	d.press(keymap.JobsView)
	d.shows("retry of 330 messages", "feeding", "230 to go")
	d.press(keymap.Pause)
	d.shows("job 1 is paused", "paused")
	d.pass(time.Minute)
	if len(b.writes) != 1 {
		t.Fatalf("%d calls while it was paused", len(b.writes))
	}
	d.press(keymap.Pause)
	d.pass(20 * time.Second)
	if b.made != 330 {
		t.Errorf("%d were made", b.made)
	}
	d.shows("330 sent")
	d.hides("to go")
}

func TestAJobIsStoppedAndWhatWasNotSentIsPlannedAnew(t *testing.T) {
	b := newMemory(150, 0)
	d := newDriver(t, b, 120, 40)
	bulk(d, "150")
	d.press(keymap.JobsView, keymap.StopFeed)
	d.pass(time.Minute)
	d.shows("100 sent · 50 not sent")
	if len(b.writes) != 1 {
		t.Fatalf("%d calls", len(b.writes))
	}
	d.press(keymap.PlanAgain)
	d.shows("Retry 50 messages")
	d.pass(time.Second)
	d.typed("50")
	d.press(keymap.Answer)
	d.pass(time.Minute)
	if b.made != 150 {
		t.Errorf("%d were made", b.made)
	}
	d.shows("retry of 50 messages")
}

func TestOnlyTheEntriesThatAreShownArePlannedAnew(t *testing.T) {
	b := newMemory(150, 0)
	b.ends = func(string) model.LogEvent { return model.LogEvent{State: "FAILED"} }
	d := newDriver(t, b, 120, 40)
	bulk(d, "150")
	d.pass(2 * time.Minute)
	d.press(keymap.JobsView, keymap.Open)
	d.shows("100 came back", "50 not sent", "stopped by its rule")
	d.press(keymap.OnlyOutcome, keymap.Down, keymap.Down, keymap.Choose, keymap.PlanAgain)
	d.shows("only not sent", "Retry 50 messages")
	d.press(keymap.Drop)
	d.press(keymap.OnlyOutcome, keymap.Up, keymap.Choose, keymap.PlanAgain)
	d.shows("only came back", "the new entries of the 100 that came back are not known")
}

func TestThePaceOfAJobIsChanged(t *testing.T) {
	b := newMemory(330, 0)
	d := newDriver(t, b, 120, 40)
	bulk(d, "330")
	d.press(keymap.JobsView, keymap.Faster, keymap.Faster)
	d.shows("job 1: 100 entries a second")
	d.pass(4 * time.Second)
	if b.made != 330 {
		t.Errorf("%d were made", b.made)
	}
	d.press(keymap.Slower)
	d.shows("everything of it was sent or stopped")
}

func TestASecondLargeJobWaitsAndASmallOneDoesNot(t *testing.T) {
	b := newMemory(300, 30)
	d := newDriver(t, b, 120, 40)
	bulk(d, "300")
	d.press(keymap.Workflows)
	bulk(d, "30")
	d.press(keymap.JobsView)
	d.shows("resume of 30 workflow runs", "waiting  ")
	d.press(keymap.Workflows, keymap.BringBack)
	d.shows("it was already acted on")
	d.press(keymap.JobsView)
	d.pass(20 * time.Second)
	d.hides("waiting  ")
	if b.made != 330 {
		t.Errorf("%d were made", b.made)
	}
}

func TestWhatBecameOfEachEntryIsShown(t *testing.T) {
	b := newMemory(3, 0)
	d := newDriver(t, b, 120, 40)
	b.do = func(w model.Write) (bool, error) {
		if w.Selection.At(0) == message(1).Key {
			return false, &model.BadRequestError{Host: "h", Status: 400, Detail: "no such header"}
		}
		return true, nil
	}
	d.press(keymap.MarkAll, keymap.BringBack)
	d.confirm()
	d.press(keymap.JobsView, keymap.Open)
	d.shows("job 1: retry of 3 messages", "2 sent · 1 refused", "✗ refused", "no such header", "→ sent → msg_new")
	d.press(keymap.OnlyOutcome, keymap.Down, keymap.Down, keymap.Choose)
	d.shows("only refused", "row 1 of 1")
	d.press(keymap.Back) // the error
	d.press(keymap.Back)
	d.shows("JOB  CONFIRMED")
	d.press(keymap.Back)
	d.shows("FAILED", "RESPONSE")
}

func TestTheReportOfAJobIsCopied(t *testing.T) {
	d := newDriver(t, newMemory(3, 0), 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.Copy, keymap.CopyReport)
	d.shows("a report is of a job")
	d.press(keymap.JobsView, keymap.Copy, keymap.CopyReport)
	if len(d.clipboard) != 1 || !strings.Contains(d.clipboard[0], "# Retry of 1 message") || !strings.Contains(d.clipboard[0], "| sent | 1 |") {
		t.Errorf("copied %q", d.clipboard)
	}
}

func TestWithoutAJobTheKeysOfJobsSayWhy(t *testing.T) {
	d := newDriver(t, newMemory(3, 0), 80, 24)
	d.press(keymap.JobsView)
	d.shows("no job yet")
	for _, a := range []keymap.Action{keymap.Pause, keymap.StopFeed, keymap.Faster, keymap.PlanAgain, keymap.WriteReport} {
		d.press(a)
		d.shows("there is no job yet")
	}
	d.press(keymap.Down, keymap.Last, keymap.Messages)
	d.shows("answer 0")
}

func TestAPlanOfAllThatMatchesCanBeDoneByTheServer(t *testing.T) {
	b := newMemory(60, 0)
	var swept []model.Write
	b.do = func(w model.Write) (bool, error) {
		if w.Matching.Valid() == nil {
			swept = append(swept, w)
		}
		return true, nil
	}
	d := newDriver(t, b, 120, 40)
	filterBy(d, "status:503")
	d.press(keymap.MarkAll, keymap.BringBack)
	d.shows("Retry 40 messages", "f: by the filter, on the server")
	d.press(keymap.ByFilter)
	d.shows("the server decides: it may take entries that are not on this list", "by filter, one after the other")
	d.press(keymap.ByFilter)
	d.shows("exactly these entries")
	d.press(keymap.ByFilter, keymap.Overrides)
	d.typed("0")
	d.press(keymap.Take)
	d.shows("Upstash-Retries: 0", "the server decides")
	if len(swept) != 0 {
		t.Fatal("something was sent")
	}
	d.pass(time.Second)
	d.typed("40")
	d.press(keymap.Answer)
	if len(swept) != 1 || swept[0].Count != 40 || swept[0].Overrides.Values[model.SetRetries] != "0" {
		t.Fatalf("sent %+v", swept)
	}
	// The server took others: those of the list are all still there.
	d.pass(20 * time.Second)
	d.shows("retry of 40 messages: 40 not sent, and 40 that were not on the list")
}

// journal is a Recorder that remembers.
type journal struct {
	mu      sync.Mutex
	lines   []string
	begun   []model.Operation
	notes   []model.Note
	refuses error
	trouble error
}

func (j *journal) Begin(o model.Operation) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.refuses != nil {
		return j.refuses
	}
	j.begun = append(j.begun, o)
	j.lines = append(j.lines, "begin")
	return nil
}

func (j *journal) Note(_ string, n []model.Note) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.notes = append(j.notes, n...)
	j.lines = append(j.lines, "note")
	return nil
}

func (j *journal) Trouble() error { return j.trouble }

func (j *journal) End(string) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	j.lines = append(j.lines, "end")
	return nil
}

func recorded(j *journal, unfinished ...model.Recorded) option {
	return func(o *ui.Options) { o.Recorder, o.Unfinished = j, unfinished }
}

func TestThePlanIsRecordedBeforeAnythingIsSent(t *testing.T) {
	b, j := newMemory(3, 0), &journal{}
	b.do = func(model.Write) (bool, error) {
		if len(j.lines) != 1 || j.lines[0] != "begin" {
			t.Errorf("sent after %v", j.lines)
		}
		return true, nil
	}
	d := newDriver(t, b, 120, 40, recorded(j))
	d.press(keymap.BringBack)
	d.confirm()
	if len(b.writes) != 1 || len(j.begun) != 1 || j.begun[0].Name != "redrive-0badcafe" || len(j.begun[0].Entries) != 1 {
		t.Fatalf("%d writes, %+v", len(b.writes), j.begun)
	}
	if len(j.notes) != 1 || j.notes[0].Outcome.State != model.Sent || j.notes[0].Outcome.Created.MessageID != "msg_new1" {
		t.Errorf("noted %+v", j.notes)
	}
	d.pass(11 * time.Minute)
	if last := j.lines[len(j.lines)-1]; last != "end" {
		t.Errorf("at its end %v was recorded", j.lines)
	}
}

func TestNothingIsSentThatCannotBeRecorded(t *testing.T) {
	b := newMemory(3, 0)
	d := newDriver(t, b, 120, 40, recorded(&journal{refuses: errors.New("no space left on device")}))
	d.press(keymap.BringBack)
	d.confirm()
	d.pass(time.Minute)
	if len(b.writes) != 0 {
		t.Fatal("it was sent")
	}
	d.shows("not in the journal is not sent, and it cannot be written (no space left on device)")
	d.press(keymap.Back)
	d.press(keymap.BringBack)
	d.shows("Retry 1 message")
}

// left is an operation that a session left when it had sent the first of its calls without an answer.
func left(t *testing.T, entries ...model.Entry) model.Recorded {
	t.Helper()
	var keys []model.Key
	for _, e := range entries {
		keys = append(keys, e.Key)
	}
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	p := model.Plan{Verb: model.Retry, Selection: s, Entries: entries, Operation: "redrive-00000001", FrozenAt: start.Add(-time.Hour)}
	return model.Recorded{Operation: p.Record(), Calls: []model.RecordedCall{{IDs: []string{keys[0].ID}, Labelled: true, At: start.Add(-time.Hour)}}}
}

func TestWhatASessionLeftIsLookedForAndGoesOnOnlyWhenAsked(t *testing.T) {
	b, j := newMemory(5, 0), &journal{}
	b.remove(message(0).Key)
	d := newDriver(t, b, 120, 40, recorded(j, left(t, message(0), message(1), message(2))))
	d.shows("an operation is unfinished from an earlier session: 4 shows")
	d.pass(3 * time.Minute)
	if len(b.writes) != 0 {
		t.Fatal("something was sent")
	}
	d.press(keymap.JobsView)
	d.shows("unfinished", "2 to go · 1 gone, unknown how")
	d.press(keymap.Pause)
	d.shows("an earlier session began it: R plans what is left")
	d.press(keymap.PlanAgain)
	d.shows("Retry 2 messages")
	d.confirm()
	d.pass(time.Second)
	if len(b.writes) != 2 || b.writes[0].Operation != "redrive-00000001" {
		t.Errorf("wrote %+v", b.writes)
	}
	d.shows("2 sent · 1 gone, unknown how")
}

func TestEntriesOfAnUnfinishedOperationAreInNoOtherPlan(t *testing.T) {
	b := newMemory(5, 0)
	d := newDriver(t, b, 120, 40, recorded(&journal{}, left(t, message(0), message(1))))
	d.press(keymap.MarkAll, keymap.BringBack)
	d.shows("Retry 3 messages")
	d.press(keymap.No, keymap.JobsView, keymap.StopFeed)
	d.pass(3 * time.Minute)
	d.press(keymap.Messages, keymap.Unmark, keymap.Down, keymap.BringBack)
	d.shows("Retry 1 message")
}

func TestAnOperationGoesOnOnlyOnceItsRecordIsOpenAgain(t *testing.T) {
	b, j := newMemory(5, 0), &journal{}
	d := newDriver(t, b, 120, 40, recorded(j, left(t, message(0), message(1), message(2))))
	b.do = func(model.Write) (bool, error) {
		if len(j.begun) != 1 {
			t.Error("sent before the record was open")
		}
		return true, nil
	}
	d.press(keymap.JobsView, keymap.PlanAgain)
	d.confirm()
	d.pass(time.Second)
	if len(b.writes) != 2 {
		t.Errorf("%d writes", len(b.writes))
	}
}

func TestAnAnswerThatCannotBeRecordedIsSaid(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 120, 40, recorded(&journal{trouble: errors.New("the journal lacks an answer (no space left)")}))
	d.press(keymap.BringBack)
	d.confirm()
	d.pass(10 * time.Second) // the answer to the key stands before it
	d.shows("the journal lacks an answer (no space left)")
}

func TestTheReportIsWrittenToTheNameThatIsAskedFor(t *testing.T) {
	t.Chdir(t.TempDir())
	d := newDriver(t, newMemory(3, 0), 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.JobsView, keymap.WriteReport)
	d.shows("write to", "the report of job 1, as Markdown")
	d.press(keymap.EmptyExport)
	d.typed("px.txt")
	d.press(keymap.ApplyExport)
	d.shows("the name must end in .md")
	d.press(keymap.EmptyExport)
	d.typed("xp.md")
	d.press(keymap.ApplyExport)
	d.shows("the report is in", "xp.md")
	report, err := os.ReadFile("xp.md")
	if err != nil || !strings.Contains(string(report), "# Retry of 1 message") {
		t.Errorf("%v: %q", err, report)
	}
	d.press(keymap.WriteReport, keymap.EmptyExport)
	d.typed("xp.md")
	d.press(keymap.ApplyExport)
	d.shows("xp.md is there already")
}

func TestNothingIsSentUntilItIsKnownWhatEarlierSessionsSent(t *testing.T) {
	unfinished := left(t, message(0), message(1))
	d := newDriver(t, newMemory(5, 0), 120, 40, recorded(&journal{}), func(o *ui.Options) {
		o.Earlier = func() ([]model.Recorded, error) { return []model.Recorded{unfinished}, nil }
	})
	d.shows("row 1 of 5")
	for _, verb := range []keymap.Action{keymap.BringBack, keymap.Canary, keymap.Delete} {
		d.press(verb)
		d.shows("does nothing now: it is still being read what earlier sessions sent")
	}
	d.release()
	d.shows("row 1 of 5", "unfinished from an earlier session")
	d.press(keymap.MarkAll, keymap.BringBack)
	d.shows("Retry 3 messages")
}

func TestARecordThatCannotBeReadIsSaid(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 120, 40, func(o *ui.Options) {
		o.Earlier = func() ([]model.Recorded, error) { return nil, errors.New("the journal cannot be read (disk)") }
	})
	d.release()
	d.shows("the journal cannot be read (disk)")
	d.press(keymap.BringBack)
	d.shows("Retry 1 message")
}
