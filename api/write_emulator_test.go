package api_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"redrive/api"
	"redrive/api/emulator"
	"redrive/model"
)

// entryFor is an entry that the verb is for.
func entryFor(a asked) emulator.Entry {
	e := emulator.Entry{DLQID: someI, FailedAt: time.Now(), URL: "https://a.example/wf"}
	if a.kind == model.WorkflowRun {
		e.Workflow = &emulator.Workflow{Callback: emulator.FailureCallback{State: emulator.CallbackFail}}
	}
	return e
}

// wasDone tells whether the entry met the fate that the verb stands for, once.
func wasDone(a asked, f emulator.Fate) bool {
	switch a.verb {
	case model.Retry:
		return f.State == emulator.FateRetried && len(f.MessageIDs) == 1
	case model.Resume:
		return f.State == emulator.FateResumed && len(f.Runs) == 1
	case model.Restart:
		return f.State == emulator.FateRestarted && len(f.Runs) == 1
	case model.RerunFailureFunction:
		return f.State == emulator.FatePresent && f.CallbackRetries == 1
	}
	return f.State == emulator.FateDeleted
}

// untouched tells whether nothing at all was done to the entry.
func untouched(f emulator.Fate) bool {
	return f.State == emulator.FatePresent && len(f.MessageIDs)+len(f.Runs)+f.CallbackRetries+f.CallbackCancels+f.Deduplicated == 0
}

// fits tells whether a result is one that a job takes for this verb.
func fits(a asked, r model.WriteResult) bool {
	if a.verb.Creates() {
		return !r.Done && len(r.Created) == 1
	}
	return r.Done && r.Created == nil
}

func TestFaultUnderAChangeLeadsToTheErrorThatSaysWhatIsKnown(t *testing.T) {
	later := time.Now().Add(time.Hour)
	for _, verb := range everyVerb {
		noBody := "lost answer"
		if verb.verb == model.Delete {
			// Its answer is the status alone.
			noBody = "none"
		}
		for name, c := range map[string]struct {
			fault emulator.Fault
			want  string
			done  bool
		}{
			"none":                   {emulator.Fault{}, "none", true},
			"dropped before":         {emulator.Dropped(), "lost answer", false},
			"dropped after":          {emulator.Dropped().AfterCommit(), "lost answer", true},
			"hanging before":         {emulator.Hanging(), "lost answer", false},
			"hanging after":          {emulator.Hanging().AfterCommit(), "lost answer", true},
			"cut off":                {emulator.Truncated(10), noBody, true},
			"an error before":        {emulator.ServerError(), "lost answer", false},
			"an error after":         {emulator.ServerError().AfterCommit(), "lost answer", true},
			"a page of an error":     {emulator.HTMLError(502), "lost answer", false},
			"a page that says OK":    {emulator.HTMLError(200).AfterCommit(), noBody, true},
			"a refusal as a page":    {emulator.HTMLError(403), "unauthorized", false},
			"the limit for bursts":   {emulator.BurstLimited(100, later), "rate limit", false},
			"the limit for the day":  {emulator.DailyLimited(100, later), "daily limit", false},
			"a quota":                {emulator.Failing(412, "quota maxRetries exceeded"), "quota", false},
			"a request it dislikes":  {emulator.Failing(400, "no"), "bad request", false},
			"a redirect":             {emulator.Fault{Status: 302, Header: http.Header{"Location": {"/v2/dlq"}}}, "lost answer", false},
			"a redirect, and it did": {emulator.Fault{Status: 302}.AfterCommit(), "lost answer", true},
		} {
			t.Run(verb.String()+", "+name, func(t *testing.T) {
				t.Parallel()
				client, e := emulated(t, emulator.Options{}, func(cfg *api.Config) {
					if strings.HasPrefix(name, "hanging") {
						cfg.Timeout = 500 * time.Millisecond
					}
				})
				e.Add(entryFor(verb))
				e.SetFaults(func(*http.Request) emulator.Fault { return c.fault })
				got, err := client.Do(t.Context(), verb.write(t, model.Overrides{}))
				if kindOf(err) != c.want {
					t.Errorf("got %s, want %s: %v", kindOf(err), c.want, err)
				}
				if err == nil && !fits(verb, got) || err != nil && (got.Done || got.Created != nil) {
					t.Errorf("%+v", got)
				}
				if n := len(e.Requests()); n != 1 {
					t.Errorf("%d requests", n)
				}
				if fate := e.Fate(someI); c.done && !wasDone(verb, fate) || !c.done && !untouched(fate) {
					t.Errorf("%+v", fate)
				}
			})
		}
	}
}

func TestChangeOfTheEmulatorTouchesNoOtherEntry(t *testing.T) {
	for _, verb := range everyVerb {
		for _, byList := range []bool{false, true} {
			client, e := emulated(t, emulator.Options{})
			e.Add(entryFor(verb))
			for range 5 {
				e.Add(emulator.Entry{URL: "https://a.example/wf"})
				e.Add(emulator.Entry{Workflow: &emulator.Workflow{Callback: emulator.FailureCallback{State: emulator.CallbackFail}}})
			}
			e.SetFaults(func(r *http.Request) emulator.Fault {
				if byList && r.Method != http.MethodGet && r.URL.RawQuery == "" {
					return emulator.Failing(404, "no such route")
				}
				return emulator.Fault{}
			})
			got, err := client.Do(t.Context(), verb.write(t, model.Overrides{}))
			if byList && !verb.list {
				if kindOf(err) != "bad request" || len(e.Touched()) > 0 {
					t.Errorf("%s: %v, touched %q", verb, err, e.Touched())
				}
				continue
			}
			if touched := e.Touched(); err != nil || len(touched) != 1 || touched[0] != someI || !wasDone(verb, e.Fate(someI)) {
				t.Errorf("%s: %v, touched %q", verb, err, touched)
			}
			if !fits(verb, got) {
				t.Errorf("%s: %+v", verb, got)
			}
			if verb.verb == model.RerunFailureFunction {
				continue
			}
			if _, err := client.Do(t.Context(), verb.write(t, model.Overrides{})); kindOf(err) != "not found" {
				t.Errorf("%s, a second time: %v", verb, err)
			}
		}
	}
}

func TestFailureFunctionThatHasNotFailedIsNotRunAgain(t *testing.T) {
	verb := everyVerb[3]
	for _, state := range []emulator.CallbackState{"", emulator.CallbackInProgress, emulator.CallbackSuccess, emulator.CallbackCanceled} {
		client, e := emulated(t, emulator.Options{})
		entry := entryFor(verb)
		entry.Workflow.Callback.State = state
		e.Add(entry)
		if _, err := client.Do(t.Context(), verb.write(t, model.Overrides{})); kindOf(err) != "bad request" || !untouched(e.Fate(someI)) {
			t.Errorf("%q: %v, %+v", state, err, e.Fate(someI))
		}
	}
}

func TestRetriesBeyondThePlanAreAMatterOfTheQuota(t *testing.T) {
	o := settings{model.SetRetries: "6"}.overrides()
	for _, verb := range everyVerb[:3] {
		client, e := emulated(t, emulator.Options{RetryQuota: 5})
		e.Add(entryFor(verb))
		if _, err := client.Do(t.Context(), verb.write(t, o)); kindOf(err) != "quota" || !untouched(e.Fate(someI)) {
			t.Errorf("%s: %v", verb, err)
		}
	}
}
