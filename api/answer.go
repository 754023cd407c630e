package api

import (
	"errors"
	"io"
	"net/http"
)

const (
	// headShown is how much is shown of an answer that cannot be read.
	headShown = 200
	// headKept is how much of every answer is kept for that: more, so that a token in it is recognised before it is cut.
	headKept = 4 << 10
)

// errTooLarge is an answer beyond its cap.
var errTooLarge = errors.New("it is too large")

// answer is the response to a request, while its body is being read.
type answer struct {
	status   int
	header   http.Header
	body     io.ReadCloser
	alive    func() error // why no more is waited for; nil while there is no such reason
	progress func()       // called when more has come; may be nil

	head   []byte // the beginning of the body
	size   int64  // bytes read
	cap    int64  // bytes that may be read; 0 for any number
	broken error  // why the body could not be read to its end
}

func (a *answer) Read(p []byte) (int, error) {
	if err := a.alive(); err != nil {
		a.broken = err
		return 0, err
	}
	full := a.cap > 0 && a.size >= a.cap
	if full {
		p = p[:min(len(p), 1)]
	} else if a.cap > 0 {
		p = p[:min(int64(len(p)), a.cap-a.size)]
	}
	n, err := a.body.Read(p)
	if full && n > 0 {
		return 0, errTooLarge
	}
	if n > 0 {
		a.size += int64(n)
		if room := headKept - len(a.head); room > 0 {
			a.head = append(a.head, p[:min(n, room)]...)
		}
		if a.progress != nil {
			a.progress()
		}
	}
	if err != nil && err != io.EOF {
		a.broken = err
	}
	return n, err
}
