package ui_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/keymap"
	"redrive/model"
)

// inDetail opens the first message, and searches in it.
func inDetail(t *testing.T, b *memory, width, height int) *driver {
	t.Helper()
	d := newDriver(t, b, width, height)
	d.press(keymap.Open, keymap.Open)
	return d
}

func (d *driver) search(words string) {
	d.t.Helper()
	d.press(keymap.EditSearch)
	d.typed(words)
	d.press(keymap.ApplySearch)
}

// lines is a body of n lines, each third with the word needle.
func lines(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "line %d", i)
		if i%3 == 0 {
			b.WriteString(" has a Needle")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

func TestASearchGoesFromMatchToMatchAndRoundTheEndsAndSaysSo(t *testing.T) {
	d := inDetail(t, withDetail("x", lines(300)), 120, 40)
	d.press(keymap.EditSearch)
	d.typed("nEEDle")
	d.shows("search  nEEDle", "100 matches")
	d.press(keymap.ApplySearch)
	d.shows("match 1 of 100", "line 0 has a Needle")
	for range 60 {
		d.press(keymap.NextMatch)
	}
	d.shows("match 61 of 100", "line 180 has a Needle")
	d.press(keymap.LastMatch)
	d.shows("match 60 of 100")
	for range 40 {
		d.press(keymap.NextMatch)
	}
	d.shows("match 100 of 100", "line 297 has")
	d.press(keymap.NextMatch)
	d.shows("match 1 of 100", "after the last match: on from the first")
	d.press(keymap.LastMatch)
	d.shows("match 100 of 100", "before the first match: on from the last")
}

func TestTheNextMatchIsTheNextFromWhereOneHasScrolled(t *testing.T) {
	d := inDetail(t, withDetail("x", lines(300)), 120, 40)
	d.search("needle")
	d.press(keymap.Last, keymap.LastMatch)
	d.shows("match 100 of 100")
	d.press(keymap.First, keymap.NextMatch)
	d.shows("match 1 of 100")
}

func TestASearchFindsNamesOfHeadersValuesAndHeadings(t *testing.T) {
	d := inDetail(t, withDetail("x", "y"), 120, 60)
	for words, count := range map[string]string{
		"authorization": "match 1 of 1", "application/json": "match 1 of 1", "REQUEST HEADERS": "match 1 of 1",
		"release-42": "match 1 of 1", "there is no such": "no match", "s3cr3t": "no match",
	} {
		d.search(words)
		d.shows(count)
		d.press(keymap.EditSearch, keymap.CancelSearch)
		d.hides("match 1 of", "no match")
	}
}

func TestMatchesAreLitWhereverTheyAre(t *testing.T) {
	const found, current = "\x1b[4;33m", "\x1b[1;7m"
	for name, body := range map[string]string{
		"text": "a needle", "JSON": `{"key":"a needle","n":1}`, "binary": "\xff a needle",
	} {
		t.Run(name, func(t *testing.T) {
			d := inDetail(t, withDetail(body, "x"), 120, 60)
			plain := d.screen()
			d.press(keymap.EditSearch)
			d.typed("needl")
			content := d.m.View().Content
			if !strings.Contains(content, "needl\x1b[m") || !strings.Contains(content, found) && !strings.Contains(content, "\x1b[33;4m") {
				t.Errorf("the match is not lit:\n%q", lineOf(content, "needl\x1b"))
			}
			d.press(keymap.ApplySearch)
			if !strings.Contains(d.m.View().Content, current+"needl\x1b[m") {
				t.Errorf("the current match does not stand out:\n%q", lineOf(d.m.View().Content, "needl"))
			}
			d.press(keymap.Back)
			if d.screen() != plain || strings.Contains(d.m.View().Content, current+"needl") {
				t.Errorf("something stayed of the search:\n%s", d.screen())
			}
		})
	}
}

func lineOf(content, part string) string {
	for _, l := range strings.Split(content, "\n") {
		if strings.Contains(l, part) {
			return l
		}
	}
	return ""
}

func TestALargeBodyIsSearchedInStepsAndGoneToOnceItsRowsAreFound(t *testing.T) {
	body := "the first needle\n" + strings.Repeat("0123456789 hay\n", 10<<20/15) + "the last needle\n"
	d := inDetail(t, withDetail("x", body), 120, 40)
	d.holding = true
	d.press(keymap.EditSearch)
	for _, r := range "needle" {
		d.send(keyPress(string(r)))
	}
	steps := 0
	for len(d.held) > 0 {
		held := d.held
		d.held = nil
		for _, c := range held {
			d.send(c())
		}
		if steps++; steps == 1 {
			d.shows("1+ matches")
		}
	}
	if steps < 10 {
		t.Errorf("ten megabytes were searched in %d steps", steps)
	}
	d.shows("2 matches")
	d.release()
	d.press(keymap.ApplySearch)
	d.shows("match 1 of 2", "the first needle")
	d.press(keymap.NextMatch)
	d.shows("on the way to match 2 of 2")
	d.pass(time.Second)
	d.shows("match 2 of 2", "the last needle")
	d.hides("on the way")
}

func TestEnterBeforeAMatchWasFoundGoesThereWhenItIs(t *testing.T) {
	body := strings.Repeat("0123456789 hay\n", 3<<20/15) + "the needle\n"
	d := inDetail(t, withDetail("x", body), 120, 40)
	d.pass(time.Second)
	d.holding = true
	d.search("needle")
	d.hides("the needle")
	d.release()
	d.shows("match 1 of 1", "the needle")
}

func TestAMatchOverTheEndOfAStepIsFoundOnce(t *testing.T) {
	for _, shift := range []int{0, 3, 8} {
		body := strings.Repeat("x", 1<<20-200-shift) + strings.Repeat("abcäöü", 60) + strings.Repeat("x", 1<<20)
		d := inDetail(t, withDetail("x", body), 120, 40)
		d.press(keymap.EditSearch)
		d.send(tea.PasteMsg{Content: "ABCÄÖÜ"})
		d.press(keymap.ApplySearch)
		d.shows(" of 60")
	}
}

func TestALetterThatIsEverywhereIsNotCountedForever(t *testing.T) {
	d := inDetail(t, withDetail("x", strings.Repeat("z", 1<<20)), 120, 40)
	d.search("z")
	d.shows("of 10,000+")
}

func TestTheSearchStaysWhileTheEntryChangesAndFindsAnew(t *testing.T) {
	b := withDetail("x", "one needle")
	det := b.details[message(1).Key.ID]
	det.ResponseBody = model.Body{Bytes: []byte("needle needle needle")}
	b.details[message(1).Key.ID] = det
	d := inDetail(t, b, 120, 40)
	d.search("needle")
	d.shows("match 1 of 1")
	d.press(keymap.NextPane, keymap.Down)
	d.pass(time.Second)
	d.shows("needle needle needle", "3 matches")
}

func TestASearchIsOfWhatIsShown(t *testing.T) {
	d := inDetail(t, withDetail("x", "y"), 120, 60)
	d.search("s3cr3t-value")
	d.shows("no match")
	d.press(keymap.Secrets)
	d.shows("1 match")
	d.press(keymap.Secrets)
	d.shows("no match")
}

func TestResultsOfASearchThatWasChangedAreDropped(t *testing.T) {
	d := inDetail(t, withDetail("x", "aa ab"), 120, 40)
	d.press(keymap.EditSearch)
	d.holding = true
	d.typed("a")
	late := d.held
	d.held = nil
	d.typed("b")
	d.release()
	before := d.screen()
	for _, c := range late {
		d.run(c)
	}
	if d.screen() != before {
		t.Errorf("a late result changed the screen:\n%s", d.screen())
	}
}

func TestTextForTheSearchIsNeverTakenForKeys(t *testing.T) {
	b := withDetail("x", "R1q")
	d := inDetail(t, b, 120, 40)
	d.press(keymap.EditSearch)
	d.typed("R")
	d.send(tea.PasteMsg{Content: "1q\n"})
	d.shows("search  R1q", "1 match")
	if d.ended || b.calls["do"] > 0 {
		t.Error("text for the search was taken for keys")
	}
	d.press(keymap.Interrupt)
	d.hides("search  R1q")
	d.shows("Request body")
	d.press(keymap.EditSearch)
	d.typed("R")
	d.press(keymap.EmptySearch)
	d.hides("match")
	d.press(keymap.ApplySearch, keymap.Back)
	d.shows("▸   03:07:59")
}

func TestNAloneSaysHowToSearch(t *testing.T) {
	d := inDetail(t, withDetail("x", "y"), 120, 40)
	d.press(keymap.NextMatch)
	d.shows("n does nothing now: nothing is searched for (/ begins it)")
	d.search("zzz")
	d.press(keymap.LastMatch)
	d.shows("nothing in the entry matches zzz")
}

func TestHostileTextIsNotLetLooseByLightingIt(t *testing.T) {
	d := inDetail(t, withDetail("x", "A\x1b]0;PWNED\x07B\u202eE e\u0301\u0301\u0301\u0301"), 120, 40)
	for _, words := range []string{"\x1b]", "]0;", "e", "pwned"} {
		d.press(keymap.EditSearch, keymap.EmptySearch)
		d.send(tea.PasteMsg{Content: words})
		d.press(keymap.ApplySearch)
		for _, bad := range []string{"\x1b]", "\x07", "\u202e"} {
			if strings.Contains(d.m.View().Content, bad) {
				t.Errorf("searching for %q, the screen has %q", words, bad)
			}
		}
	}
}
