package ui

import "github.com/charmbracelet/x/ansi"

// style is the escape sequence that begins a look; empty for the plain one.
type style string

// Theme is every look of the program, made of the terminal's own 16 colours. A state is never shown by colour alone, so
// that nothing is lost where there is none.
type Theme struct {
	plain, dim, bold      style
	title, rule, heading  style
	good, bad, warn, note style
	mark, cursor          style
	found, current        style // a match of a search, and the one gone to
	jsonKey, jsonString   style
	jsonNumber, jsonWord  style
}

// DefaultTheme is the theme for light and dark terminals alike.
func DefaultTheme() Theme {
	on := func(s ansi.Style) style { return style(s.String()) }
	fg := func(c ansi.BasicColor) ansi.Style { return ansi.NewStyle().ForegroundColor(c) }
	return Theme{
		dim:     on(ansi.NewStyle().Faint()),
		bold:    on(ansi.NewStyle().Bold()),
		title:   on(ansi.NewStyle().Bold()),
		rule:    on(ansi.NewStyle().Faint()),
		heading: on(fg(ansi.Cyan).Bold()),
		good:    on(fg(ansi.Green)),
		bad:     on(fg(ansi.Red)),
		warn:    on(fg(ansi.Yellow)),
		note:    on(fg(ansi.Cyan)),
		mark:    on(fg(ansi.Yellow).Bold()),
		cursor:  on(ansi.NewStyle().Reverse(true)), // every attribute more is sent at every move
		current: on(ansi.NewStyle().Bold().Reverse(true)),
		found:   on(fg(ansi.Yellow).Underline(true)),
		jsonKey: on(fg(ansi.Cyan)), jsonString: on(fg(ansi.Green)),
		jsonNumber: on(fg(ansi.Magenta)), jsonWord: on(fg(ansi.Yellow)),
	}
}

// status is the look of an HTTP status; 0 is no response.
func (t *Theme) status(code int) style {
	switch {
	case code >= 500:
		return t.bad
	case code >= 400:
		return t.warn
	case code == 0:
		return t.note
	}
	return t.plain
}
