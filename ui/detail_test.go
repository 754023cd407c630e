package ui_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"redrive/keymap"
	"redrive/model"
)

type contextType = context.Context

func cells(line string) int { return ansi.StringWidth(line) }

func withDetail(body, response string) *memory {
	b := newMemory(5, 5)
	for i := range 5 {
		b.details[message(i).Key.ID] = model.Detail{
			Header:         []model.HeaderField{{Name: "Authorization", Value: "Bearer s3cr3t-value-42"}, {Name: "Content-Type", Value: "application/json"}},
			Body:           model.Body{Bytes: []byte(body)},
			ResponseHeader: []model.HeaderField{{Name: "Server", Value: "envoy"}},
			ResponseBody:   model.Body{Bytes: []byte(response)},
		}
	}
	return b
}

func TestTheDetailShowsWhatTheEntryHas(t *testing.T) {
	d := newDriver(t, withDetail(`{"orderId":"o_5512","n":9007199254740993}`, "no healthy upstream"), 120, 60)
	d.press(keymap.Open)
	d.shows("https://api.example/hook/0", "503 Service Unavailable", "msg_0000", "billing", "release-42",
		"envoy", "no healthy upstream", `"orderId": "o_5512"`, "9007199254740993", "Response body · text · 19 B", "Request body · JSON")
}

func TestSecretsAreMaskedUntilAskedFor(t *testing.T) {
	d := newDriver(t, withDetail(`{"user":"ada","password":"hunter2","nested":{"api_key":"k-123"}}`, "Authorization: Bearer abcdef123456"), 120, 60)
	d.press(keymap.Open, keymap.Open)
	d.shows("••••••", "ada")
	d.hides("s3cr3t-value-42", "hunter2", "k-123", "abcdef123456")
	d.press(keymap.Secrets)
	d.shows("s3cr3t-value-42", "hunter2", "k-123", "abcdef123456")
	d.press(keymap.Secrets)
	d.hides("s3cr3t-value-42", "hunter2")
}

func TestABinaryBodyIsAHexDump(t *testing.T) {
	b := withDetail("", "")
	det := b.details[message(0).Key.ID]
	det.Body = model.Body{Bytes: []byte{0x00, 0xff, 0x1b, 'A', 0x9b}, Base64: true}
	b.details[message(0).Key.ID] = det
	d := newDriver(t, b, 120, 60)
	d.press(keymap.Open)
	d.shows("binary, decoded from base64", "00000000  00 ff 1b 41 9b", "...A.")
}

func TestTheDetailFollowsTheCursorAfterAPause(t *testing.T) {
	b := withDetail("a", "b")
	d := newDriver(t, b, 120, 60)
	d.press(keymap.Open)
	d.shows("msg_0000")
	reads := b.calls["get"]
	d.press(keymap.Down)
	d.pass(50 * time.Millisecond)
	d.press(keymap.Down)
	d.pass(70 * time.Millisecond)
	if b.calls["get"] != reads {
		t.Error("the entry was read while the cursor moved")
	}
	d.pass(10 * time.Millisecond)
	d.shows("msg_0002")
	if n := b.calls["get"] - reads; n != 1 {
		t.Errorf("%d entries were read, want 1", n)
	}
}

func TestADetailThatComesLateIsNotShownForAnotherEntry(t *testing.T) {
	b := withDetail("a", "b")
	d := newDriver(t, b, 120, 60)
	d.holding = true
	d.press(keymap.Open)
	late := d.held
	d.held = nil
	d.holding = false
	d.press(keymap.Down)
	d.pass(time.Second)
	d.shows("msg_0001")
	for _, c := range late {
		d.run(c)
	}
	d.shows("msg_0001")
	d.hides("msg_0000")
}

func TestEscGoesBackToTheListThenClosesTheDetail(t *testing.T) {
	d := newDriver(t, withDetail("a", "b"), 120, 40)
	d.press(keymap.Open, keymap.Open, keymap.Back)
	d.shows("Request body", "▸")
	d.press(keymap.Back)
	d.hides("Request body")
	d.press(keymap.Back, keymap.Back)
	if d.ended {
		t.Error("esc quit")
	}
}

func TestOnASmallScreenTheDetailTakesItAll(t *testing.T) {
	d := newDriver(t, withDetail("a", "b"), 80, 24)
	d.press(keymap.Open)
	d.hides("DESTINATION")
	d.shows("Destination", "esc")
	d.press(keymap.Back)
	d.shows("DESTINATION")
}

func TestTheNewMessageIDIsInTheDetail(t *testing.T) {
	d := newDriver(t, withDetail("a", "b"), 120, 40)
	d.press(keymap.BringBack)
	d.confirm()
	d.press(keymap.Open)
	d.shows("sent at 03:08:01 as the new message", "msg_new1", "It is not in the DLQ any more")
}

func TestALargeBodyIsScrolledToItsEnd(t *testing.T) {
	var body bytes.Buffer
	body.WriteString(`{"lines":[`)
	for range 20_000 {
		body.WriteString(`"0123456789012345678901234567890123456789",`)
	}
	body.WriteString(`"the very last"]}`)
	d := newDriver(t, withDetail(body.String(), ""), 100, 30)
	d.press(keymap.Open, keymap.Open, keymap.Last)
	d.pass(time.Second)
	d.press(keymap.Last)
	d.press(keymap.HalfUp)
	d.shows("the very last", "Authorization")
}

func TestHostileTextIsShownAndDoesNotAct(t *testing.T) {
	hostile := "A\x1b]0;PWNED\x07B\u009b2JC\rD\u202eE"
	b := withDetail(hostile, hostile)
	e := &b.entries[model.Message][0]
	e.Response, e.QueueName, e.URL, e.Labels = hostile, hostile, "https://x/"+hostile, []string{hostile}
	d := newDriver(t, b, 160, 50)
	d.press(keymap.Open)
	d.press(keymap.Mark, keymap.Up, keymap.BringBack)
	for _, content := range []string{d.m.View().Content} {
		for _, bad := range []string{"\x1b]", "\u009b", "\r", "\u202e", "\x07"} {
			if strings.Contains(content, bad) {
				t.Errorf("the screen has %q", bad)
			}
		}
	}
	d.shows("␛]0;PWNED␇")
}

func TestAStandInIsToldFromTextThatLooksLikeOne(t *testing.T) {
	for name, c := range map[string]struct{ body, want string }{
		"text": {"␛ a\x1bb", "␛ a\x1b[2m␛\x1b[mb"},
		"JSON": {"{\"␛\": \"a\u202eb\"}", "\"a\x1b[m\x1b[2m⟪RLO⟫\x1b[m\x1b[32mb\""},
	} {
		d := newDriver(t, withDetail(c.body, ""), 120, 40)
		d.press(keymap.Open)
		if content := d.m.View().Content; !strings.Contains(content, c.want) {
			t.Errorf("%s: %q is not on the screen:\n%q", name, c.want, lineWith(d, "␛"))
		}
	}
}
