package main

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"redrive/api/emulator"
)

// night is the story of an incident: 3,000 failures of four causes, an engineer, and a bad line. The program is the real
// one, in a terminal, by a clock that runs as fast as it can while nothing is typed.
type night struct {
	t      *testing.T
	clock  *lapse
	server *emulator.Server
	env    []string
	files  string
	// toPartner are the ids of the entries of that destination.
	toPartner map[string]bool
	*session
}

const (
	orders   = "https://api.acme.io/webhooks/orders"
	partner  = "https://partner.example/v1/sync"
	checkout = "https://api.acme.io/checkout"
	workflow = "https://api.acme.io/wf/order"
)

func newNight(t *testing.T) *night {
	n := &night{t: t, clock: newLapse(t, time.Date(2026, 11, 20, 3, 8, 0, 0, time.UTC)), files: t.TempDir()}
	n.server = emulator.New(emulator.Options{Seed: 1, Clock: n.clock.now, LogLag: 2 * time.Second, BurstLimit: burstLimit})
	n.server.SeedIncident(emulator.IncidentOptions{Seed: 1, Odd: -1})
	web := httptest.NewServer(n.server)
	t.Cleanup(web.Close)
	n.env = []string{
		"QSTASH_URL=" + web.URL, "QSTASH_TOKEN=" + emulator.DefaultToken, "XDG_STATE_HOME=" + t.TempDir(), lapseVariable + "=" + n.clock.path,
	}
	n.toPartner = map[string]bool{}
	for _, id := range n.left()[partner] {
		n.toPartner[id] = true
	}
	return n
}

// open starts the program anew.
func (n *night) open() {
	n.t.Helper()
	self, err := os.Executable()
	if err != nil {
		n.t.Fatal(err)
	}
	n.session = beginProgram(n.t, self, 110, 30, n.env, "--refresh", "30s")
	n.shows("row 1 of")
}

// fast lets the clock run until the screen is as it should be.
func (n *night) fast(what string, ok func(screen string) bool) {
	n.t.Helper()
	n.atSpeed(100, what, ok)
}

func (n *night) atSpeed(speed float64, what string, ok func(screen string) bool) {
	n.t.Helper()
	n.clock.run(n.t, speed)
	defer n.clock.run(n.t, 1)
	n.await(what, ok)
}

func (n *night) fastUntil(words ...string) {
	n.t.Helper()
	n.fast(fmt.Sprintf("%q", words), func(screen string) bool {
		for _, w := range words {
			if !strings.Contains(screen, w) {
				return false
			}
		}
		return true
	})
}

// passTo lets the time pass.
func (n *night) passTo(at time.Time) {
	n.t.Helper()
	n.clock.run(n.t, 500)
	defer n.clock.run(n.t, 1)
	n.until("time to pass", func() bool { return n.clock.now().After(at) })
}

// number answers the sheet by the number that it asks for.
func (n *night) number(want int) {
	n.t.Helper()
	n.await("the sheet to take an answer", func(screen string) bool {
		return strings.Contains(screen, "space: I have read what is red") || strings.Contains(screen, "and enter: ") && !strings.Contains(screen, "in a moment")
	})
	if strings.Contains(n.screen(), "what is red") {
		n.write(" ")
	}
	n.confirmNumber(strconv.Itoa(want))
}

// left are the entries in the DLQs, by destination.
func (n *night) left() map[string][]string {
	n.t.Helper()
	all := map[string][]string{}
	for _, kind := range []string{"/v2/dlq", "/v2/workflows/dlq"} {
		for cursor := ""; ; {
			list := n.ask(kind + "?count=100&cursor=" + cursor)
			for _, e := range list["messages"].([]any) {
				e := e.(map[string]any)
				all[e["url"].(string)] = append(all[e["url"].(string)], e["dlqId"].(string))
			}
			if cursor, _ = list["cursor"].(string); cursor == "" {
				break
			}
		}
	}
	return all
}

func (n *night) ask(path string) map[string]any {
	n.t.Helper()
	_, answer, _ := ask(n.t, http.MethodGet, strings.TrimPrefix(n.env[0], "QSTASH_URL=")+path, emulator.DefaultToken)
	return answer
}

// arrive lets messages to the partner go on failing.
func (n *night) arrive(count int) {
	for i := range count {
		n.toPartner[n.server.Add(emulator.Entry{
			URL: partner, Method: http.MethodPost, MaxRetries: 3, Labels: []string{"partner-sync"}, FlowControlKey: "partner", Rate: 10,
			ResponseStatus: http.StatusTooManyRequests, ResponseHeader: emulator.Header{"Content-Type": {"application/json"}, "Retry-After": {"30"}},
			ResponseBody: []byte(`{"error":"rate limit exceeded","limit":10,"window":"1s"}`), Body: fmt.Appendf(nil, `{"late":%d}`, i),
			FailedAt: n.clock.now().Add(-time.Duration(count-i) * 100 * time.Millisecond),
		})] = true
	}
}

// report writes the report of the job under the cursor.
func (n *night) report(name string) string {
	n.t.Helper()
	path := filepath.Join(n.files, name)
	n.write("w")
	n.shows("as Markdown")
	n.write("\x15" + path + "\r")
	var report []byte
	n.until("the report", func() bool {
		report, _ = os.ReadFile(path)
		return len(report) > 0
	})
	return string(report)
}

func TestThreeThousandFailuresAreBroughtBackInOneNight(t *testing.T) {
	t.Parallel()
	if underRace > 1 {
		t.Skip("a clock that runs so fast needs a program that is not slowed down")
	}
	n := newNight(t)

	// Open: the four causes are the incident.
	n.open()
	n.write("3")
	n.shows("BLEEDING")
	n.write("a")
	n.fastUntil("of 3,000 loaded", "145 steps known")
	n.write("r")
	n.fastUntil("of 3,000 loaded", "1,842", "611", "322", "80", "145", "⟂ step charge-card", "stopped 02:5")

	// What waits is told by where it belongs, and moves nothing.
	n.passTo(time.Date(2026, 11, 20, 3, 9, 0, 0, time.UTC))
	n.arrive(57)
	n.fastUntil("▲ 57 new (429 partner.example 57)")

	// Evidence of the first cause, and back to the same line.
	n.write("\r")
	n.shows("1,842 of")
	n.write("\r")
	n.shows("upstream connect error")
	n.write("\x1b")
	n.hides("Message 1")
	n.write("\x1b")
	n.shows("group 1 of")

	// A canary of the first cause, and the others.
	n.write("C")
	n.shows("Canary: retry 1 of 1,842 messages")
	n.confirm()
	n.fastUntil("the canary of job 1 was delivered", "1,841 messages")
	n.write("C")
	n.shows("Retry 1,841 messages")
	n.shows("the 50 oldest first, with retries 0")
	n.number(1841)
	n.write("4")
	n.fast("all to be fed", func(screen string) bool { return !strings.Contains(screen, "to go") })

	// The second cause, with the newcomers.
	n.write("3r")
	n.fastUntil("668", "rate limit exceeded")
	n.cursorOn("rate limit exceeded")
	n.write("C")
	n.shows("Canary: retry 1 of 668 messages")
	n.write("o")
	for range 4 {
		n.write("\t")
	}
	n.write("partner-tonight\t5")
	n.write("\r")
	n.shows("Flow-Control-Value: rate=5")
	n.confirm()
	n.fastUntil("the canary of job 3 was delivered")
	n.write("C")
	n.shows("Retry 667 messages")
	n.shows("Flow-Control-Value: rate=5")
	n.number(667)
	n.write("4--")
	n.shows("5 entries a second")

	// The line drops.
	// Not so fast that several calls are under way: which of them made what would not be known afterwards.
	n.atSpeed(20, "240 to be sent", func(screen string) bool { return n.sentToPartner() >= 240 })
	if err := n.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	n.ended()
	sent := n.sentToPartner()
	n.passTo(time.Date(2026, 11, 20, 3, 20, 0, 0, time.UTC))
	if now := n.sentToPartner(); now != sent {
		t.Fatalf("%d were sent while nobody was there", now-sent)
	}
	n.open()
	n.shows("unfinished from an earlier session")
	n.write("4")
	n.shows("retry of 667 messages (earlier)")
	n.fast("what was under way to be found", func(screen string) bool {
		return !strings.Contains(screen, "in doubt") && !strings.Contains(screen, "sending")
	})
	n.cursorOn("retry of 667 messages")
	n.insist("R", "the sheet", func(screen string) bool { return strings.Contains(screen, "  Retry ") })
	rest, err := strconv.Atoi(regexp.MustCompile(`  Retry (\d+) messages`).FindStringSubmatch(n.screen())[1])
	if err != nil || rest != 668-n.sentToPartner() {
		t.Errorf("%d are left to be sent, and %d were", rest, n.sentToPartner())
	}
	n.number(rest)
	n.fastUntil("667 delivered")

	// The third is not retried: it is written to a file for whoever mends it.
	n.write("3a")
	n.fastUntil(" 322 ", " 80 ", "145 steps known")
	n.write("r")
	n.fastUntil("unknown_field", "⟂ step charge-card")
	n.cursorOn("unknown_field")
	n.write(" ")
	n.cursorOn("couponV2: unknown")
	n.write(" ")
	n.shows("⚠ permanent")
	n.write("w")
	n.shows("402")
	coupon := filepath.Join(n.files, "coupon.jsonl")
	n.write("\x15" + coupon + "\r")
	n.fastUntil("402 messages")
	n.until("the file", func() bool {
		b, _ := os.ReadFile(coupon)
		return strings.Count(string(b), "\n") == 402
	})
	n.write("u")

	// The fourth: what it says of itself, one first, then the others as long as nothing new comes back.
	n.cursorOn("FUNCTION_INVOCATION_TIMEOUT")
	n.write("\r")
	n.shows("145 of")
	n.write("\r\rt")
	n.fastUntil("charge-card")
	n.write("\x1b")
	n.hides("Steps of")
	n.write("\x1b")
	n.hides("▸ Workflow run")
	n.write("\x1b")
	n.hides("Workflow run 1")
	n.write("\x1b")
	n.shows("group ")
	n.cursorOn("FUNCTION_INVOCATION_TIMEOUT")
	n.write("C")
	n.shows("Canary: resume 1 of 145 workflow runs")
	n.confirm()
	n.fastUntil("was delivered: C shows")
	n.write("C")
	n.shows("Resume 144 workflow runs")
	n.number(144)
	n.write("4")
	for range 4 {
		n.fast("the end of the job", func(screen string) bool {
			line := lineOf(screen, " ▸ ")
			return strings.Contains(line, "ended") || strings.Contains(line, "stopped")
		})
		line := lineOf(n.screen(), " ▸ ")
		if strings.Contains(line, "ended") {
			break
		}
		// One came back in a new way: it is left where it is, and the others go on.
		n.write("\r")
		n.shows("in a new way, with 400")
		n.write("f")
		n.shows("Show the entries that are")
		for chosen := "all"; !strings.HasPrefix(chosen, "not sent"); {
			n.write("j")
			n.await("the next line", func(screen string) bool {
				_, menu, _ := strings.Cut(screen, "Show the entries that are")
				_, now, _ := strings.Cut(menu, "▸ ")
				moved := now != "" && !strings.HasPrefix(now, chosen)
				if moved {
					chosen = now[:8]
				}
				return moved
			})
		}
		n.write("\r")
		n.shows("only not sent")
		n.write("R")
		n.shows("Resume ")
		rest, _ := strconv.Atoi(regexp.MustCompile(`  Resume (\d+) workflow`).FindStringSubmatch(n.screen())[1])
		if rest > 20 {
			n.number(rest)
		} else {
			n.confirm()
		}
		n.write("4")
		n.shows("JOB  CONFIRMED")
		n.write("g")
	}

	// The close. The first job is followed to its end, half an hour later.
	n.atSpeed(500, "the end of all jobs", func(screen string) bool {
		return !strings.Contains(screen, "retrying") && !strings.Contains(screen, "awaiting ends") && strings.Contains(screen, "1,829 delivered · 12 came")
	})
	n.cursorOn("1,841 messages")
	report := n.report("orders.md")
	for _, words := range []string{"| delivered | 1829 |", "| came back | 12 |"} {
		if !strings.Contains(strings.ReplaceAll(report, ",", ""), words) {
			t.Errorf("the report does not say %q:\n%s", words, report)
		}
	}
	if left := n.left(); len(left[orders]) != 12 || len(left[partner]) != 0 || len(left[checkout]) != 402 || len(left[workflow]) != 3 {
		for url, ids := range left {
			t.Errorf("left are %d of %s", len(ids), url)
		}
	}
	causes := map[int]int{}
	for _, e := range n.ask("/v2/dlq?count=100&url=" + orders)["messages"].([]any) {
		causes[int(e.(map[string]any)["responseStatus"].(float64))]++
	}
	if causes[409] != 9 || causes[503] != 3 {
		t.Errorf("came back with %v", causes)
	}
	for _, id := range n.server.Touched() {
		f := n.server.Fate(id)
		if f.State == emulator.FatePresent && len(f.MessageIDs) == 0 {
			f = n.server.FateOfRun(id)
		}
		if len(f.MessageIDs)+len(f.Runs) > 1 {
			t.Errorf("%s was sent more than once: %+v", id, f)
		}
	}
	n.write("q")
	n.ended()
}

// sentToPartner is how many entries of the second cause were sent.
func (n *night) sentToPartner() (sent int) {
	for _, id := range n.server.Touched() {
		if n.toPartner[id] {
			sent++
		}
	}
	return sent
}

// cursorOn moves the cursor down to a line with some words, from the top.
func (n *night) cursorOn(words string) {
	n.t.Helper()
	n.write("g")
	for range 20 {
		n.stepped()
		if strings.Contains(lineOf(n.screen(), "▸"), words) {
			return
		}
		n.write("j")
	}
	n.t.Fatalf("the cursor does not get to %q:\n%s", words, n.screen())
}

// stepped waits until a key was taken: the program answers keys in their order.
func (n *night) stepped() {
	n.t.Helper()
	n.write("?")
	n.shows("up half a screen")
	n.write("\x1b")
	n.hides("up half a screen")
}

func lineOf(screen, mark string) string {
	for line := range strings.Lines(screen) {
		if strings.Contains(line, mark) {
			return line
		}
	}
	return ""
}
