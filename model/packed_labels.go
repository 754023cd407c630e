package model

import (
	"cmp"
	"encoding/binary"
)

// Labels are packed into one text: a 1, and before each label its length. No labels at all are the empty text.

// labelsMark is what packed labels begin with.
const labelsMark = 1

// arePacked tells whether a text may be packed labels, as not every other text is not.
func arePacked(text string) bool { return text != "" && text[0] == labelsMark }

// packLabels appends labels to a text.
func packLabels(to []byte, labels []string) []byte {
	if labels == nil {
		return to
	}
	to = append(to, labelsMark)
	for _, l := range labels {
		to = binary.AppendUvarint(to, uint64(len(l)))
		to = append(to, l...)
	}
	return to
}

// nextLabel is the first label of packed ones without their 1, and what follows it.
func nextLabel(packed string) (label, rest string) {
	length, shift := 0, 0
	for i := range len(packed) {
		length |= int(packed[i]&0x7f) << shift
		if packed[i] < 0x80 {
			i++
			if length < 0 || length > len(packed)-i {
				length = len(packed) - i // they are none
			}
			return packed[i : i+length], packed[i+length:]
		}
		shift += 7
	}
	return "", ""
}

func unpackLabels(packed string) []string {
	if packed == "" {
		return nil
	}
	n := 0
	for rest := packed[1:]; rest != ""; n++ {
		_, rest = nextLabel(rest)
	}
	labels := make([]string, n)
	packed = packed[1:]
	for i := range labels {
		labels[i], packed = nextLabel(packed)
	}
	return labels
}

// compareLabels compares packed labels as slices.Compare does what they stand for.
func compareLabels(a, b string) int {
	a, b = a[min(1, len(a)):], b[min(1, len(b)):]
	for a != "" && b != "" {
		var x, y string
		x, a = nextLabel(a)
		y, b = nextLabel(b)
		if c := cmp.Compare(x, y); c != 0 { // unlike strings.Compare it lets the texts stay on the stack
			return c
		}
	}
	switch {
	case a == "" && b == "":
		return 0
	case a == "":
		return -1
	}
	return 1
}

// anyLabel tells whether one of packed labels is so.
func anyLabel(packed string, is func(string) bool) bool {
	for rest := packed[min(1, len(packed)):]; rest != ""; {
		var l string
		if l, rest = nextLabel(rest); is(l) {
			return true
		}
	}
	return false
}
