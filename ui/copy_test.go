package ui_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

func copying(d *driver, second keymap.Action) {
	d.clipboard = nil
	d.press(keymap.Copy, second)
}

// copied is what was sent to the clipboard last.
func (d *driver) copied() string {
	d.t.Helper()
	if len(d.clipboard) != 1 {
		d.t.Fatalf("%d texts were sent to the clipboard, want 1:\n%s", len(d.clipboard), d.screen())
	}
	return d.clipboard[0]
}

func (d *driver) copiedNothing() {
	d.t.Helper()
	if len(d.clipboard) > 0 {
		d.t.Errorf("%q was sent to the clipboard", d.clipboard)
	}
}

func TestEachSecondKeyCopiesItsPart(t *testing.T) {
	b := withDetail(`{"orderId":"o_5512"}`, "no healthy upstream")
	d := newDriver(t, b, 120, 40, func(o *ui.Options) { o.BaseURL = "https://qstash.example/" })
	for second, want := range map[keymap.Action]string{
		keymap.CopyID:       message(0).Key.ID,
		keymap.CopyBody:     `{"orderId":"o_5512"}`,
		keymap.CopyHeaders:  "Authorization: ••••••\nContent-Type: application/json\n",
		keymap.CopyResponse: "no healthy upstream",
		keymap.CopyCurl: `curl -X POST -H "Authorization: Bearer $QSTASH_TOKEN" 'https://qstash.example/v2/dlq/retry/` +
			message(0).Key.ID + `'`,
		keymap.CopyError: "503 Service Unavailable: answer 0",
	} {
		copying(d, second)
		if got := d.copied(); got != want {
			t.Errorf("%s copied %q, want %q", second, got, want)
		}
		d.shows("sent to the terminal's clipboard")
	}
}

func TestTheEntryAsJSONIsReadBackAsItWas(t *testing.T) {
	b := withDetail("a\u202eb \x1b[2J ä 😀", "")
	id := message(0).Key.ID
	det := b.details[id]
	det.Unknown = []model.HeaderField{{Name: "newField", Value: `{"n":9007199254740993}`}}
	det.ResponseBody = model.Body{Bytes: []byte{0xff, 0}}
	b.details[id] = det
	d := newDriver(t, b, 120, 40)
	copying(d, keymap.CopyJSON)
	var got struct {
		DLQID, Body        string
		ResponseBodyBase64 []byte
		Masked             bool
		Header             map[string][]string
		OtherFields        map[string]json.RawMessage
	}
	s := d.copied()
	if err := json.Unmarshal([]byte(s), &got); err != nil {
		t.Fatal(err)
	}
	if got.DLQID != id || got.Body != "a\u202eb \x1b[2J ä 😀" || string(got.ResponseBodyBase64) != "\xff\x00" || !got.Masked {
		t.Errorf("the entry became %+v", got)
	}
	if !strings.Contains(string(got.OtherFields["newField"]), "9007199254740993") {
		t.Errorf("the field that is not known became %s", got.OtherFields["newField"])
	}
	if strings.ContainsAny(s, "\u202e\x1b") || strings.Contains(s, "s3cr3t") {
		t.Errorf("the copy has what acts, or a secret: %q", s)
	}
}

func TestSecretsAreCopiedOnlyWhileTheyAreShown(t *testing.T) {
	d := newDriver(t, withDetail(`{"password":"hunter2"}`, ""), 120, 60)
	copying(d, keymap.CopyBody)
	if s := d.copied(); strings.Contains(s, "hunter2") {
		t.Errorf("a masked body was copied as %q", s)
	}
	d.shows("secrets masked) sent")
	d.press(keymap.Open, keymap.Open, keymap.Secrets)
	copying(d, keymap.CopyBody)
	if s := d.copied(); s != `{"password":"hunter2"}` {
		t.Errorf("a body with its secrets shown was copied as %q", s)
	}
	copying(d, keymap.CopyHeaders)
	if s := d.copied(); !strings.Contains(s, "s3cr3t-value-42") {
		t.Errorf("headers with their secrets shown were copied as %q", s)
	}
}

func TestTheEndsOfLinesOfAnotherKindAreCopiedAsStandIns(t *testing.T) {
	d := newDriver(t, withDetail("one\r\ntwo", ""), 120, 40)
	copying(d, keymap.CopyBody)
	if s := d.copied(); strings.Contains(s, "\r") {
		t.Errorf("the copy is %q", s)
	}
	d.shows("shown as stand-ins")
}

func TestWhatDoesNotPrintIsCopiedAsStandInsAndSaidSo(t *testing.T) {
	d := newDriver(t, withDetail("rm -rf x\r\x1b]0;title\x07", "one\n\ttwo\n"), 120, 40)
	copying(d, keymap.CopyBody)
	if s := d.copied(); strings.ContainsAny(s, "\r\x1b\x07") || !strings.Contains(s, "␛]0;title␇") {
		t.Errorf("the copy is %q", s)
	}
	d.shows("shown as stand-ins")
	copying(d, keymap.CopyResponse)
	if s := d.copied(); s != "one\n\ttwo\n" {
		t.Errorf("a text with lines and tabs was copied as %q", s)
	}
	d.hides("shown as stand-ins")
}

func TestABodyTooLargeForAClipboardIsNotSent(t *testing.T) {
	for _, size := range []int{74_001, 10 << 20} {
		d := newDriver(t, withDetail(strings.Repeat("x", size), strings.Repeat("x", 74_000)), 120, 40)
		copying(d, keymap.CopyBody)
		d.copiedNothing()
		d.shows("nothing was copied", "clipboard takes about 74 KB")
		copying(d, keymap.CopyResponse)
		if n := len(d.copied()); n != 74_000 {
			t.Errorf("%d bytes were copied", n)
		}
	}
}

func TestARunIsCopiedWithTheCallThatResumesIt(t *testing.T) {
	d := newDriver(t, newMemory(3, 3), 120, 40)
	d.press(keymap.Workflows)
	copying(d, keymap.CopyCurl)
	want := `curl -X POST -H "Authorization: Bearer $QSTASH_TOKEN" "$QSTASH_URL"'/v2/workflows/dlq/resume/` + run(0).Key.ID + `'`
	if got := d.copied(); got != want {
		t.Errorf("copied %s, want %s", got, want)
	}
}

func TestAnIDThatWouldChangeTheAddressMakesNoCommand(t *testing.T) {
	for _, id := range []string{"..", "a/b", "a?dlqIds=b", "a%2fb", "a\nb", "a\u202eb"} {
		b := newMemory(1, 0)
		b.entries[model.Message][0].Key.ID = id
		d := newDriver(t, b, 120, 40)
		copying(d, keymap.CopyCurl)
		d.copiedNothing()
		d.shows("would change the address")
	}
}

func TestAHostileIDStaysOneWordOfTheShell(t *testing.T) {
	b := newMemory(1, 0)
	b.entries[model.Message][0].Key.ID = "x'; $(reboot) `id` \"&"
	d := newDriver(t, b, 120, 40, func(o *ui.Options) { o.BaseURL = "https://it's" })
	copying(d, keymap.CopyCurl)
	got := d.copied()
	if !strings.HasSuffix(got, ` 'https://it'\''s/v2/dlq/retry/x%27%3B%20$%28reboot%29%20%60id%60%20%22&'`) {
		t.Errorf("copied %s", got)
	}
}

func TestTheErrorOnTheScreenIsCopiedBeforeThatOfTheEntry(t *testing.T) {
	b := newMemory(3, 0)
	b.listErr = errors.New("the host cannot be reached: check the network")
	d := newDriver(t, b, 120, 40)
	d.shows("cannot be reached")
	copying(d, keymap.CopyError)
	if got := d.copied(); got != "the host cannot be reached: check the network" {
		t.Errorf("copied %q", got)
	}
	copying(d, keymap.CopyBody)
	d.copiedNothing()
	d.shows("there is no entry to copy from")
}

func TestTheChordIsShownAndEndsWithWhateverKeyFollows(t *testing.T) {
	b := newMemory(5, 0)
	for _, second := range []string{"esc", "R", "q", "1", "space", "down", "ctrl+c", "y"} {
		d := newDriver(t, b, 120, 40)
		d.press(keymap.Copy)
		d.shows("y: i id · b body · h headers · r response · j JSON · u curl · e error")
		d.send(keyPress(second))
		d.hides("b body", "marked")
		d.shows("row 1 of 5")
		if d.ended {
			t.Fatalf("%s after y quit", second)
		}
		d.copiedNothing()
		d.press(keymap.Down)
		d.shows("row 2 of 5")
	}
	if n := b.calls["do"] + b.calls["get"]; n > 0 {
		t.Errorf("%d calls were made", n)
	}
}

func TestAPasteAfterYCopiesNothing(t *testing.T) {
	d := newDriver(t, newMemory(5, 0), 120, 40)
	d.press(keymap.Copy)
	d.send(tea.PasteMsg{Content: "i"})
	d.copiedNothing()
}

func TestACopyIsOfTheEntryAtTheTimeOfTheKey(t *testing.T) {
	b := withDetail("", "")
	for i := range 5 {
		det := b.details[message(i).Key.ID]
		det.Body.Bytes = []byte(message(i).MessageID)
		b.details[message(i).Key.ID] = det
	}
	d := newDriver(t, b, 120, 40)
	d.holding = true
	copying(d, keymap.CopyBody)
	d.press(keymap.Down)
	d.release()
	if got := d.copied(); got != "msg_0000" {
		t.Errorf("copied %q", got)
	}

	d.holding = true
	copying(d, keymap.CopyBody)
	late := d.held
	d.held = nil
	copying(d, keymap.CopyID)
	d.release()
	for _, c := range late {
		d.run(c)
	}
	if got := d.copied(); got != message(1).Key.ID {
		t.Errorf("a copy that was superseded came after the one that was asked for last: %q", got)
	}
}

func TestACopyOfAnEntryThatIsGoneSaysSo(t *testing.T) {
	b := withDetail("a", "b")
	d := newDriver(t, b, 120, 40)
	b.remove(message(0).Key)
	copying(d, keymap.CopyBody)
	d.copiedNothing()
	d.shows("nothing was copied: the entry is not in the DLQ any more")
	d.press(keymap.Back)
	b.getErr = errors.New("the line dropped")
	copying(d, keymap.CopyBody)
	d.shows("nothing was copied: the line dropped")
}

func TestCopyingFromTheDetailReadsNothingAgain(t *testing.T) {
	b := withDetail("a", "b")
	d := newDriver(t, b, 120, 40)
	d.press(keymap.Open, keymap.Open)
	reads := b.calls["get"]
	copying(d, keymap.CopyResponse)
	if d.copied() != "b" || b.calls["get"] != reads {
		t.Errorf("the entry was read %d times more", b.calls["get"]-reads)
	}
}

func TestACurlCommandOfAnEntryThatWasActedOnSaysSo(t *testing.T) {
	d := newDriver(t, newMemory(3, 0), 120, 24)
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.Copy, keymap.CopyCurl)
	d.shows("acted on: sent")
}
