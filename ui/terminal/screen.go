package terminal

import (
	"strings"

	"github.com/charmbracelet/x/ansi"
)

const (
	enterScreen = ansi.SetModeAltScreenSaveCursor + ansi.ResetModeTextCursorEnable + ansi.SetModeBracketedPaste
	leaveScreen = ansi.ResetModeAltScreenSaveCursor + ansi.SetModeTextCursorEnable + ansi.ResetModeBracketedPaste

	// keepTitle makes a terminal that can keep the title of its window, oldTitle brings that back.
	keepTitle = "\x1b[22;2t"
	oldTitle  = "\x1b[23;2t"

	// keysApart makes a terminal that can send keys so that escape is told from what begins with it; keysAsBefore ends that.
	keysApart    = "\x1b[>1u"
	keysAsBefore = "\x1b[<1u"
)

// enter is what the screen begins with. Where ask is set the terminal is asked whether it shows frames in one piece.
func enter(term string, ask bool) string {
	s := enterScreen
	if hasKeysApart(term) {
		s += keysApart
	}
	s += keepTitle + ansi.SetWindowTitle(title)
	if ask {
		s += ansi.RequestModeSynchronizedOutput
	}
	return s
}

// leave gives the terminal back as it was.
func leave(term string, height int) string {
	s := ansi.CursorPosition(1, max(1, height)) // for a terminal that has no second screen
	if hasKeysApart(term) {
		s = keysAsBefore + s
	}
	return s + leaveScreen + ansi.SetWindowTitle("") + oldTitle
}

// hasKeysApart tells whether the terminal may know [keysApart]. To others it says to move the cursor.
func hasKeysApart(term string) bool {
	return term != "linux" && !strings.HasPrefix(term, "vt") && !strings.HasPrefix(term, "screen")
}
