package terminal

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

func TestAnEndWaitsForTheAnswersAndForNothingElse(t *testing.T) {
	type step struct {
		msg  tea.Msg
		goes bool // the screen gets a message
	}
	mode, key := tea.ModeReportMsg{}, tea.KeyPressMsg{Code: 'D', Text: "D"}
	for name, c := range map[string]struct {
		asked int
		after time.Duration
		hurry bool
		steps []step
	}{
		"nothing was asked":       {0, 0, false, []step{{tea.QuitMsg{}, true}}},
		"all was answered":        {2, 0, false, []step{{mode, true}, {mode, true}, {tea.QuitMsg{}, true}}},
		"the last comes later":    {2, 0, false, []step{{mode, true}, {tea.QuitMsg{}, false}, {mode, true}}},
		"what is typed is lost":   {1, 0, false, []step{{tea.QuitMsg{}, false}, {key, false}, {tea.PasteMsg{}, false}, {mode, true}}},
		"a second q leaves":       {1, 0, false, []step{{tea.QuitMsg{}, false}, {tea.QuitMsg{}, true}, {departMsg{}, false}}},
		"the moment passes":       {1, 0, false, []step{{tea.QuitMsg{}, false}, {departMsg{}, true}}},
		"a suspension waits too":  {1, 0, false, []step{{tea.SuspendMsg{}, false}, {departMsg{}, true}, {key, true}}},
		"a signal does not wait":  {1, 0, true, []step{{tea.QuitMsg{}, true}}},
		"long after the question": {1, answersWithin, false, []step{{tea.QuitMsg{}, true}}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var q questions
				for range c.asked {
					q.ask()
				}
				d := &departure{questions: &q, send: func(tea.Msg) {}}
				d.hurry.Store(c.hurry)
				time.Sleep(c.after)
				for i, s := range c.steps {
					if got := d.filter(nil, s.msg); (got != nil) != s.goes {
						t.Errorf("step %d: %T leads to %T", i, s.msg, got)
					}
				}
			})
		})
	}
}
