package api

import (
	"bytes"
	"strconv"
	"strings"
	"time"

	"redrive/model"
)

// longestRetryAfter is more than any destination means.
const longestRetryAfter = 24 * time.Hour

// retryAfter is what a header, as it stands in an answer, says in seconds of Retry-After, the longest when it says more than one;
// 0 when it says nothing, or a date. Most say nothing, and are not taken apart.
func (r *entryReader) retryAfter(header []byte) (wait time.Duration) {
	if !mayNameRetryAfter(header) {
		return 0
	}
	if r.headers == nil {
		r.headers = new(scanner)
	}
	s := r.headers
	s.stream = stream{buf: header, begin: -1, open: s.open}
	if s.kind() != '{' {
		return 0
	}
	value := func() {
		if s.kind() != '"' {
			s.skip()
		} else if quoted := s.raw(); s.err == nil {
			wait = max(wait, secondsOf(s.unescaped(quoted)))
		}
	}
	s.object(func(name []byte) {
		switch {
		case !bytes.EqualFold(name, []byte(retryAfterName)):
			s.skip()
		case s.kind() == '[':
			s.list(value)
		default:
			value()
		}
	})
	return wait
}

// retryAfterOf is the same of a header that was taken apart.
func retryAfterOf(header []model.HeaderField) (wait time.Duration) {
	for _, f := range header {
		if strings.EqualFold(f.Name, retryAfterName) {
			wait = max(wait, secondsOf([]byte(f.Value)))
		}
	}
	return wait
}

const retryAfterName = "Retry-After"

// mayNameRetryAfter is not wrong when it says no. A name may be written with the numbers of its characters.
func mayNameRetryAfter(header []byte) bool {
	const dash = len("Retry")
	for at := 0; ; at++ {
		next := bytes.IndexByte(header[at:], '-')
		if next < 0 {
			break
		}
		at += next
		if from := at - dash; from >= 0 && from+len(retryAfterName) <= len(header) && bytes.EqualFold(header[from:from+len(retryAfterName)], []byte(retryAfterName)) {
			return true
		}
	}
	return bytes.Contains(header, []byte(`\u`))
}

func secondsOf(value []byte) time.Duration {
	n, err := strconv.Atoi(string(bytes.TrimSpace(value[:min(len(value), 20)])))
	if err != nil || n < 0 || n > int(longestRetryAfter/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}
