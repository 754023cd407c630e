package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// filterBy edits the filter as a person does, from empty, and asks the server.
func filterBy(d *driver, line string) {
	d.t.Helper()
	d.press(keymap.EditFilter, keymap.EmptyFilter)
	d.typed(line)
	d.press(keymap.ApplyFilter)
}

func TestTheCountIsHonest(t *testing.T) {
	d := newDriver(t, newMemory(450, 7), 120, 40)
	d.shows("1 Messages 200+", "2 Workflows 7", "200+ loaded")
	d.press(keymap.LoadAll)
	d.shows("1 Messages 450 ", "450 loaded")
	d.hides("450+")
}

func TestThePageAfterTheNextIsFetchedBeforeItIsNeeded(t *testing.T) {
	b := newMemory(450, 0)
	d := newDriver(t, b, 120, 40)
	d.shows("row 1 of 200+")
	d.press(keymap.NextPage)
	d.shows("row 101 of 300+")
	d.press(keymap.NextPage, keymap.NextPage, keymap.NextPage)
	d.shows("row 401 of 450")
	d.press(keymap.PreviousPage)
	d.shows("row 301 of 450")
}

func TestTheCursorMovesByRowHalfScreenAndScreen(t *testing.T) {
	d := newDriver(t, newMemory(100, 0), 120, 40) // 34 rows
	d.press(keymap.Down, keymap.Down, keymap.Up)
	d.shows("row 2 of 100")
	d.press(keymap.HalfDown)
	d.shows("row 19 of 100")
	d.press(keymap.ScreenDown)
	d.shows("row 53 of 100")
	d.press(keymap.HalfUp, keymap.ScreenUp)
	d.shows("row 2 of 100")
	d.press(keymap.Last)
	d.shows("row 100 of 100", "answer 99")
	d.press(keymap.First)
	d.shows("row 1 of 100", "answer 0\n")
}

func TestNewcomersWaitUntilTheyAreAskedIn(t *testing.T) {
	b := newMemory(50, 0)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Down, keymap.Down)
	row := lineWith(d, "▸")
	b.arrive(12)
	d.pass(31 * time.Second)
	d.shows("▲ 12 new")
	if got := lineWith(d, "▸"); got != row {
		t.Errorf("the row under the cursor changed:\n%s\n%s", row, got)
	}
	d.press(keymap.TakeIn)
	d.hides("▲")
	d.shows("row 15 of 62")
	if got := lineWith(d, "▸"); got != row {
		t.Errorf("the cursor left its entry:\n%s\n%s", row, got)
	}
}

func lineWith(d *driver, part string) string {
	d.t.Helper()
	for _, l := range strings.Split(d.screen(), "\n") {
		if strings.Contains(l, part) {
			return l
		}
	}
	d.t.Fatalf("no line has %q:\n%s", part, d.screen())
	return ""
}

func TestMarksAreKeptByEntry(t *testing.T) {
	d := newDriver(t, newMemory(50, 0), 120, 40)
	d.press(keymap.Mark, keymap.Mark)
	d.shows("2 marked")
	filterBy(d, "status:429")
	d.shows("2 marked")
	d.hides("●")
	filterBy(d, "")
	d.press(keymap.First)
	if n := strings.Count(d.screen(), "●"); n != 2 {
		t.Errorf("%d rows are marked", n)
	}
	d.press(keymap.Unmark)
	d.hides("marked")
	d.press(keymap.Unmark)
	d.shows("2 marked")
}

func TestARangeIsMarkedFromTheLastMarkToHere(t *testing.T) {
	d := newDriver(t, newMemory(50, 0), 120, 40)
	d.press(keymap.MarkRange)
	d.shows("mark one with space first")
	d.press(keymap.Mark, keymap.Down, keymap.Down, keymap.Down, keymap.MarkRange)
	d.shows("5 marked")
}

func TestMarkingAllLoadsTheRestFirst(t *testing.T) {
	b := newMemory(450, 0)
	d := newDriver(t, b, 120, 40)
	filterBy(d, "hook/0")
	d.press(keymap.MarkAll)
	d.shows("225 marked", "225 of 450 loaded")
}

func TestEscInTheMiddleOfMarkingAllMarksNothing(t *testing.T) {
	b := newMemory(450, 0)
	d := newDriver(t, b, 120, 40)
	d.holding = true
	d.press(keymap.MarkAll)
	d.shows("loading all, esc stops")
	d.press(keymap.Back)
	d.release()
	d.shows("stopped: nothing was marked")
	d.hides("450 marked", "●", "loading all")
}

func TestAnErrorStaysUntilItIsDismissedAndWhatWasLoadedStays(t *testing.T) {
	b := newMemory(250, 0)
	d := newDriver(t, b, 120, 40)
	b.listErr = &model.NeverSentError{Host: "qstash.example", Cause: errors.New("no route to host")}
	d.pass(31 * time.Second)
	d.shows("qstash.example cannot be reached", "row 1 of 200")
	d.pass(time.Hour)
	d.shows("cannot be reached")
	b.listErr = nil
	d.pass(time.Minute)
	d.press(keymap.Back)
	d.hides("cannot be reached")
	d.press(keymap.ShowHelp, keymap.Last)
	d.shows("Past messages", "cannot be reached")
}

func TestAListThatCannotBeReadIsAskedForAgain(t *testing.T) {
	b := newMemory(5, 0)
	b.listErr = &model.ServerError{Host: "h", Status: 500}
	d := newDriver(t, b, 120, 40)
	d.shows("nothing could be read yet", "failed (500)")
	b.listErr = nil
	d.pass(time.Minute)
	d.shows("row 1 of 5")
}

func TestAnEntryOfTheOtherKindIsShownUnderItsOwnViewOnce(t *testing.T) {
	b := newMemory(3, 1)
	b.entries[model.Message] = append(b.entries[model.Message], run(0), run(7))
	d := newDriver(t, b, 120, 40)
	d.shows("1 Messages 3 ", "2 Workflows 2")
	d.hides("wfr_")
	d.press(keymap.Workflows)
	d.shows("wfr_0000", "wfr_0007")
	if n := strings.Count(d.screen(), "wfr_0000"); n != 1 {
		t.Errorf("shown %d times", n)
	}
}

func TestUpdateAndViewDoNoIO(t *testing.T) {
	b := newMemory(450, 50)
	d := newDriver(t, b, 120, 40)
	before := b.total()
	d.holding = true
	for range 3 {
		for _, k := range keymap.All() {
			if k.Action != keymap.Quit && k.Action != keymap.Interrupt && k.Action != keymap.Suspend {
				d.press(k.Action)
				d.screen()
			}
		}
		d.pass(time.Minute)
		d.send(keyPress("esc"))
	}
	if got := b.total(); got != before {
		t.Errorf("%d calls were made without a command being run", got-before)
	}
}

func TestNoScreenIsWiderOrTallerThanTheTerminal(t *testing.T) {
	b := newMemory(450, 50)
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Mark, keymap.Open)
	for w := 20; w <= 210; w += 19 {
		for h := 3; h <= 70; h += 7 {
			d.resize(w, h)
			lines := strings.Split(d.m.View().Content, "\n")
			if len(lines) > h {
				t.Fatalf("%d lines at %d×%d", len(lines), w, h)
			}
			for _, l := range lines {
				if got := cells(l); got > w {
					t.Fatalf("a line of %d cells at %d×%d: %q", got, w, h, l)
				}
			}
		}
	}
}

func TestAWindowTooSmallSaysWhatIsNeeded(t *testing.T) {
	d := newDriver(t, newMemory(4, 0), 39, 24)
	d.shows("redrive needs 40×10")
	d.resize(40, 10)
	d.shows("row 1 of 4")
}

func TestADisabledKeySaysWhy(t *testing.T) {
	d := newDriver(t, newMemory(0, 0), 120, 40)
	d.shows("the DLQ has no messages")
	for _, a := range []keymap.Action{keymap.BringBack, keymap.Mark, keymap.Open} {
		d.press(a)
		d.shows("the list is empty")
		d.pass(time.Minute)
	}
}

func TestAPanicInACommandBecomesAMessage(t *testing.T) {
	d := newDriver(t, panicking{newMemory(0, 0)}, 120, 40)
	d.shows("failed inside redrive: boom")
}

type panicking struct{ *memory }

func (p panicking) List(ctx contextType, q model.Query) (model.Page, error) { panic("boom") }

func TestTheNameStandsInTheHeader(t *testing.T) {
	d := newDriver(t, newMemory(1, 0), 120, 40, func(o *ui.Options) { o.Title = "acme-prod" })
	d.shows("redrive  acme-prod · UTC")
}

func TestATimeOfAnotherDayHasItsDate(t *testing.T) {
	b := newMemory(2, 0)
	b.entries[model.Message][1].FailedAt = start.Add(-30 * time.Hour)
	b.entries[model.Message][0].FailedAt = time.Time{}
	d := newDriver(t, b, 120, 40)
	d.shows("03-12 21:08", "~"+message(0).CreatedAt.Format("15:04:05"))
}

func TestTheHelpListsEveryKey(t *testing.T) {
	d := newDriver(t, newMemory(1, 0), 160, 60)
	d.press(keymap.ShowHelp)
	seen := d.screen()
	for range 4 {
		d.press(keymap.ScreenDown)
		seen += d.screen()
	}
	for _, b := range keymap.All() {
		if !strings.Contains(seen, b.Effect) {
			t.Errorf("the help does not have %q", b.Effect)
		}
	}
	d.press(keymap.Back)
	d.shows("row 1 of 1")
}

func TestATableIsReadSideways(t *testing.T) {
	b := newMemory(3, 0)
	b.entries[model.Message][0].Response = strings.Repeat("word ", 30) + "the end of it"
	d := newDriver(t, b, 80, 24)
	d.hides("the end of it")
	for range 11 {
		d.press(keymap.Right)
	}
	d.shows("the end of it", "03:07:59")
	for _, line := range strings.Split(d.m.View().Content, "\n") {
		if w := cells(line); w > 80 {
			t.Errorf("a line of %d cells", w)
		}
	}
	for range 20 {
		d.press(keymap.Left)
	}
	d.shows("DESTINATION", "503")
}

func TestTheListIsFilteredByAValueOfTheRow(t *testing.T) {
	d := newDriver(t, newMemory(9, 0), 120, 40)
	d.press(keymap.Down, keymap.Down, keymap.FilterBy)
	d.shows("Filter by", "status:429", "queue:billing", "label:release-42")
	for !strings.Contains(lineWith(d, "▸ status"), "status") {
		d.press(keymap.Down)
	}
	d.press(keymap.Choose)
	d.shows("filter  status:429", "3 of 9 loaded")
}

func TestAFilterBeforeIsBroughtBack(t *testing.T) {
	d := newDriver(t, newMemory(9, 0), 120, 40)
	filterBy(d, "status:429")
	filterBy(d, "status:503")
	d.press(keymap.EditFilter, keymap.EmptyFilter)
	d.typed("half")
	d.press(keymap.OlderFilter)
	d.shows("filter  status:503")
	d.press(keymap.OlderFilter, keymap.OlderFilter)
	d.shows("filter  status:429")
	d.press(keymap.NewerFilter, keymap.NewerFilter)
	d.shows("filter  half")
	d.press(keymap.OlderFilter, keymap.OlderFilter, keymap.ApplyFilter)
	d.shows("filter  status:429", "3 of 9 loaded")
}

func TestTheProgramBeginsWithAFilter(t *testing.T) {
	f, err := model.ParseFilter("status:429")
	if err != nil {
		t.Fatal(err)
	}
	d := newDriver(t, newMemory(9, 9), 120, 40, func(o *ui.Options) { o.Filter = f })
	d.shows("filter  status:429", "row 1 of 3")
}

func TestTheOldestExpiryIsShownOnceAllAreLoaded(t *testing.T) {
	d := newDriver(t, newMemory(150, 0), 120, 40, func(o *ui.Options) { o.Retention = 3 * 24 * time.Hour })
	d.shows("oldest expires in 2d 23h")
	d = newDriver(t, newMemory(450, 0), 120, 40, func(o *ui.Options) { o.Retention = 3 * 24 * time.Hour })
	d.hides("expires")
}

func TestARelativeTimeIsCountedAgainWhenTheListIsReadAgain(t *testing.T) {
	d := newDriver(t, newMemory(20, 0), 120, 40)
	filterBy(d, "since:10s")
	d.shows("10 of 20 loaded")
	d.pass(5 * time.Second)
	d.shows("10 of 20 loaded")
	d.press(keymap.TakeIn)
	d.shows("5 of 20 loaded")
}

func TestAFieldThatOnlyWorkflowRunsHaveIsSaidInMessages(t *testing.T) {
	d := newDriver(t, newMemory(3, 1), 100, 24)
	d.press(keymap.EditFilter)
	d.typed("run:wfr_0000")
	d.send(keyPress("enter"))
	d.shows("no message has run: that is of workflow runs (2)")
}
