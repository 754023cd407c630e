package journal

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"time"

	"redrive/model"
)

const suffix = ".jsonl"

// fileName is the name of the file of what began at a time.
func fileName(at time.Time, name, suffix string) string {
	return strconv.FormatInt(at.UnixMilli(), 10) + "-" + name + suffix
}

// parseName takes the name of a file apart; ok is false for the name of another file.
func parseName(file, suffix string) (at time.Time, name string, ok bool) {
	base, is := strings.CutSuffix(file, suffix)
	ms, name, cut := strings.Cut(base, "-")
	n, err := strconv.ParseInt(ms, 10, 64)
	if !is || !cut || name == "" || err != nil || n < 0 {
		return time.Time{}, "", false
	}
	return time.UnixMilli(n).UTC(), name, true
}

// recording is what the file of an operation says.
type recording struct {
	model.Recorded
	planned bool   // the plan could be read
	session string // the last to work on it
	calls   int    // the highest number of a call
	other   int    // the version, when it is another
}

// readLines hands on every whole line that is as it was written, with its kind, and says which were not. ok is false when the
// file is of another version, which is then told.
func readLines(content []byte, each func(kind string, b []byte) error) (bad []int, torn bool, otherVersion int) {
	for n := 1; len(content) > 0; n++ {
		b, rest, whole := bytes.Cut(content, []byte{'\n'})
		content = rest
		if !whole {
			return bad, true, 0
		}
		var h heading
		if !sealed(b) || json.Unmarshal(b, &h) != nil {
			bad = append(bad, n)
			continue
		}
		if n == 1 && h.Version != 0 && h.Version != version {
			return nil, false, h.Version
		}
		if each(h.Line, b) != nil {
			bad = append(bad, n)
		}
	}
	return bad, false, 0
}

// damageText says what of a file cannot be read; empty when all can.
func damageText(bad []int, torn bool, more ...string) string {
	var parts []string
	switch {
	case len(bad) == 1:
		parts = append(parts, fmt.Sprintf("line %d cannot be read", bad[0]))
	case len(bad) > 1:
		parts = append(parts, fmt.Sprintf("%d lines cannot be read, the first of them line %d", len(bad), bad[0]))
	}
	if torn {
		parts = append(parts, "the last line was cut off")
	}
	return strings.Join(append(parts, more...), "; ")
}

func versionText(v int) string {
	return fmt.Sprintf("it was written by another version of redrive (format %d, not %d): open it with that one", v, version)
}

// readOperation reads the file of an operation. There is no content that it cannot take.
func readOperation(file string, content []byte) recording {
	var r recording
	r.Operation.At, r.Operation.Name, _ = parseName(file, suffix)
	byNumber := map[int]int{} // of a call, its place
	answers := map[int]line{}
	contradicted := map[int]bool{}
	stray := 0
	bad, torn, other := readLines(content, func(kind string, b []byte) error {
		var l line
		switch kind {
		case planLine, resumedLine, intentLine, resultLine, noteLine, endLine:
			if err := json.Unmarshal(b, &l); err != nil {
				return err
			}
		default:
			return nil
		}
		switch kind {
		case planLine:
			return r.plan(l)
		case resumedLine:
			r.session = l.Session
		case intentLine:
			if _, twice := byNumber[l.Call]; twice {
				return nil
			}
			byNumber[l.Call] = len(r.Calls)
			r.calls = max(r.calls, l.Call)
			r.Calls = append(r.Calls, model.RecordedCall{IDs: plain(l.IDs), Labelled: l.Labelled, At: l.At.time()})
		case resultLine:
			i, there := byNumber[l.Call]
			before, answered := answers[l.Call]
			switch {
			case !there:
				stray++
				r.calls = max(r.calls, l.Call)
			case !answered:
				answers[l.Call] = l
				r.Calls[i].Answered, r.Calls[i].Result, r.Calls[i].Err = true, l.result(), l.Error.error()
			case !reflect.DeepEqual(before, l):
				contradicted[l.Call] = true
				r.Calls[i].Answered, r.Calls[i].Result, r.Calls[i].Err = false, model.WriteResult{}, nil
			}
		case noteLine:
			return r.note(l)
		case endLine:
			r.Ended = true
		}
		return nil
	})
	if other != 0 {
		r.other = other
		r.Damage = versionText(other)
		return r
	}
	var more []string
	if !r.planned {
		more = append(more, "its plan cannot be read")
	}
	if stray > 0 {
		more = append(more, fmt.Sprintf("%d answers are to calls that cannot be read", stray))
	}
	if len(contradicted) > 0 {
		more = append(more, fmt.Sprintf("%d calls have answers that contradict each other, and count as not answered", len(contradicted)))
	}
	r.Damage = damageText(bad, torn, more...)
	return r
}

func (r *recording) plan(l line) error {
	if r.planned || l.Plan == nil {
		return nil
	}
	o, err := l.Plan.operation()
	if err != nil {
		return err
	}
	r.Operation, r.planned = o, true
	if r.session == "" {
		r.session = l.Session
	}
	return nil
}

// note takes the notes of a line that are about entries of the plan.
func (r *recording) note(l line) (err error) {
	for i := range l.Notes {
		n, odd := l.Notes[i].note()
		switch {
		case odd != nil:
			err = odd
		case n.Index < 0 || r.planned && n.Index >= len(r.Operation.Entries):
			err = fmt.Errorf("there is no entry %d", n.Index)
		default:
			r.Notes = append(r.Notes, n)
		}
	}
	return err
}

func (l *line) result() model.WriteResult {
	return model.WriteResult{
		Created: convert(l.Created, createdForm.created), Done: l.Done, Count: l.Count, Next: string(l.Next),
	}
}

// hasEnded tells whether the last line of a file is its end, without reading the others. The end of the file is enough of it.
func hasEnded(content []byte) bool {
	b, whole := bytes.CutSuffix(content, []byte{'\n'})
	b = b[bytes.LastIndexByte(b, '\n')+1:]
	var h heading
	return whole && sealed(b) && json.Unmarshal(b, &h) == nil && h.Line == endLine
}
