package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestABulkCallWithoutACountTakesAPageOrAll(t *testing.T) {
	for _, test := range []struct {
		name, request string
		left          int
	}{
		{"count-absent-means-all=false", "POST /v2/dlq/retry", 20},
		{"count-absent-means-all", "POST /v2/dlq/retry", 0},
		{"count-absent-means-all", "DELETE /v2/dlq", 0},
		{"count-absent-means-all", "DELETE /v2/dlq?count=10", 110},
		{"count-absent-means-all", "POST /v2/workflows/dlq/resume", 0},
		{"no-run-limit=false", "POST /v2/workflows/dlq/restart?count=100", 70},
		{"no-run-limit", "POST /v2/workflows/dlq/restart?count=100", 20},
	} {
		b := with(t, Options{}, test.name)
		b.addSpaced(120, func(_ int, e *Entry) {
			if strings.Contains(test.request, "workflows") {
				e.Workflow = &Workflow{}
			}
		})
		method, target, _ := strings.Cut(test.request, " ")
		b.send(method, target)
		if b.Len() != test.left {
			t.Errorf("%s, %s: %d are left, want %d", test.name, test.request, b.Len(), test.left)
		}
	}
}

func TestRetryingAWorkflowEntryAsAMessage(t *testing.T) {
	for name, want := range map[string]struct {
		status int
		state  FateState
	}{
		"retry-of-workflow=refused":   {400, FatePresent},
		"retry-of-workflow=not-found": {404, FatePresent},
		"retry-of-workflow=done":      {201, FateRetried},
	} {
		for _, target := range []string{"/v2/dlq/retry/", "/v2/dlq/retry?dlqIds="} {
			b := with(t, Options{}, name)
			id := b.Add(Entry{Workflow: &Workflow{}, InPlainList: true})
			b.wantStatus(b.send(http.MethodPost, target+id), want.status)
			if fate := b.Fate(id); fate.State != want.state || len(fate.Runs) != 0 {
				t.Errorf("%s, %s: %+v", name, target, fate)
			}
		}
	}
	b := with(t, Options{}, "retry-of-workflow=done")
	hidden := b.Add(Entry{Workflow: &Workflow{}})
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry?dlqIds="+hidden), http.StatusCreated)
	b.wantTouched(hidden)
}

func TestAnEntryThatIsRemovedLateCanBeActedOnTwice(t *testing.T) {
	for _, workflow := range []bool{false, true} {
		b := with(t, Options{}, "removal-delay=3s")
		e, target := Entry{}, "/v2/dlq/retry/"
		if workflow {
			e.Workflow, target = &Workflow{}, "/v2/workflows/dlq/resume/"
		}
		id := b.Add(e)
		for range 2 {
			if got := b.send(http.MethodPost, target+id); got.status/100 != 2 {
				t.Fatalf("%s: %d", target, got.status)
			}
			b.clock.advance(time.Second)
		}
		if fate := b.Fate(id); fate.State != FatePresent || len(fate.MessageIDs)+len(fate.Runs) != 2 {
			t.Errorf("at first: %+v", fate)
		}
		b.wantTouched(id)
		b.clock.advance(5 * time.Second)
		b.wantStatus(b.send(http.MethodPost, target+id), http.StatusNotFound)
		if b.Len() != 0 {
			t.Errorf("%d entries are left", b.Len())
		}
	}
}

func TestRunsAreMadeAsTheSwitchesSay(t *testing.T) {
	for name, check := range map[string]func(run object, failed string, fate Fate) bool{
		"runs-keep-entry":       func(_ object, _ string, fate Fate) bool { return fate.State == FatePresent && len(fate.Runs) == 1 },
		"resume-keeps-run-id":   func(run object, failed string, _ Fate) bool { return run.text("workflowRunId") == failed },
		"resume-resets-retries": func(run object, _ string, _ Fate) bool { return nextStep(run).number("retries") == 3 },
		"oldest-first": func(run object, failed string, fate Fate) bool {
			return nextStep(run).number("retries") == 7 && run.text("workflowRunId") != failed && fate.State == FateResumed
		},
	} {
		b := with(t, Options{}, name)
		id := b.Add(Entry{MaxRetries: 7, Workflow: &Workflow{RunID: "wfr_1", Failed: Step{Name: "pay"}}})
		b.clock.advance(time.Second)
		made := b.decode(b.send(http.MethodPost, "/v2/workflows/dlq/resume/"+id))
		run := b.get("/v2/workflows/logs?workflowRunId=" + made.text("workflowRunId") +
			"&workflowCreatedAt=" + itoa(made.number("workflowCreatedAt"))).list("runs")[0]
		if !check(run, "wfr_1", b.Fate(id)) {
			t.Errorf("%s: %v", name, run)
		}
	}
	b := with(t, Options{}, "resume-resets-retries")
	id := b.Add(Entry{MaxRetries: 7, Workflow: &Workflow{}})
	made := b.decode(b.send(http.MethodPost, "/v2/workflows/dlq/resume/"+id, "Upstash-Retries: 1"))
	run := b.get("/v2/workflows/logs?workflowRunId=" + made.text("workflowRunId")).list("runs")[0]
	if nextStep(run).number("retries") != 1 {
		t.Errorf("a header does not win: %v", run)
	}
}

// nextStep is the step that a run is at.
func nextStep(run object) object {
	groups := run.list("steps")
	return groups[len(groups)-1].list("steps")[0]
}

func TestARetriedMessageGoesWhereTheSwitchSaysInItsQueue(t *testing.T) {
	for name, want := range map[string]string{
		"retry-queue=end":   "CREATED",
		"retry-queue=front": "CREATED ACTIVE",
		"retry-queue=none":  "CREATED ACTIVE",
	} {
		b := with(t, Options{}, name)
		b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 200, Took: time.Hour}}})
		id := b.Add(Entry{QueueName: "q", Script: Script{Attempts: []Attempt{{Status: 200, Took: time.Hour}}}})
		b.AddQueue(Queue{Name: "q", Paused: true})
		b.post("/v2/enqueue/q/https://a.example", "")
		b.clock.advance(5 * time.Second)
		messageID := b.retry(id)
		b.clock.advance(5 * time.Second)
		b.send(http.MethodPost, "/v2/queues/q/resume")
		b.clock.advance(5 * time.Second)
		if states := b.states(messageID); states != want {
			t.Errorf("%s: %s", name, states)
		}
	}
}

func TestTheDelayOfTheOriginalAppliesAgainWithTheSwitch(t *testing.T) {
	b := with(t, Options{}, "delay-applies-again")
	created := b.clock.now.Add(-time.Hour)
	entry := Entry{CreatedAt: created, NotBefore: created.Add(10 * time.Minute)}
	delayed, given := b.Add(entry), b.Add(entry)
	b.retry(delayed)
	b.retry(given, "Upstash-Delay: 0s")
	b.clock.advance(5 * time.Second)
	if b.Fate(delayed).Delivered || !b.Fate(given).Delivered {
		t.Error("not as the delay says")
	}
	b.clock.advance(10 * time.Minute)
	if !b.Fate(delayed).Delivered {
		t.Error("not delivered after the delay")
	}
}

func TestLabelsAreReplacedAddedOrKept(t *testing.T) {
	for name, want := range map[string]string{
		"label-override=replaced": "new old", "label-override=added": "old new", "label-override=kept": "old",
	} {
		b := with(t, Options{}, name)
		id := b.retry(b.Add(Entry{Labels: []string{"old"}}), "Upstash-Label: new,old")
		labels := b.messages[id].Labels
		if got := strings.Join(labels, " "); got != want {
			t.Errorf("%s: %s", name, got)
		}
		published := b.publish("https://a.example", "", "Upstash-Label: new")
		if b.get("/v2/messages/"+published).text("label") != "new" {
			t.Errorf("%s: a published message is not labelled", name)
		}
	}
}

func TestARetriedMessageIsADuplicateOfItselfWithTheSwitch(t *testing.T) {
	for name, want := range map[string]int{"retry-keeps-deduplication=false": 0, "retry-keeps-deduplication": 1} {
		b := with(t, Options{}, name)
		b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 500}}})
		b.publish("https://a.example", "", "Upstash-Retries: 0", "Upstash-Deduplication-Id: once")
		b.clock.advance(5 * time.Second)
		entry := b.get("/v2/dlq").list("messages")[0].text("dlqId")
		seeded := b.Add(Entry{DeduplicationID: "seeded"})
		b.retry(entry)
		b.retry(seeded)
		if b.Fate(entry).Deduplicated != want || b.Fate(seeded).Deduplicated != want {
			t.Errorf("%s: %+v, %+v", name, b.Fate(entry), b.Fate(seeded))
		}
	}
	b := with(t, Options{}, "retry-keeps-deduplication")
	old := b.Add(Entry{DeduplicationID: "old", CreatedAt: b.clock.now.Add(-time.Hour), FailedAt: b.clock.now})
	b.retry(old)
	if b.Fate(old).Deduplicated != 0 {
		t.Error("deduplicated after the window")
	}
}

func TestTheDeduplicationWindowIsThatOfTheSwitch(t *testing.T) {
	b := with(t, Options{}, "deduplication-window=1h")
	for _, wait := range []time.Duration{0, 59 * time.Minute} {
		b.clock.advance(wait)
		got := b.post("/v2/publish/https://a.example", "", "Upstash-Deduplication-Id: once")
		if duplicate := b.decode(got)["deduplicated"] == true; duplicate != (wait > 0) {
			t.Errorf("after %v: %s", wait, got.body)
		}
	}
}

func TestAnswersOfRetriesAndGroupsAreAsTheSwitchesSay(t *testing.T) {
	b := with(t, Options{}, "retry-is-200", "group-answer-is-object")
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+b.Add(Entry{})), http.StatusOK)
	b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry"), http.StatusOK)
	b.AddURLGroup("group", Endpoint{URL: "https://a.example"})
	if got := b.post("/v2/publish/group", "").body; !strings.HasPrefix(got, `{"messages":[{"messageId":"msg_`) {
		t.Error(got)
	}
}

func TestTheShortBackOffIsWithTheSwitch(t *testing.T) {
	for name, want := range map[string]int{"short-backoff=false": 1, "short-backoff": 2} {
		b := with(t, Options{}, name)
		id := b.publish("https://a.example", "", "Upstash-Forward-Emulator-Answers: 500")
		b.clock.advance(2400 * time.Millisecond)
		b.get("/v2/logs")
		b.clock.advance(7400 * time.Millisecond)
		if got := strings.Count(b.states(id), "ACTIVE"); got != want {
			t.Errorf("%s: %d attempts after ten seconds", name, got)
		}
	}
}

func TestTheResetOfALimitIsInSecondsOrMilliseconds(t *testing.T) {
	b := with(t, Options{BurstLimit: 5, DailyLimit: 5}, "reset-in-milliseconds")
	got := b.send(http.MethodPost, "/v2/dlq/retry/"+b.Add(Entry{}))
	midnight := b.clock.now.Truncate(24 * time.Hour).Add(24 * time.Hour)
	if got.header.Get("Burst-RateLimit-Reset") != itoa((b.clock.now.Unix()+1)*1000) ||
		got.header.Get("RateLimit-Reset") != itoa(midnight.UnixMilli()) {
		t.Errorf("headers %v", got.header)
	}
}

func TestARequestOverTheLimitIsCarriedOutWithTheSwitch(t *testing.T) {
	for name, want := range map[string]FateState{"limited-after-work=false": FatePresent, "limited-after-work": FateRetried} {
		b := with(t, Options{BurstLimit: 1}, name)
		id := b.Add(Entry{})
		b.get("/v2/dlq")
		b.wantStatus(b.send(http.MethodPost, "/v2/dlq/retry/"+id), http.StatusTooManyRequests)
		if state := b.Fate(id).State; state != want {
			t.Errorf("%s: %s", name, state)
		}
	}
}

func TestRetriesDoNotCountAgainstTheDailyLimitWithTheSwitch(t *testing.T) {
	b := with(t, Options{DailyLimit: 1}, "retries-outside-daily-limit")
	b.addSpaced(3, nil)
	got := b.send(http.MethodPost, "/v2/dlq/retry")
	b.wantStatus(got, http.StatusCreated)
	if got.header.Get("RateLimit-Limit") != "" {
		t.Error("the limit is announced")
	}
}

func TestAnEntryExpiresByItsFailureOrItsCreation(t *testing.T) {
	for name, want := range map[string]FateState{"retention-from-creation=false": FatePresent, "retention-from-creation": FateExpired} {
		b := with(t, Options{Retention: time.Hour}, name)
		id := b.Add(Entry{CreatedAt: b.clock.now.Add(-30 * time.Minute)})
		fresh := b.Add(Entry{})
		b.clock.advance(30 * time.Minute)
		if b.Fate(id).State != want || b.Fate(fresh).State != FatePresent {
			t.Errorf("%s: %v, %v", name, b.Fate(id), b.Fate(fresh))
		}
	}
}

func TestAFailedMessageShowsLateInTheQueue(t *testing.T) {
	b := with(t, Options{}, "dlq-lag=20s")
	id := b.publish("https://a.example", "", "Upstash-Retries: 0", "Upstash-Forward-Emulator-Answers: 500")
	b.clock.advance(10 * time.Second)
	if states := b.states(id); states != "CREATED ACTIVE ERROR FAILED" || b.Len() != 0 {
		t.Errorf("%s with %d entries", states, b.Len())
	}
	b.clock.advance(20 * time.Second)
	if b.Len() != 1 {
		t.Error("it does not show after the lag")
	}
}

func TestARunThatIsCancelledBeforeItsEntryShowsHasNone(t *testing.T) {
	b := with(t, Options{}, "dlq-lag=1m")
	_, runs := b.resumedRuns("https://w.example")
	b.clock.advance(10 * time.Second)
	b.wantStatus(b.send(http.MethodDelete, "/v2/workflows/runs/"+runs[0]), http.StatusOK)
	b.clock.advance(time.Minute)
	if b.Len() != 0 {
		t.Errorf("%d entries", b.Len())
	}
}
