package text

import (
	"strings"
	"unicode/utf8"
)

// ASCII returns a drawn line, or several, for a terminal whose locale has no UTF-8. Every cluster that is not ASCII takes as many
// cells as before: what the program draws has a character that is much like it, and the rest is question marks.
func ASCII(drawn string) string {
	i := 0
	for i < len(drawn) && drawn[i] < utf8.RuneSelf {
		i++
	}
	if i == len(drawn) {
		return drawn
	}
	i = max(0, i-1) // a mark may be drawn into the last one
	out := append(make([]byte, 0, len(drawn)), drawn[:i]...)
	for i < len(drawn) {
		// What is ASCII is one cell for each byte, but for a mark that is drawn into it.
		if next := i + 1; drawn[i] < utf8.RuneSelf && (next == len(drawn) || drawn[next] < utf8.RuneSelf) {
			out = append(out, drawn[i])
			i = next
			continue
		}
		cluster, width := drawn[i:i+1], 1
		if drawn[i] != '\x1b' && drawn[i] != '\n' {
			cluster, width = firstCluster(drawn[i:])
		}
		likeness := cluster[0]
		if likeness >= utf8.RuneSelf {
			likeness = likenessOf(cluster)
		}
		out = append(out, likeness)
		for range width - 1 {
			if cluster[0] < utf8.RuneSelf {
				likeness = '?'
			}
			out = append(out, likeness)
		}
		i += len(cluster)
	}
	return string(out)
}

// likenesses are what the program draws, each with the character for it at the same place below.
const (
	drawnByUs  = "─│┃·•…–—×▸►▹●▲⚠⟂✓✗→←↑↓↩⟪⟫‹›µ“”▁▂▃▄▅▆▇█␡"
	likenesses = "-||-*.--x>>:*^!@+x><^v<<><>u\"\".:-=+*%#^"
)

var likeness = func() map[rune]byte {
	m := map[rune]byte{}
	i := 0
	for _, r := range drawnByUs {
		m[r] = likenesses[i]
		i++
	}
	return m
}()

func likenessOf(cluster string) byte {
	r, size := utf8.DecodeRuneInString(cluster)
	switch {
	case size < len(cluster):
		return '?'
	case strings.ContainsRune(controlPictures, r):
		return '^'
	}
	if c, ok := likeness[r]; ok {
		return c
	}
	return '?'
}
