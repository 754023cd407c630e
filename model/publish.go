package model

import (
	"cmp"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// NewMessage is a message to be published (POST /v2/publish/{destination}, or POST /v2/enqueue/{queue}/{destination}),
// such as a deleted one that is brought back from a copy. It is a message of its own: its id is new, and nothing ties it to
// the one it was copied from.
type NewMessage struct {
	DLQ DLQ
	// From is the deleted entry that it is a copy of; zero for none. It is recorded, and not sent.
	From Key
	// Destination is an http or https URL as it goes to the server, with its escapes, or the name of a URL group.
	Destination string
	Queue       string // empty for no queue
	Method      string // empty for POST
	// Header goes to the destination. A Content-Type says what the body is.
	Header []HeaderField
	Body   []byte
	// Overrides are the retries, delay, timeout, flow control, labels and callbacks. A queue takes no delay and no flow
	// control. Its forwarded headers are not used: those are Header.
	Overrides Overrides
}

var methods = []string{"GET", "POST", "PUT", "PATCH", "DELETE"}

// redacted is what the server shows in place of what it was told to hide.
var redacted = regexp.MustCompile(`REDACTED:[0-9A-Fa-f]{64}`)

// Valid is nil for a message that arrives as it is. Its error is a [RefusedError]. A copy with a redacted body or header is
// refused: the mark of it would be delivered instead of the content.
func (m NewMessage) Valid() error {
	if err := checkDestination(m.Destination); err != nil {
		return err
	}
	if m.Method != "" && !slices.Contains(methods, m.Method) {
		return refuse("the method %q is none that a message can have", m.Method)
	}
	if redacted.Match(m.Body) {
		return refuse("the body was redacted, and its content is not known")
	}
	for i, h := range m.Header {
		if err := checkHeader(h); err != nil {
			return err
		}
		if slices.ContainsFunc(m.Header[:i], func(o HeaderField) bool { return strings.EqualFold(o.Name, h.Name) }) {
			return refuse("the header %s is there twice, and the server would get one of them only", h.Name)
		}
	}
	if len(m.Overrides.Forward) > 0 {
		return refuse("forwarded headers are part of the message")
	}
	if m.Overrides.Labels != nil {
		if len(m.Overrides.Labels) == 0 || slices.ContainsFunc(m.Overrides.Labels, func(l string) bool { return !isPlain(l) }) {
			return refuse("a label is empty or cannot be sent in a header")
		}
	}
	if problems := m.Overrides.Check(); len(problems) > 0 {
		return refuse("the %s cannot be sent: %s", problems[0].Setting.Name(), problems[0].Problem)
	}
	if m.Queue == "" {
		return nil
	}
	for _, s := range [...]Setting{SetDelay, SetFlowKey, SetRate, SetParallelism, SetPeriod} {
		if m.Overrides.Values[s] != "" {
			return refuse("a queue takes no %s", s.Name())
		}
	}
	return nil
}

func checkHeader(h HeaderField) error {
	if redacted.MatchString(h.Value) {
		return refuse("the header %s was redacted, and its content is not known", h.Name)
	}
	problem := checkHeaderText(h.Value)
	switch {
	case h.Name == "" || strings.ContainsRune(h.Name, ':'):
		return refuse("the header %q has a name that no header has", h.Name)
	case problem == "":
		// What a header of no content says is its name.
		problem = checkForward(h.Name + ":" + cmp.Or(h.Value, "-"))
	}
	if problem != "" {
		return refuse("the header %q cannot be sent: %s", h.Name, problem)
	}
	return nil
}

// checkDestination refuses what would arrive as another destination. It stands in the path as it is, with its query behind
// it, where the server takes some names for settings of its own.
func checkDestination(d string) error {
	scheme, rest, isURL := strings.Cut(d, "://")
	switch {
	case d == "":
		return refuse("the destination is empty")
	case !isURL:
		if strings.ContainsFunc(d, func(r rune) bool { return !isNameRune(r) }) || strings.Trim(d, ".") == "" {
			return refuse("the destination %q is neither an http or https URL nor the name of a URL group", d)
		}
		return nil
	case scheme != "http" && scheme != "https":
		return refuse("the destination begins with neither http nor https")
	case strings.ContainsFunc(d, func(r rune) bool { return r <= ' ' || r >= 0x7f || strings.ContainsRune("\\#\"<>^`{|}", r) }):
		return refuse("the destination has characters that do not arrive as they are: escape them")
	}
	u, err := url.Parse(d)
	if err != nil || u.Hostname() == "" || u.User != nil {
		return refuse("the destination is not a URL that can be sent to")
	}
	path, _, _ := strings.Cut(rest, "?")
	for part := range strings.SplitSeq(path, "/") {
		if plain, err := url.PathUnescape(part); err != nil || plain == "." || plain == ".." {
			return refuse("the destination has a part of a path that may be cleaned away")
		}
	}
	for name := range u.Query() {
		if lower := strings.ToLower(name); strings.HasPrefix(lower, "upstash-") || lower == "qstash_token" {
			return refuse("the destination has the parameter %s, which the server takes for its own", name)
		}
	}
	return nil
}

// isNameRune tells whether the name of a URL group may have r.
func isNameRune(r rune) bool {
	return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("._-", r)
}
