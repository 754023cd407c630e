// Package text turns remote text into text that is harmless to draw.
//
// Message bodies, headers, queue names, URLs and error texts come from systems
// that may be broken or hostile. Written to a terminal as they are, they can
// move the cursor, set the window title, fill the clipboard, hide what follows
// or swap the order of what is read. Components therefore draw only [Safe],
// and only this package makes one. The raw bytes stay with the model, for
// retrying and exporting.
//
// # What is shown instead
//
// Nothing acts and nothing disappears: what must not reach a terminal is
// replaced by a short visible stand-in.
//
//	C0 controls, DEL          their picture: ␛ ␇ ␍ ␡
//	bytes that are not UTF-8  \x9b
//	C1 controls               \u009b
//	invisible or reordering   ⟪RLO⟫ ⟪ZWSP⟫ ⟪BOM⟫ ⟪TAG:a⟫ ⟪VS17⟫ ⟪RI:D⟫
//	all else not to be drawn  ⟪U+E000⟫ (private use, unassigned, blank letters,
//	                          marks without a base)
//	marks beyond two a base   ⟪+17⟫
//
// An escape sequence is not parsed. Its introducer becomes visible and the rest
// of it is ordinary text, so an unterminated one swallows nothing either.
// Assigned means assigned in the Unicode version of the Go standard library.
//
// A modern Hangul syllable spelled in jamo is composed. This is canonically the
// same text, and terminals disagree on the width of the spelled form.
//
// # Two forms
//
// Terminals measure either the whole grapheme cluster or each code point, and a
// program cannot rely on knowing which. Columns line up everywhere only if both
// come to the same figure, hence two forms:
//
//   - The aligned form, made by [Line], [Cell], [Const], [Sprintf], [Fit],
//     [FitRight], [Cut] and [Middle]. Where the two widths of a cluster differ,
//     an emoji loses its variation selector and its skin tone, a joined emoji
//     is shown as its members side by side, and of any other cluster (as in
//     Devanagari or Thai) each letter is shown with ◌ for those of its marks
//     that cannot be drawn. Characters on whose width the tables of terminals
//     differ, as those of the newest versions of Unicode, get stand-ins too.
//   - The natural form, made by [Lines] and [Block] for bodies, where script is
//     to be read and no column follows. Clusters stay whole.
//
// The width of a [Safe] is the larger of the two figures, so text that is known
// to fit is never clipped.
package text
