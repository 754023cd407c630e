package text

import "unicode/utf8"

const (
	everyByte = 0x0101010101010101
	highBits  = everyByte * 0x80
)

// printable returns how many bytes at the start of s are printable ASCII.
func printable(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		c := s[i : i+8]
		word := uint64(c[0]) | uint64(c[1])<<8 | uint64(c[2])<<16 | uint64(c[3])<<24 |
			uint64(c[4])<<32 | uint64(c[5])<<40 | uint64(c[6])<<48 | uint64(c[7])<<56
		// Each term raises the high bit of a byte that is out of range: not
		// ASCII, below the space, or 0x7f, which alone overflows when one is
		// added. A borrow can only spoil bytes above a true hit, so a word
		// without hits has none.
		if (word|(word-everyByte*' ')|(word+everyByte))&highBits != 0 {
			break
		}
	}
	for i < len(s) && s[i] >= ' ' && s[i] < 0x7f {
		i++
	}
	return i
}

// plainRun returns the length and width of the longest start of s that takes at
// most room cells and holds only ASCII and characters of the simple ranges. It
// leaves out a last character that what follows might be drawn onto.
func plainRun(s string, room int) (size, width int) {
	last, lastWidth := 0, 0
	for size < len(s) {
		if s[size] < 0x80 {
			n := printable(s[size:min(len(s), size+room-width)])
			if n == 0 {
				break
			}
			size += n
			width += n
			last, lastWidth = size-1, 1
			continue
		}
		r, n := utf8.DecodeRuneInString(s[size:])
		w := simpleWidth(r)
		if w == 0 {
			return last, width - lastWidth
		}
		if width+w > room {
			break
		}
		last, lastWidth = size, w
		size += n
		width += w
	}
	return size, width
}
