package ui_test

import (
	"bytes"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
)

// hugeSize is 50 MB, but where every access to memory is looked at.
var hugeSize = 50 << 20 / underRace

// huge are bodies and headers that no one sends by mistake. Each has a needle at its end.
var huge = []struct {
	name     string
	body     func() []byte
	response func() []byte
	header   func() emulator.Header
	shows    []string // in the detail
	copies   string   // what a copy of the body says
}{
	{
		name:   "a body on one line",
		body:   func() []byte { return append(bytes.Repeat([]byte("0123456789abcdef"), hugeSize/16), "the needle"...) },
		copies: "a terminal's clipboard takes",
	},
	{
		name: "a hostile response on one line",
		response: func() []byte {
			return append(bytes.Repeat([]byte("\x1b[2J\u202eabcdefg"), hugeSize/14/5), "the needle"...)
		},
		copies: "the request body",
	},
	{
		name: "10,000 headers",
		header: func() emulator.Header {
			h := emulator.Header{}
			for i := range 10_000 {
				h[fmt.Sprintf("X-Header-%05d", i)] = []string{fmt.Sprintf("value %d", i)}
			}
			h["X-Last"] = []string{"the needle"}
			return h
		},
		shows: []string{"X-Header-00000"}, copies: "the request body",
	},
	{
		name: "JSON 1,000 deep",
		body: func() []byte {
			return []byte(strings.Repeat(`{"a":[`, 500) + `"the needle"` + strings.Repeat(`]}`, 500))
		},
		shows: []string{`{"a":[{"a":[`}, copies: "the request body",
	},
	{
		name: "a number of a million digits",
		body: func() []byte {
			return []byte(`{"n":` + strings.Repeat("9", 1_000_000) + `,"last":"the needle"}`)
		},
		shows: []string{`"n": 999999999`}, copies: "a terminal's clipboard takes",
	},
	{
		name:  "names twice and numbers beyond 2^53",
		body:  func() []byte { return []byte(`{"id":9007199254740993,"id":1e400,"id":-0,"last":"the needle"}`) },
		shows: []string{`"id": 9007199254740993,`, `"id": 1e400,`, `"id": -0,`}, copies: "the request body",
	},
}

// allocated runs f, and tells how much was allocated in it and how much is kept afterwards.
func allocated(f func()) (during, kept int64) {
	var before, after, end runtime.MemStats
	// What pools keep is gone after two.
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&end)
	return int64(after.TotalAlloc - before.TotalAlloc), int64(end.HeapAlloc) - int64(before.HeapAlloc)
}

func TestHugeEntriesAreListedOpenedSearchedAndCopied(t *testing.T) {
	for _, c := range huge {
		t.Run(c.name, func(t *testing.T) {
			e := emulator.Entry{URL: "https://api.acme.io/hook", ResponseStatus: 500, Body: []byte(`{"small":1}`), ResponseBody: []byte("no"), FailedAt: start.Add(-time.Minute)}
			if c.body != nil {
				e.Body = c.body()
			}
			if c.response != nil {
				e.ResponseBody = c.response()
			}
			if c.header != nil {
				e.Header = c.header()
			}
			size := int64(len(e.Body) + len(e.ResponseBody) + 50*len(e.Header))
			s := emulator.New(emulator.Options{Seed: 1, BurstLimit: 10_000, Clock: func() time.Time { return start }})
			for i := range 5 {
				s.Add(emulator.Entry{URL: fmt.Sprintf("https://api.acme.io/%d", i), FailedAt: start.Add(-time.Duration(i) * time.Hour)})
			}
			s.Add(e)
			client, err := api.New(api.Config{URL: "http://localhost", Token: emulator.DefaultToken, DLQ: "test", Transport: s.Transport()})
			if err != nil {
				t.Fatal(err)
			}
			within := func(what string, n, most int64) {
				t.Helper()
				t.Logf("%s: %d KB, at most %d KB", what, n>>10, most>>10)
				// Under the race detector pools forget at random, and what they held is allocated anew.
				if n > most && underRace == 1 {
					t.Errorf("%s %d KB, want %d KB at most for %d KB", what, n>>10, most>>10, size>>10)
				}
			}
			const mb = 1 << 20
			var d *driver
			// The emulator's own work is in it, and that of asking again for less when a page is too large.
			during, kept := allocated(func() { d = newDriver(t, client, 120, 40) })
			within("the list allocated", during, 96*size+32*mb)
			within("the list kept", kept, api.DefaultMemory+16*mb)
			filterBy(d, "url:hook")
			d.shows("row 1 of 1", "api.acme.io/hook")

			during, kept = allocated(func() {
				d.press(keymap.Open, keymap.Open)
				d.pass(time.Second)
			})
			within("opening it allocated", during, 32*size+32*mb)
			within("the detail kept", kept, 3*size+8*mb)
			d.shows("Destination")
			during, kept = allocated(func() {
				d.press(keymap.EditSearch)
				d.send(tea.PasteMsg{Content: "the needle"})
				d.press(keymap.ApplySearch)
				d.pass(time.Second)
			})
			within("the search allocated", during, size+8*mb)
			within("the search kept", kept, 4*mb)
			d.shows("match 1 of 1", "the needle")

			during, _ = allocated(func() {
				for range 10 {
					d.press(keymap.Down)
				}
			})
			within("ten frames at its end allocated", during, 2*mb)
			seen := ""
			d.press(keymap.First)
			for range 3 {
				seen += d.screen()
				d.press(keymap.ScreenDown)
			}
			for _, words := range c.shows {
				if !strings.Contains(seen, words) {
					t.Errorf("the detail does not show %q:\n%s", words, seen)
				}
			}
			during, _ = allocated(func() { copying(d, keymap.CopyBody) })
			within("copying allocated", during, 2*size+4*mb)
			d.shows(c.copies)
		})
	}
}
