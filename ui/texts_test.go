package ui_test

import (
	"testing"

	"redrive/keymap"
	"redrive/model"
	"redrive/ui"
)

// keptBodies are the bodies of the entries that memory's server sent last.
type keptBodies struct {
	of   func(model.Key) string
	kept func(model.Key) bool
}

func (b keptBodies) Texts(k model.Key, _ model.TextParts) (model.Texts, bool) {
	if !b.kept(k) {
		return model.Texts{}, false
	}
	return model.Texts{Body: b.of(k)}, true
}

func bodies(of func(model.Key) string, kept func(model.Key) bool) option {
	return func(o *ui.Options) { o.Bodies = keptBodies{of, kept} }
}

func needleIn(keys ...model.Key) func(model.Key) string {
	return func(k model.Key) string {
		for _, n := range keys {
			if n == k {
				return "a needle"
			}
		}
		return "hay"
	}
}

func TestBodiesAreSearchedWhileTheFilterIsTyped(t *testing.T) {
	d := newDriver(t, newMemory(30, 0), 120, 40, bodies(needleIn(message(7).Key), func(model.Key) bool { return true }))
	d.press(keymap.EditFilter)
	d.typed("body:needle")
	d.shows("row 1 of 1 ", "answer 7")
	d.send(keyPress("enter"))
	d.shows("1 of 30 loaded", "answer 7")
	d.hides("answer 8", "searched")
}

func TestHowManyBodiesWereSearchedIsSaid(t *testing.T) {
	reading := false
	kept := func(k model.Key) bool { return reading || k.ID < message(10).Key.ID }
	d := newDriver(t, newMemory(30, 0), 100, 24, bodies(needleIn(message(7).Key, message(20).Key), kept))
	d.press(keymap.EditFilter)
	d.typed("body:needle")
	d.send(keyPress("enter"))
	d.shows("searched 19 of 30 bodies; a reads the rest", "answer 20")
	d.hides("answer 7 ")
	reading = true
	d.press(keymap.LoadAll)
	d.shows("2 of 30 loaded", "answer 7", "answer 20")
	d.hides("searched")
}

func TestMarkingAllReadsTheBodiesFirst(t *testing.T) {
	reading := false
	kept := func(k model.Key) bool { return reading || k.ID < message(10).Key.ID }
	d := newDriver(t, newMemory(30, 0), 100, 24, bodies(needleIn(message(7).Key, message(20).Key), kept))
	d.press(keymap.EditFilter)
	d.typed("body:needle")
	d.send(keyPress("enter"))
	reading = true
	d.press(keymap.MarkAll)
	d.shows("2 messages marked")
}

func TestBodiesThatCannotBeReadAreSaidWhenAllAreMarked(t *testing.T) {
	kept := func(k model.Key) bool { return k.ID < message(10).Key.ID }
	d := newDriver(t, newMemory(30, 0), 100, 24, bodies(needleIn(message(7).Key, message(20).Key), kept))
	d.press(keymap.EditFilter)
	d.typed("body:needle")
	d.send(keyPress("enter"))
	d.press(keymap.MarkAll)
	d.shows("1 message marked; 11 whose text could not be read are not", "searched 19 of 30 bodies; the others cannot be read")
	d.press(keymap.LoadAll)
	d.shows("or too large", "--memory")
}
