package terminal

import (
	"io"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"
	"golang.org/x/time/rate"

	"redrive/ui/terminal/canvas"
)

const (
	// backgroundFrames is how many frames a second are drawn at most that no key asked for, and backgroundBurst how many of
	// them may come one after the other without waiting.
	backgroundFrames = 60
	backgroundBurst  = 4
)

// painter draws the frames on the terminal. A frame that a key led to is drawn at once: the framework's own renderer draws at the ticks of
// a clock, which a key waits for, and which ticks while nothing happens. Frames that come while one is being written, as over a
// slow line, are left out but for the last.
type painter struct {
	to      io.Writer // is given each frame in one piece
	term    string
	ask     bool // may the terminal be asked whether it shows frames in one piece
	panicks func(what any)

	mu            sync.Mutex
	view          tea.View
	width, height int
	profile       colorprofile.Profile
	whole         bool
	// due is set when the view may not stand on the terminal, urgent when that is not to wait, afresh when nothing may stand
	// there as it did.
	due, urgent, afresh bool
	// sequences go to the terminal before the next frame, and then what was copied last.
	sequences []string
	copied    string

	wake          chan struct{}
	stopping, end chan struct{}
	canvas        *canvas.Canvas
	pace          *rate.Limiter
}

func newPainter(to io.Writer, term string, ask bool, profile colorprofile.Profile, panicks func(any)) *painter {
	return &painter{
		to: to, term: term, ask: ask, profile: profile, panicks: panicks,
		wake: make(chan struct{}, 1), pace: rate.NewLimiter(backgroundFrames, backgroundBurst),
	}
}

// asksTerminal tells whether the terminal may be asked a question at the start. Its answer comes as if it were typed: over a line that is
// slow, so late that a quick end leaves it to the shell.
func asksTerminal(getenv func(string) string) bool {
	for _, known := range []string{"ghostty", "wezterm", "alacritty", "kitty", "rio"} {
		if strings.Contains(getenv("TERM"), known) {
			return true
		}
	}
	return getenv("WT_SESSION") != "" || getenv("SSH_TTY") == "" && !strings.Contains(getenv("TERM_PROGRAM"), "Apple")
}

// start takes the terminal over; the screen is drawn as soon as it is shown.
func (p *painter) start() {
	p.mu.Lock()
	p.canvas = canvas.New(p.term, p.profile)
	p.sequences = append(p.sequences[:0], enter(p.term, p.ask))
	p.due, p.urgent, p.afresh = false, true, true
	p.stopping, p.end = make(chan struct{}), make(chan struct{})
	p.mu.Unlock()
	p.rouse()
	go p.run()
}

// stop gives the terminal back. It waits for the write under way.
func (p *painter) stop() {
	close(p.stopping)
	<-p.end
	p.mu.Lock()
	out := p.pending() + leave(p.term, p.height)
	p.mu.Unlock()
	_, _ = io.WriteString(p.to, out) // a terminal that is gone is noticed by those who read from it
}

// show draws a view, at once when urgent is set.
func (p *painter) show(v tea.View, urgent bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if sameFrame(p.view, v) && !p.due && !p.afresh {
		return
	}
	p.view, p.due, p.urgent = v, true, p.urgent || urgent
	p.rouse()
}

func sameFrame(a, b tea.View) bool {
	if (a.Cursor == nil) != (b.Cursor == nil) || a.Cursor != nil && a.Cursor.Position != b.Cursor.Position {
		return false
	}
	return a.Content == b.Content
}

// resize is told when the terminal has another size: everything is drawn anew, once there is a view of that size.
func (p *painter) resize(width, height int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.width, p.height = width, height
	p.due, p.afresh = true, true
}

// showWhole is called once it is known that the terminal shows frames in one piece.
func (p *painter) showWhole() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.whole = true
}

// enterAgain is for a terminal that somebody else had meanwhile.
func (p *painter) enterAgain() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.sequences = append(p.sequences, enter(p.term, false))
	p.afresh = true
}

// copy fills the clipboard. Of copies that the terminal has not taken yet only the last counts.
func (p *painter) copy(sequence string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.copied, p.urgent = sequence, true
	p.rouse()
}

// pending is what goes to the terminal beside frames; the lock is held.
func (p *painter) pending() string {
	s := strings.Join(p.sequences, "") + p.copied
	p.sequences, p.copied = p.sequences[:0], ""
	return s
}

func (p *painter) rouse() {
	select {
	case p.wake <- struct{}{}:
	default:
	}
}

func (p *painter) run() {
	defer close(p.end)
	defer func() {
		if what := recover(); what != nil {
			p.panicks(what)
		}
	}()
	for {
		select {
		case <-p.stopping:
			return
		case <-p.wake:
		}
		if !p.wait() {
			return
		}
		p.paint()
	}
}

// wait lets time pass before a frame that can wait; false when there is no more drawing.
func (p *painter) wait() bool {
	turn := p.pace.Reserve()
	timer := time.NewTimer(turn.Delay())
	defer timer.Stop()
	for {
		p.mu.Lock()
		urgent := p.urgent
		p.mu.Unlock()
		if urgent {
			turn.Cancel()
			return true
		}
		select {
		case <-timer.C:
			return true
		case <-p.wake:
		case <-p.stopping:
			return false
		}
	}
}

// paint writes what is due.
func (p *painter) paint() {
	p.mu.Lock()
	out := []byte(p.pending())
	view, width, height := p.view, p.width, p.height
	due := p.due && width > 0 && height > 0 && view.Content != ""
	afresh := p.afresh
	p.due, p.urgent = p.due && !due, false
	p.afresh = afresh && !due
	p.canvas.Whole = p.whole
	p.mu.Unlock()
	if due {
		if afresh {
			p.canvas.Resize(width, height)
		}
		out = append(out, p.canvas.Draw(view)...)
	}
	if len(out) > 0 {
		_, _ = p.to.Write(out)
	}
}

// painted is a screen that a painter draws.
type painted struct {
	tea.Model
	painter *painter
	urgent  bool
}

// Update is that of the screen. The painter learns what concerns it.
func (s *painted) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case resumedMsg:
		_, resumed := s.Update(tea.ResumeMsg{})
		_, sized := s.Update(msg.size)
		return s, tea.Batch(resumed, sized)
	case tea.KeyPressMsg, tea.PasteMsg:
		s.urgent = true
	case tea.WindowSizeMsg:
		s.urgent = true
		s.painter.resize(msg.Width, msg.Height)
	case tea.ModeReportMsg:
		if msg.Mode == ansi.ModeSynchronizedOutput && msg.Value == ansi.ModeReset {
			s.painter.showWhole()
		}
	}
	var cmd tea.Cmd
	s.Model, cmd = s.Model.Update(msg)
	return s, cmd
}

// View hands the view of the screen to the painter.
func (s *painted) View() tea.View {
	v := s.Model.View()
	s.painter.show(v, s.urgent)
	s.urgent = false
	return v
}
