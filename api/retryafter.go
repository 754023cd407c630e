package api

import (
	"bytes"
	"strconv"
	"time"
)

// longestRetryAfter is more than any destination means.
const longestRetryAfter = 24 * time.Hour

// retryAfter is what a header, as it stands in an answer, says in seconds of Retry-After; 0 when it says nothing, or a date.
// It looks for the name as it is usually written, and reads no more of the header.
func retryAfter(header []byte) time.Duration {
	at := bytes.Index(header, []byte(`"Retry-After"`))
	if at < 0 {
		at = bytes.Index(header, []byte(`"retry-after"`))
	}
	if at < 0 {
		return 0
	}
	value := bytes.TrimLeft(header[at+len(`"Retry-After"`):], " \t\r\n:[\"")
	end := bytes.IndexByte(value, '"')
	if end < 0 {
		return 0
	}
	return secondsOf(value[:end])
}

func secondsOf(value []byte) time.Duration {
	n, err := strconv.Atoi(string(bytes.TrimSpace(value[:min(len(value), 20)])))
	if err != nil || n < 0 || n > int(longestRetryAfter/time.Second) {
		return 0
	}
	return time.Duration(n) * time.Second
}
