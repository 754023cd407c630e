package ui_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

func TestTheQuestionBeforeLeavingIsSeenOverAnError(t *testing.T) {
	b := newMemory(10, 0)
	b.do = func(model.Write) (bool, error) { return false, &model.LostAnswerError{Host: "h"} }
	d := newDriver(t, b, 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	b.listErr = &model.NeverSentError{Host: "h", Cause: errors.New("no route")}
	d.pass(31 * time.Second)
	b.mu.Lock()
	b.getErr = b.listErr
	b.mu.Unlock()
	d.press(keymap.Down, keymap.BringBack)
	d.confirm()
	d.press(keymap.Quit)
	d.shows("q again leaves")
	d.pass(10 * time.Second)
	d.shows("esc dismisses")
	d.hides("q again leaves")
	d.press(keymap.Quit)
	if d.ended {
		t.Error("the question had gone, and q left all the same")
	}
	d.press(keymap.Quit)
	if !d.ended {
		t.Error("twice did not leave")
	}
}

func TestWhatIsNotSettledIsSaidAtTheEnd(t *testing.T) {
	b := newMemory(10, 0)
	b.do = func(w model.Write) (bool, error) {
		if w.Selection.At(0) == message(1).Key {
			return true, nil
		}
		return true, &model.LostAnswerError{Host: "h"}
	}
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
	d.confirm()
	left := d.m.Close()
	if len(left) != 2 || !strings.Contains(left[0], message(0).Key.ID) || !strings.Contains(left[0], "in doubt") || !strings.HasSuffix(left[1], "1 sent, 1 in doubt") {
		t.Errorf("it says %q", left)
	}
}

func TestSecretsAreMaskedWhereThereIsNoKeyToShowThem(t *testing.T) {
	b := newMemory(3, 0)
	e := &b.entries[model.Message][0]
	e.URL = "https://ada:hunter2@api.example/hook?token=t0p53cret"
	e.Response = `{"api_key":"sk_live_123"}`
	d := newDriver(t, b, 160, 50)
	d.press(keymap.Open)
	d.shows("ada:••••••@api.example")
	d.hides("hunter2", "t0p53cret", "sk_live_123")
	d.press(keymap.BringBack)
	d.hides("hunter2", "t0p53cret", "sk_live_123")
}

func TestMaskingHoldsWhereverTheCursorGoesMeanwhile(t *testing.T) {
	d := newDriver(t, withDetail(`{"password":"hunter2"}`, ""), 120, 60)
	d.press(keymap.Open, keymap.Open, keymap.Secrets)
	d.shows("hunter2")
	d.press(keymap.Back)
	d.holding = true
	d.press(keymap.NextPane, keymap.Secrets, keymap.Back, keymap.Down, keymap.Up)
	d.release()
	d.pass(time.Minute)
	d.hides("hunter2")
	d.shows("Request body")
}

func TestMarkingAllEndsWhenTheFilterIsEdited(t *testing.T) {
	d := newDriver(t, newMemory(450, 0), 120, 40)
	d.holding = true
	d.press(keymap.MarkAll, keymap.EditFilter)
	d.typed("status:429")
	d.release()
	d.press(keymap.CancelFilter)
	d.hides("marked", "●")
}

func TestMarkingAllOfAFilterJustGivenMarksAllOfIt(t *testing.T) {
	d := newDriver(t, newMemory(90, 0), 120, 40)
	d.press(keymap.EditFilter)
	d.typed("status:429")
	d.holding = true
	d.press(keymap.ApplyFilter, keymap.MarkAll)
	d.release()
	d.shows("30 messages marked")
}

func TestAListIsReadAgainAfterAPanic(t *testing.T) {
	b := &panicsOnce{memory: newMemory(5, 0)}
	d := newDriver(t, b, 120, 40)
	d.shows("boom")
	d.pass(time.Minute)
	d.shows("row 1 of 5")
}

type panicsOnce struct {
	*memory
	did bool
}

func (p *panicsOnce) List(ctx contextType, q model.Query) (model.Page, error) {
	if !p.did {
		p.did = true
		panic("boom")
	}
	return p.memory.List(ctx, q)
}

func TestASuccessExpires(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.shows("1 sent")
	d.pass(10 * time.Second)
	d.hides("retry of 1 message: 1 sent")
}

func TestTheDetailClosesWithTheListThatHasNoEntry(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 80, 24)
	d.press(keymap.Open)
	d.shows("Destination")
	d.press(keymap.Workflows)
	d.shows("the DLQ has no workflow runs")
	d.hides("Destination", "show secrets")
}

func TestAResizeKeepsThePlaceInALargeBody(t *testing.T) {
	body := strings.Repeat("0123456789 ", 100_000) + "\nthe very last"
	d := newDriver(t, withDetail(body, ""), 100, 30)
	d.press(keymap.Open, keymap.Open)
	d.pass(time.Second)
	d.press(keymap.Last)
	d.press(keymap.HalfUp)
	d.shows("the very last")
	d.resize(90, 30)
	d.pass(time.Second)
	d.press(keymap.Down, keymap.Up)
	d.shows("the very last")
}

func TestAnErrorIsReadWhole(t *testing.T) {
	b := newMemory(5, 0)
	b.listErr = &model.UnauthorizedError{Host: "qstash-us-east-1.upstash.io", Status: 401, Detail: "unable to authenticate: invalid token"}
	d := newDriver(t, b, 80, 24)
	words := strings.Join(strings.Fields(strings.ReplaceAll(d.screen(), "esc dismisses", "")), "")
	if !strings.Contains(words, "thatQSTASH_URListhetoken'sregion") {
		t.Errorf("the end of the error is not on the screen:\n%s", d.screen())
	}
}

func TestEscInTheFilterPutsTheCursorBack(t *testing.T) {
	d := newDriver(t, newMemory(90, 0), 120, 40)
	for range 50 {
		d.press(keymap.Down)
	}
	row := lineWith(d, "▸")
	d.press(keymap.EditFilter)
	d.typed("matches nothing at all")
	d.press(keymap.CancelFilter)
	d.shows("row 51 of 90")
	if got := lineWith(d, "▸"); got != row {
		t.Errorf("the cursor is on\n%s\nand was on\n%s", got, row)
	}
}

func TestWhatArrivesBetweenTwoLooksIsNotPassedOver(t *testing.T) {
	b := newMemory(50, 0)
	d := newDriver(t, b, 120, 40)
	d.shows("1 Messages 50 ")
	b.arrive(450)
	d.pass(31 * time.Second)
	d.shows("▲ 300+ new", "50+ loaded")
	d.press(keymap.TakeIn)
	d.shows("1 Messages 500 ", "500 loaded")
	d.hides("▲")
}
