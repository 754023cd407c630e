package model

import (
	"slices"
	"strings"
)

// itemNames are the fields that name what an error of a list is about.
var itemNames = map[string]bool{
	"path": true, "loc": true, "field": true, "property": true, "param": true, "pointer": true, "parameter": true, "instancepath": true,
	"source": true, "target": true, "key": true, "propertypath": true,
}

// fields reads an object of errors by field.
func (r *jsonReading) fields(depth int) {
	if depth > deepestJSON {
		r.skip()
		return
	}
	r.object(func(name string) {
		switch r.peek() {
		case '[':
			first := true
			r.list(func() {
				if first {
					r.item(name, depth+1)
				} else {
					r.skip()
				}
				first = false
			})
		default:
			r.item(name, depth+1)
		}
	})
}

// item reads one of several errors: a text, or an object.
func (r *jsonReading) item(name string, depth int) {
	switch r.peek() {
	case '"':
		part := takeSpace()
		r.addItem(name, appendNormal(part[:0], MaskText(firstLine(r.string()))))
		part.giveBack()
	case '{':
		if depth > deepestJSON {
			r.skip()
			return
		}
		in := jsonReading{s: r.s, i: r.i, nested: r.nested}
		about := name
		in.object(func(field string) {
			var space [24]byte
			bare := bareName(field, &space)
			if itemNames[string(bare)] {
				if a := in.about(depth + 1); about == name && a != "" {
					about = a
				}
				return
			}
			f, known := jsonFields[string(bare)]
			switch c := in.peek(); {
			case !known:
				in.skip()
			case c == '"':
				in.put(f.slot, in.string(), f.rank, false)
			case c == '{' && (f.slot == slotInside || f.slot == slotLabel):
				in.error(topLevel+1, depth+1)
			case c == '{' || c == '[':
				in.skip()
			default:
				if v := in.scalar(); f.slot == slotCode {
					in.put(slotCode, v, f.rank, true)
				}
			}
		})
		r.i = in.i
		part := takeSpace()
		r.addItem(about, in.compose(part[:0]))
		part.giveBack()
	case '[':
		r.skip()
	default:
		r.scalar()
	}
}

// sentence reads a text that may be an error.
func (r *jsonReading) sentence(name string) {
	if r.peek() != '"' {
		r.skip()
		return
	}
	if text := r.string(); strings.Contains(text, " ") && len(r.loose) < mostItems {
		part := takeSpace()
		errors := jsonReading{}
		errors.addItem(name, appendNormal(part[:0], MaskText(firstLine(text))))
		part.giveBack()
		r.loose = append(r.loose, errors.items...)
	}
}

// about reads the name of what an error is about: a text, a list of its parts, or an object with one.
func (r *jsonReading) about(depth int) string {
	switch r.peek() {
	case '"':
		return r.string()
	case '[':
		var parts []string
		r.list(func() {
			switch r.peek() {
			case '"':
				parts = append(parts, r.string())
			case '{', '[':
				r.skip()
			default:
				r.scalar()
			}
		})
		return strings.Join(parts, ".")
	case '{':
		found := ""
		if depth > deepestJSON {
			r.skip()
			return ""
		}
		r.object(func(field string) {
			var space [24]byte
			if itemNames[string(bareName(field, &space))] {
				found = max(found, r.about(depth+1))
				return
			}
			r.skip()
		})
		return found
	}
	r.scalar()
	return ""
}

// addItem adds an error that is normalised.
func (r *jsonReading) addItem(about string, text []byte) {
	if len(r.items) >= mostItems {
		return
	}
	var space [longestCause]byte
	out := space[:0]
	if about != "" {
		for part := range pieces(about) {
			if shapeOf(part) == shapeWord {
				if len(out) > 0 {
					out = append(out, '.')
				}
				out = appendNormal(out, part[:min(len(part), longestWord)])
			}
			if len(out) > 2*longestWord {
				break
			}
		}
		out = append(out, ": "...)
	}
	out = append(out, text...)
	if item := string(out); !slices.Contains(r.items, item) {
		r.items = append(r.items, item)
	}
}
