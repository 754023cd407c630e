package terminal

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"redrive/ui/terminal/replay"
)

// line is a terminal at the end of a line that takes nothing while it is held.
type line struct {
	mu    sync.Mutex
	wrote []string
	held  chan struct{} // nil when it takes all at once
}

func (l *line) Write(b []byte) (int, error) {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held != nil {
		<-held
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrote = append(l.wrote, string(b))
	return len(b), nil
}

// taken is what was written since the last time.
func (l *line) taken() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	w := l.wrote
	l.wrote = nil
	return w
}

// painting starts a painter on a terminal of 40 columns and 3 lines.
func painting(t *testing.T, asks bool) (*painter, *line) {
	t.Helper()
	to := &line{}
	p := newPainter(to, "xterm-256color", asks, colorprofile.ANSI256, func(what any) { t.Errorf("it panicked: %v", what) })
	p.resize(40, 3)
	p.start()
	synctest.Wait()
	return p, to
}

func lines(s ...string) tea.View { return tea.NewView(strings.Join(s, "\n")) }

func TestAFrameThatAKeyLedToIsDrawnAtOnceWhateverCameBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, false)
		began := time.Now()
		for i := range 100 {
			p.show(lines(fmt.Sprint("loaded ", i)), false)
			synctest.Wait()
		}
		to.taken()
		p.show(lines("the cursor moved"), true)
		synctest.Wait()
		if w := to.taken(); len(w) != 1 || !strings.Contains(w[0], "the cursor moved") {
			t.Errorf("written: %q", w)
		}
		if time.Since(began) > 0 {
			t.Errorf("it took %s", time.Since(began))
		}
		p.stop()
	})
}

func TestFramesThatNoKeyAskedForAreFewASecondAndTheLastIsDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, false)
		to.taken()
		for i := range 1000 {
			p.show(lines(strings.Repeat(string(rune('a'+i%26)), 20)), false)
			time.Sleep(time.Millisecond)
		}
		synctest.Wait()
		w := to.taken()
		if len(w) < backgroundFrames/2 || len(w) > backgroundFrames+backgroundBurst {
			t.Errorf("%d frames in a second", len(w))
		}
		time.Sleep(time.Second / backgroundFrames)
		synctest.Wait()
		if w = append(w, to.taken()...); !strings.Contains(w[len(w)-1], "lllll") {
			t.Errorf("last was written %q", w[len(w)-1])
		}
		p.stop()
	})
}

func TestWhatStandsThereIsNotWrittenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, false)
		p.show(lines("redrive", "", "row 1"), true)
		synctest.Wait()
		to.taken()
		for range 10 {
			p.show(lines("redrive", "", "row 1"), true)
			time.Sleep(time.Second)
		}
		if w := to.taken(); len(w) > 0 {
			t.Errorf("written: %q", w)
		}
		p.stop()
	})
}

func TestOverAStalledLineOnlyTheLastFrameIsDrawn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, false)
		to.taken()
		to.held = make(chan struct{})
		for i := range 50 {
			p.show(lines(fmt.Sprint("row ", i)), true)
			synctest.Wait()
		}
		close(to.held)
		synctest.Wait()
		if w := to.taken(); len(w) != 2 || !strings.Contains(w[1], "49") {
			t.Errorf("written: %q", w)
		}
		p.stop()
	})
}

func TestANewSizeDrawsEverythingAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, false)
		p.show(lines("redrive"), true)
		synctest.Wait()
		to.taken()
		for _, width := range []int{30, 30} { // also when the size is what it was
			p.resize(width, 3)
			p.show(lines("redrive"), true)
			synctest.Wait()
			if w := to.taken(); len(w) != 1 || !strings.Contains(w[0], replay.EraseAll) || !strings.Contains(w[0], "redrive") {
				t.Errorf("written: %q", w)
			}
		}
		p.stop()
	})
}

func TestTheScreenIsLeftAsItWasAndTakenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p, to := painting(t, true)
		p.show(lines("redrive"), true)
		synctest.Wait()
		if w := strings.Join(to.taken(), ""); !strings.HasPrefix(w, ansi.SetModeAltScreenSaveCursor) || strings.Count(w, ansi.RequestModeSynchronizedOutput) != 1 {
			t.Errorf("it begins with %q", w)
		}
		p.copy("a copy")
		p.stop()
		w := strings.Join(to.taken(), "")
		if !strings.HasPrefix(w, "a copy") {
			t.Errorf("what was to be copied is lost: %q", w)
		}
		for _, was := range []string{ansi.ResetModeAltScreenSaveCursor, ansi.SetModeTextCursorEnable, ansi.ResetModeBracketedPaste, keysAsBefore} {
			if strings.Count(w, was) != 1 {
				t.Errorf("%q is not in %q once", was, w)
			}
		}
		p.start()
		synctest.Wait()
		if w := strings.Join(to.taken(), ""); !strings.Contains(w, ansi.SetModeAltScreenSaveCursor) || !strings.Contains(w, "redrive") {
			t.Errorf("it goes on with %q", w)
		}
		p.stop()
	})
}

func TestOnlyALargeFrameIsShownInOnePieceAndOnlyWhereThatIsKnown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &line{}
		p := newPainter(to, "xterm-256color", true, colorprofile.ANSI256, nil)
		p.resize(200, 40)
		p.start()
		large := func(s string) tea.View { return tea.NewView(strings.Repeat(strings.Repeat(s, 150)+"\n", 39)) }
		whole := func(v tea.View) bool {
			synctest.Wait()
			to.taken()
			p.show(v, true)
			synctest.Wait()
			w := strings.Join(to.taken(), "")
			return strings.HasPrefix(w, ansi.SetModeSynchronizedOutput) && strings.HasSuffix(w, ansi.ResetModeSynchronizedOutput)
		}
		screen := &painted{Model: plain{}, painter: p}
		if whole(large("a")) {
			t.Error("a terminal that did not answer is told")
		}
		screen.Update(tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeNotRecognized})
		if whole(large("b")) {
			t.Error("a terminal that cannot is told")
		}
		screen.Update(tea.ModeReportMsg{Mode: ansi.ModeSynchronizedOutput, Value: ansi.ModeReset})
		if !whole(large("c")) {
			t.Error("a terminal that can is not told")
		}
		if whole(tea.NewView("d")) {
			t.Log("a frame that clears the screen is large")
		}
		if whole(tea.NewView("e")) {
			t.Error("a small frame is told of")
		}
		p.stop()
	})
}

// plain is a screen without anything.
type plain struct{}

func (plain) Init() tea.Cmd                       { return nil }
func (plain) Update(tea.Msg) (tea.Model, tea.Cmd) { return plain{}, nil }
func (plain) View() tea.View                      { return tea.View{} }

func TestATerminalIsAskedOnlyWhereItsAnswerComesInTime(t *testing.T) {
	for name, c := range map[string]struct {
		env  map[string]string
		asks bool
	}{
		"a terminal of this machine":     {map[string]string{"TERM": "xterm-256color"}, true},
		"over ssh":                       {map[string]string{"TERM": "xterm-256color", "SSH_TTY": "/dev/pts/1"}, false},
		"over ssh in one that can":       {map[string]string{"TERM": "xterm-kitty", "SSH_TTY": "/dev/pts/1"}, true},
		"one that writes what it is not": {map[string]string{"TERM": "xterm-256color", "TERM_PROGRAM": "Apple_Terminal"}, false},
	} {
		if got := asksTerminal(func(k string) string { return c.env[k] }); got != c.asks {
			t.Errorf("%s: asked is %v", name, got)
		}
	}
}

// failing is a terminal that the first write panics at.
type failing struct {
	line
	failed bool
}

func (f *failing) Write(b []byte) (int, error) {
	if !f.failed {
		f.failed = true
		panic("a mistake")
	}
	return f.line.Write(b)
}

func TestAPanicWhileDrawingIsNotedAndTheTerminalIsGivenBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := &failing{}
		var noted any
		p := newPainter(to, "xterm-256color", false, colorprofile.ANSI256, func(what any) { noted = what })
		p.resize(40, 3)
		p.start()
		synctest.Wait()
		p.stop()
		if noted == nil {
			t.Error("it is not noted")
		}
		if w := strings.Join(to.taken(), ""); !strings.Contains(w, ansi.ResetModeAltScreenSaveCursor) {
			t.Errorf("written: %q", w)
		}
	})
}
