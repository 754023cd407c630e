package ui_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/keymap"
)

// TestEachTroubleIsOneSentenceAndWhatWasLoadedStays sends every kind of trouble through the real client to the screen.
func TestEachTroubleIsOneSentenceAndWhatWasLoadedStays(t *testing.T) {
	t.Parallel()
	troubles := map[string]struct {
		fault emulator.Fault
		says  string
	}{
		"a wrong token":        {emulator.Failing(401, "unable to authenticate: invalid token"), "check QSTASH_TOKEN"},
		"a rate limit":         {emulator.BurstLimited(10, start.Add(time.Second)), "limits the rate of requests"},
		"a server error":       {emulator.ServerError(), "failed (500)"},
		"an HTML page":         {emulator.HTMLError(502), "failed (502)"},
		"HTML with success":    {emulator.Fault{Status: 200, Body: "<html>welcome</html>"}, "cannot be read"},
		"truncated JSON":       {emulator.Truncated(200), "qstash"},
		"a lost connection":    {emulator.Dropped(), "no answer came"},
		"a request too many":   {emulator.Failing(400, "bad cursor"), "refused the request (400): bad cursor"},
		"hostile error text":   {emulator.Failing(400, "\x1b]0;PWNED\a\u009b2J"), "␛]0;PWNED␇"},
		"an answer of nothing": {emulator.Fault{Status: 200, Body: ""}, "qstash"},
		"no answer":            {emulator.Hanging(), "no answer came"},
	}
	for name, tt := range troubles {
		t.Run(name, func(t *testing.T) {
			s := emulator.New(emulator.Options{Seed: 1, BurstLimit: 10_000, Clock: func() time.Time { return start }})
			s.SeedIncident(emulator.IncidentOptions{Messages: 50, Workflows: -1, Odd: -1, Seed: 1})
			client, err := api.New(api.Config{
				URL: "http://localhost/qstash", Token: emulator.DefaultToken, DLQ: "test",
				Transport: underPath{s.Transport()}, Timeout: time.Second, Now: func() time.Time { return start },
			})
			if err != nil {
				t.Fatal(err)
			}
			d := newDriver(t, client, 160, 40)
			d.shows("row 1 of 50")
			s.SetFaults(func(*http.Request) emulator.Fault { return tt.fault })
			d.pass(31 * time.Second)
			d.shows("row 1 of 50", "esc dismisses")
			said := lineWith(d, "✗")
			if !strings.Contains(said, tt.says) && tt.says != "qstash" {
				t.Errorf("it says %q, want %q", said, tt.says)
			}
			if strings.Contains(said, emulator.DefaultToken[:20]) {
				t.Error("the token is on the screen")
			}
			s.SetFaults(nil)
			d.press(keymap.Back)
			d.pass(31 * time.Second)
			d.hides("✗")
			d.press(keymap.Down, keymap.Open)
			d.pass(time.Second)
			d.shows("row 2 of 50", "Destination")
		})
	}
}

// underPath serves the API below a path, as a proxy would.
type underPath struct{ http.RoundTripper }

func (u underPath) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = strings.TrimPrefix(r.URL.Path, "/qstash")
	r.URL.RawPath = strings.TrimPrefix(r.URL.RawPath, "/qstash")
	return u.RoundTripper.RoundTrip(r)
}
