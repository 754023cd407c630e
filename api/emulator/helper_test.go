package emulator

import (
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
)

// fakeClock is a clock that a test moves, between requests.
type fakeClock struct {
	now time.Time
}

func newClock() *fakeClock {
	return &fakeClock{now: time.Date(2026, 11, 21, 2, 8, 12, 0, time.UTC)}
}

func (c *fakeClock) time() time.Time { return c.now }

func (c *fakeClock) advance(d time.Duration) { c.now = c.now.Add(d) }

// bench is a server with a clock and a client.
type bench struct {
	*testing.T
	*Server
	clock *fakeClock
	token string
}

func newBench(t *testing.T, options Options) *bench {
	t.Helper()
	clock := newClock()
	options.Clock = clock.time
	return &bench{T: t, Server: New(options), clock: clock, token: DefaultToken}
}

// reply is a response that has been read.
type reply struct {
	status int
	header http.Header
	body   string
}

// send makes a request in process; each header is "Name: value".
func (b *bench) send(method, target string, headers ...string) reply {
	b.Helper()
	got, err := b.try(method, target, nil, headers...)
	if err != nil {
		b.Fatalf("%s %s: %v", method, target, err)
	}
	return got
}

func (b *bench) try(method, target string, body io.Reader, headers ...string) (reply, error) {
	b.Helper()
	request, err := http.NewRequestWithContext(b.Context(), method, "http://emulator.invalid"+target, body)
	if err != nil {
		b.Fatal(err)
	}
	request.Header.Set("Authorization", "Bearer "+b.token)
	for _, header := range headers {
		name, value, _ := strings.Cut(header, ": ")
		request.Header.Set(name, value)
	}
	response, err := b.Transport().RoundTrip(request)
	if err != nil {
		return reply{}, err
	}
	defer func() { _ = response.Body.Close() }()
	read, err := io.ReadAll(response.Body)
	return reply{response.StatusCode, response.Header, string(read)}, err
}

// get reads JSON from an endpoint that must answer 200.
func (b *bench) get(target string) object {
	b.Helper()
	got := b.send(http.MethodGet, target)
	b.wantStatus(got, http.StatusOK)
	return b.decode(got)
}

func (b *bench) decode(got reply) object {
	b.Helper()
	var decoded object
	if err := json.Unmarshal([]byte(got.body), &decoded); err != nil {
		b.Fatalf("%v in %s", err, got.body)
	}
	return decoded
}

func (b *bench) wantStatus(got reply, status int) {
	b.Helper()
	if got.status != status {
		b.Fatalf("status %d, want %d: %.300s", got.status, status, got.body)
	}
}

// object is a decoded JSON object.
type object map[string]any

func (o object) list(key string) []object {
	items, _ := o[key].([]any)
	list := make([]object, len(items))
	for n, item := range items {
		list[n], _ = item.(map[string]any)
	}
	return list
}

func (o object) text(key string) string {
	text, _ := o[key].(string)
	return text
}

func (o object) number(key string) int {
	number, _ := o[key].(float64)
	return int(number)
}

func texts(list []object, key string) []string {
	var values []string
	for _, o := range list {
		values = append(values, o.text(key))
	}
	return values
}

// pages walks a listing to its end.
func (b *bench) pages(path, listKey string, query url.Values) []object {
	b.Helper()
	var all []object
	for range 1000 {
		got := b.get(path + "?" + query.Encode())
		all = append(all, got.list(listKey)...)
		cursor := got.text("cursor")
		if cursor == "" {
			return all
		}
		query.Set("cursor", cursor)
	}
	b.Fatal("the listing does not end")
	return nil
}

func (b *bench) retry(dlqID string, headers ...string) string {
	b.Helper()
	got := b.send(http.MethodPost, "/v2/dlq/retry/"+dlqID, headers...)
	b.wantStatus(got, http.StatusCreated)
	return b.decode(got).text("messageId")
}

// states is what the log says of a message, oldest first.
func (b *bench) states(messageID string) string {
	b.Helper()
	logs := b.get("/v2/logs?messageId=" + messageID).list("logs")
	var states []string
	for n := len(logs) - 1; n >= 0; n-- {
		states = append(states, logs[n].text("state"))
	}
	return strings.Join(states, " ")
}

func itoa[N int | int64](number N) string { return strconv.FormatInt(int64(number), 10) }
