package ui_test

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"redrive/keymap"
	"redrive/model"
)

// views are the states of the screen that are measured.
var views = []struct {
	name string
	keys []keymap.Action
}{
	{"list", nil},
	{"detail", []keymap.Action{keymap.Open}},
	{"causes", []keymap.Action{keymap.CausesView}},
	{"jobs", []keymap.Action{keymap.Mark, keymap.BringBack, keymap.JobsView}},
}

// manyRows is a server that gives large pages, and finds where they begin at once.
type manyRows struct{ *memory }

func (b manyRows) List(_ context.Context, q model.Query) (p model.Page, err error) {
	const size = 10_000
	all := b.entries[q.Kind]
	from, _ := strconv.Atoi(q.Cursor)
	end := min(from+size, len(all))
	if p.Entries = all[from:end]; end < len(all) {
		p.Next = strconv.Itoa(end)
	}
	return p, nil
}

// twentyCauses are messages that failed by more causes than fit on the screen.
func twentyCauses(rows int) *memory {
	b := newMemory(rows, 0)
	for i := range b.entries[model.Message] {
		e := &b.entries[model.Message][i]
		e.Cause = e.CauseOf(model.ReadResponse([]byte("the order is " + strings.Repeat("very ", i%20) + "wrong")))
	}
	return b
}

// shown is a driver with a view opened.
func shown(rows int, keys []keymap.Action) *driver {
	d := newDriver(&testing.T{}, manyRows{twentyCauses(rows)}, 120, 40)
	d.press(keymap.LoadAll)
	for _, k := range keys {
		if k == keymap.JobsView {
			d.confirm()
		}
		d.press(k)
	}
	d.pass(10 * time.Second)
	return d
}

// BenchmarkView draws a frame in which nothing has changed; it must not cost more with more rows.
func BenchmarkView(b *testing.B) {
	for _, v := range views {
		for _, rows := range []int{1_000, 100_000, 1_000_000} {
			if rows > 1_000 && v.name != "list" {
				continue
			}
			b.Run(fmt.Sprint(v.name, "/", rows), func(b *testing.B) {
				d := shown(rows, v.keys)
				b.ReportAllocs()
				for b.Loop() {
					d.m.View()
				}
			})
		}
	}
}

// BenchmarkDrawAfresh draws a frame of which nothing was drawn before.
func BenchmarkDrawAfresh(b *testing.B) {
	d := shown(1_000, nil)
	b.ReportAllocs()
	for b.Loop() {
		d.m.DrawAfresh()
	}
}

// BenchmarkMove presses j and draws.
func BenchmarkMove(b *testing.B) {
	for _, v := range views {
		b.Run(v.name, func(b *testing.B) {
			d := shown(10_000, v.keys)
			b.ReportAllocs()
			for b.Loop() {
				d.m.Update(keyPress("j"))
				d.m.View()
			}
		})
	}
}
