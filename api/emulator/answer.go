package emulator

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
)

// answer is a complete response. It is made while the state is locked and
// written afterwards, so that a slow reader holds up nobody.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func jsonAnswer(status int, value any) answer {
	var body bytes.Buffer
	encoder := json.NewEncoder(&body)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(value); err != nil {
		return refusal{http.StatusInternalServerError, err.Error()}.answer()
	}
	return answer{
		status: status,
		header: http.Header{"Content-Type": {"application/json"}},
		body:   bytes.TrimSuffix(body.Bytes(), []byte("\n")),
	}
}

func emptyAnswer(status int) answer { return answer{status: status, header: http.Header{}} }

func textAnswer(status int, text string) answer {
	return answer{
		status: status,
		header: http.Header{"Content-Type": {"text/plain; charset=utf-8"}},
		body:   []byte(text),
	}
}

// write sends the answer, or only its first bytes and then cuts the
// connection. The announced length stays that of the whole body, which is how
// a reader notices.
func (a answer) write(w http.ResponseWriter, truncateAfter int) {
	header := w.Header()
	for name, values := range a.header {
		header[name] = values
	}
	header.Set("Content-Length", strconv.Itoa(len(a.body)))
	w.WriteHeader(a.status)
	if truncateAfter <= 0 || truncateAfter >= len(a.body) {
		_, _ = w.Write(a.body)
		return
	}
	_, _ = w.Write(a.body[:truncateAfter])
	_ = http.NewResponseController(w).Flush()
	panic(http.ErrAbortHandler)
}

// refusal is an error that the client is told about.
type refusal struct {
	status int
	text   string
}

func (r refusal) Error() string { return r.text }

func (r refusal) answer() answer {
	return jsonAnswer(r.status, struct {
		Error string `json:"error"`
	}{r.text})
}

func badRequest(format string, values ...any) refusal {
	return refusal{http.StatusBadRequest, fmt.Sprintf(format, values...)}
}

func notFound(format string, values ...any) refusal {
	return refusal{http.StatusNotFound, fmt.Sprintf(format, values...)}
}
