package ui_test

import (
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

func TestSecretsInResponsesAreMaskedWhereverAResponseIsShown(t *testing.T) {
	b := newMemory(30, 0)
	for i := range b.entries[model.Message] {
		e := &b.entries[model.Message][i]
		e.Response = `refused: Bearer s3cr3t-value-42 {"password":"hunter2"} api_key=k3y-of-them`
		e.Cause = e.CauseOf(model.ReadResponse([]byte(e.Response)))
	}
	d := newDriver(t, b, 160, 40)
	look := func(place string) {
		t.Helper()
		for _, secret := range []string{"s3cr3t", "hunter2", "k3y-of"} {
			if strings.Contains(d.screen(), secret) {
				t.Errorf("%s shows %s:\n%s", place, secret, d.screen())
			}
		}
	}
	look("the list")
	d.shows("refused: Bearer ••••••")
	d.press(keymap.Mark, keymap.Mark, keymap.BringBack)
	d.pass(time.Second)
	d.shows("samples")
	look("the sheet")
	d.press(keymap.Back, keymap.CausesView, keymap.WhyTogether)
	d.shows("together as")
	look("the causes")
	d.press(keymap.Messages, keymap.FilterBy)
	look("the menu")
	d.press(keymap.Back, keymap.Open)
	d.shows("Destination")
	look("the detail")
}
