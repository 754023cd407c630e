package keymap

import "slices"

// Chord are the second keys of a copy, in the order of the help.
func Chord() []Binding {
	var out []Binding
	for _, b := range bindings {
		if slices.Equal(b.Scopes, []Scope{Copying}) && b.Action != CancelCopy {
			out = append(out, b)
		}
	}
	return out
}
