package model_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/model"
)

func TestMistakeInAFilterIsShownUnderTheWordThatIsWrong(t *testing.T) {
	for _, c := range []struct {
		line    string
		wrong   string
		problem string
	}{
		{`color:red`, `color:red`, `there is no field "color"`},
		{`STATUS:503`, `STATUS:503`, `there is no field "STATUS"`},
		{`a:b:c`, `a:b:c`, `there is no field "a"`},
		{`:x`, `:x`, `there is no field ""`},
		{`ok  status:abc rest`, `status:abc`, `status takes 503`},
		{"é\tstatus:abc", `status:abc`, `status takes 503`},
		{`status:99`, `status:99`, `status takes`},
		{`status:1000`, `status:1000`, `status takes`},
		{`status:+50`, `status:+50`, `status takes`},
		{`status:0xx`, `status:0xx`, `status takes`},
		{`status:5x`, `status:5x`, `status takes`},
		{`status:5XX`, `status:5XX`, `status takes`},
		{`status:None`, `status:None`, `status takes`},
		{`status::xx`, `status::xx`, `status takes`},
		{`a status:`, `status:`, `status needs a value: 503`},
		{`a -queue:"" b`, `-queue:""`, `queue needs a value: the whole name`},
		{`state:FAILED`, `state:FAILED`, `state takes the state of the failure function: failed`},
		{`state:CALLBACK_`, `state:CALLBACK_`, `state takes`},
		{`state:CALLBACK_fail`, `state:CALLBACK_fail`, `state takes`},
		{`a created:yesterday b`, `created:yesterday`, `created takes when a workflow run was created`},
		{`cause:1a2b`, `cause:1a2b`, `cause takes the id of a cause`},
		{`cause:1A2B3C4D`, `cause:1A2B3C4D`, `cause takes`},
		{`cause:00000000`, `cause:00000000`, `cause takes`},
		{`cause:1a2b3c4g`, `cause:1a2b3c4g`, `cause takes`},
		{`class:slow`, `class:slow`, `class takes the class of a cause: unknown, overload, timeout`},
		{`class:Timeout`, `class:Timeout`, `class takes`},
		{`created:0`, `created:0`, `created takes`},
		{`created:-1`, `created:-1`, `created takes`},
		{`created:+5`, `created:+5`, `created takes`},
		{`created:1e9`, `created:1e9`, `created takes`},
		{`created:99999999999999999999`, `created:99999999999999999999`, `created takes`},
		{`created:2026-11-20`, `created:2026-11-20`, `created takes`},
		{`created:0001-01-01T00:00:00Z`, `created:0001-01-01T00:00:00Z`, `created takes`},
		{`a ""`, `""`, `nothing to look for`},
		{`a -""`, `-""`, `nothing to look for`},
		{`a "b`, `"b`, `the quote is not closed`},
		{`label:"b c`, `label:"b c`, `the quote is not closed`},
		{`"b\`, `"b\`, `the quote is not closed`},
		{`"b\"`, `"b\"`, `the quote is not closed`},
	} {
		t.Run(c.line, func(t *testing.T) {
			f, err := model.ParseFilter(c.line)
			var wrong *model.FilterError
			if !errors.As(err, &wrong) {
				t.Fatalf("got %v, %v", f, err)
			}
			if got := c.line[wrong.Start:wrong.End]; got != c.wrong {
				t.Errorf("shown under %q, want %q", got, c.wrong)
			}
			if !strings.Contains(wrong.Error(), c.problem) {
				t.Errorf("says %q, want %q", wrong, c.problem)
			}
			if !f.IsEmpty() {
				t.Errorf("a filter came with the mistake: %v", f)
			}
		})
	}
}

func TestUnknownFieldNamesThoseThereAre(t *testing.T) {
	_, err := model.ParseFilter("color:red")
	for _, name := range model.FilterFields() {
		if !strings.Contains(err.Error(), name) {
			t.Errorf("%q is not named in %q", name, err)
		}
	}
	want := []string{
		"status", "url", "method", "queue", "group", "schedule", "label", "ip", "flow", "id", "workflow", "run", "created", "state", "step",
		"since", "until", "age", "cause", "class", "response", "body", "header",
	}
	if diff := cmp.Diff(want, model.FilterFields()); diff != "" {
		t.Error(diff)
	}
}

func TestFilterLetsThroughWhatItSays(t *testing.T) {
	e := message(1, func(e *model.Entry) {
		e.URL = "https://api.acme.io/Webhooks/orders"
		e.QueueName = "billing"
		e.URLGroup = "Crm"
		e.Labels = []string{"release-42", "Größe", "//path", "a:b", "-x", "two words", `q"\`}
		e.MessageID = "msg_7Zq"
		e.Key.ID = "1760000000123-0"
		e.WorkflowRunID = "wfr_9"
		e.Response = "upstream connect ERROR"
		e.Cause = model.Cause{ID: 0x1a2b3c4d, Class: model.ClassOverload, Step: "charge-card two"}
	})
	for _, c := range []struct {
		line string
		want bool
	}{
		{``, true},
		{" \t ", true},

		{`status:503`, true},
		{`status:500`, false},
		{`status:5xx`, true},
		{`status:4xx`, false},
		{`status:none`, false},
		{`-status:503`, false},
		{`-status:none`, true},

		{`status:500 status:503`, true},
		{`status:500 status:4xx`, false},
		{`status:503 queue:billing`, true},
		{`status:503 queue:orders`, false},
		{`status:503 -status:5xx`, false},
		{`status:5xx -status:500 -status:502`, true},
		{`label:nope label:release-42 status:503`, true},

		{`url:https://api.acme.io/Webhooks/orders`, true},
		{`url:https://api.acme.io/webhooks/orders`, false},
		{`url:https://api.acme.io/Webhooks`, false},
		{`url:http://api.acme.io/Webhooks/orders`, false},
		{`url:/webhooks/`, true},
		{`url:ACME.IO`, true},
		{`url:acme.com`, false},
		{`-url:acme`, false},

		{`queue:billing`, true},
		{`queue:bill`, false},
		{`queue:Billing`, false},

		{`label:release-42`, true},
		{`label:release`, false},
		{`label:Größe`, true},
		{`label://path`, true},
		{`label:"//path"`, true},
		{`label:a:b`, true},
		{`label:-x`, true},
		{`label:"two words"`, true},
		{`label:"two" words`, false},
		{`label:"q\"\\"`, true},
		{`-label:other`, true},
		{`-label:release-42`, false},

		{`cause:1a2b3c4d`, true},
		{`cause:1a2b3c4e`, false},
		{`cause:1a2b3c4e cause:1a2b3c4d`, true},
		{`-cause:1a2b3c4d`, false},
		{`class:overload`, true},
		{`class:timeout`, false},
		{`class:timeout class:overload status:503`, true},
		{`-class:overload`, false},

		{`step:"charge-card two"`, true},
		{`step:charge-card`, false},
		{`step:?`, false},
		{`-step:?`, true},
		{`step:? step:"charge-card two"`, true},
		{`Charge-Card`, true},

		{`id:msg_7Zq`, true},
		{`id:1760000000123-0`, true},
		{`id:wfr_9`, true},
		{`id:msg_7`, false},

		{`webhooks`, true},
		{`WEBHOOKS connect`, true},
		{`webhooks nothing`, false},
		{`error`, true},
		{`bill`, true},
		{`crm`, true},
		{`RELEASE`, true},
		{`größe`, true},
		{`GRÖSSE`, false},
		{`GRÖẞE`, true},
		{`7zq`, true},
		{`123-0`, true},
		{`WFR_`, true},
		{`POST`, false},
		{`-webhooks`, false},
		{`-nothing`, true},
		{`"upstream connect"`, true},
		{`"connect upstream"`, false},
		{`https://api`, true},
		{`"a:b"`, true},
		{`"-x"`, true},
		{`-"-y"`, true},
		{`-`, true},
		{"-\t-", true},
		{`error"`, true},
	} {
		line := c.line
		if line == `error"` {
			line = `err"or"`
		}
		t.Run(line, func(t *testing.T) {
			if got := filter(t, line).Match(&e); got != c.want {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
}

func TestStatusesGoFromOneToNineHundred(t *testing.T) {
	for _, c := range []struct {
		line string
		code int
	}{{"status:100", 100}, {"status:1xx", 100}, {"status:1xx", 199}, {"status:999", 999}, {"status:9xx", 900}, {"status:9xx", 999}} {
		e := message(1, status(c.code))
		if !filter(t, c.line).Match(&e) {
			t.Errorf("%s does not find %d", c.line, c.code)
		}
	}
}

func TestNoResponseIsAStatus(t *testing.T) {
	e := message(1, status(0))
	for line, want := range map[string]bool{
		"status:none": true, "status:5xx": false, "status:503 status:none": true, "-status:none": false,
	} {
		if got := filter(t, line).Match(&e); got != want {
			t.Errorf("%s: got %v", line, got)
		}
	}
}

func TestWordsAreFoundWhateverTheCaseBesideNonASCII(t *testing.T) {
	for _, c := range []struct {
		text, word string
		want       bool
	}{
		{"ASCII before É after", "ascii", true},
		{"ASCII before É after", "AFTER", true},
		{"ASCII before É after", "é a", true},
		{"ASCII before É after", "before é", true},
		{"aé", "aÉ", true},
		{"aÈ", "aé", false},
		{"\xff É", "é", true},
		{"short", "shorter", false},
		{"the end", "end", true},
		{"", "x", false},
	} {
		e := model.Entry{Response: c.text}
		if got := filter(t, `"`+c.word+`"`).Match(&e); got != c.want {
			t.Errorf("%q in %q: got %v", c.word, c.text, got)
		}
	}
}

func TestMatchingFieldsDoesNotAllocate(t *testing.T) {
	f := filterAt(t, `status:5xx status:none url:HOOK url:https://api.acme.io/hook queue:q -label:x id:msg_1 -word "größe" method:post group:g schedule:s label:b ip:1 flow:f workflow:wf -run:x created:1760000000000 state:failed since:2h until:2026-11-20 age:<2h -age:>3h response:LEFT`, epoch)
	e := message(1, labels("a", "b"), func(e *model.Entry) {
		e.QueueName, e.URLGroup, e.ScheduleID, e.CallerIP, e.FlowControlKey = "q", "g", "s", "1", "f"
		e.WorkflowURL, e.WorkflowCreatedAt, e.FailureState = "https://a.io/WF", time.UnixMilli(1760000000000), "CALLBACK_FAIL"
		e.Response = "GRÖSSE, GRÖẞE — nothing Left"
	})
	if !f.Match(&e) {
		t.Fatal("the entry does not match")
	}
	if n := testing.AllocsPerRun(100, func() { f.Match(&e) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func TestServerIsSentOnlyWhatItDoesExactly(t *testing.T) {
	type sf = model.ServerFilter
	for _, c := range []struct {
		line      string
		messages  sf
		workflows sf
	}{
		{line: ``},
		{line: `word`},
		{line: `status:503 status:500`, messages: sf{Statuses: []string{"503", "500"}}},
		{line: `status:503 status:5xx`},
		{line: `status:503 status:none`},
		{line: `-status:503`},
		{line: `status:503 -status:500`, messages: sf{Statuses: []string{"503"}}},
		{line: `url:https://a.io/x`, messages: sf{URLs: []string{"https://a.io/x"}}},
		{line: `url:https://a.io/x url:http://b.io`, messages: sf{URLs: []string{"https://a.io/x", "http://b.io"}}},
		{line: `url:https://a.io/x url:part`},
		{line: `url:https://a.io/x,y`},
		{line: `url:https://a.io/x url:https://a.io/x,y`},
		{line: `queue:a queue:b`, messages: sf{Queues: []string{"a", "b"}}},
		{line: `queue:a queue:b,c`},
		{line: `queue:" a"`},
		{line: "queue:a\nb"},
		{line: "queue:\xff"},
		{line: `method:POST`},
		{line: `flow:k`},
		{line: `response:x`},
		{line: `group:a group:b`, messages: sf{Groups: []string{"a", "b"}}},
		{line: `group:a group:b,c`},
		{line: `schedule:a schedule:b`, messages: sf{Schedules: []string{"a", "b"}}},
		{line: `ip:a ip:b`, messages: sf{CallerIPs: []string{"a", "b"}}, workflows: sf{CallerIPs: []string{"a", "b"}}},
		{line: `ip:::1`, messages: sf{CallerIPs: []string{"::1"}}, workflows: sf{CallerIPs: []string{"::1"}}},
		{line: `workflow:https://a.io/x workflow:http://b.io`, workflows: sf{WorkflowURLs: []string{"https://a.io/x", "http://b.io"}}},
		{line: `workflow:https://a.io/x workflow:part`},
		{line: `workflow:https://a.io/x,y`},
		{line: `run:wfr_1`},
		{line: `created:1760000000000`, workflows: sf{RunCreatedMilli: 1760000000000}},
		{line: `created:2025-10-09T08:53:20Z created:1760000000000`, workflows: sf{RunCreatedMilli: 1760000000000}},
		{line: `created:1760000000000 created:1760000000001`},
		{line: `-created:1760000000000`},
		{line: `state:failed state:CALLBACK_FAIL state:done`, workflows: sf{States: []string{"CALLBACK_FAIL", "CALLBACK_SUCCESS"}}},
		{line: `state:running state:CALLBACK_CANCELED`, workflows: sf{States: []string{"CALLBACK_INPROGRESS", "CALLBACK_CANCELED"}}},
		{line: `state:failed state:none`},
		{line: `state:cancelled`},
		{line: `state:CALLBACK_OTHER`},
		{line: `since:2026-11-20T00:00:00Z until:2026-11-21T00:00:00Z`},
		{line: `label:a label:b`, messages: sf{Labels: []string{"a", "b"}}, workflows: sf{Labels: []string{"a", "b"}}},
		{line: `label:a,b`},
		{line: `label:a label:b,c`},
		{line: `-label:a`},
		{line: `id:msg_1`, messages: sf{MessageID: "msg_1"}},
		{line: `id:msg_1 id:msg_2`},
		{line: `id:msg_1,msg_2`},
		{line: `id:1760000000123-0`},
		{line: `id:wfr_1`},
		{line: `-id:msg_1`},
		{
			line:      `status:503 label:a queue:q word -url:https://a.io`,
			messages:  sf{Statuses: []string{"503"}, Labels: []string{"a"}, Queues: []string{"q"}},
			workflows: sf{Labels: []string{"a"}},
		},
	} {
		t.Run(c.line, func(t *testing.T) {
			f := filter(t, c.line)
			if diff := cmp.Diff(c.messages, f.Server(model.Message)); diff != "" {
				t.Error(diff)
			}
			if diff := cmp.Diff(c.workflows, f.Server(model.WorkflowRun)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestIdentityTellsWhetherTheServerIsAskedForTheSame(t *testing.T) {
	same := [][2]string{
		{``, `word -status:503`},
		{`status:503 status:500`, `status:500 status:503`},
		{`label:a`, `label:a word label:a`},
		{`ip:a group:b schedule:c`, `schedule:c group:b ip:a flow:d method:PUT response:x`},
	}
	for _, line := range []string{`ip:a ip:b label:c`, `workflow:https://a workflow:https://b`, `state:done state:failed`} {
		words := strings.Fields(line)
		slices.Reverse(words)
		a, b := filter(t, line).Server(model.WorkflowRun), filter(t, strings.Join(words, " ")).Server(model.WorkflowRun)
		if a.Identity() != b.Identity() {
			t.Errorf("the order of %q matters", line)
		}
	}
	for _, s := range same {
		if a, b := filter(t, s[0]).Server(model.Message), filter(t, s[1]).Server(model.Message); a.Identity() != b.Identity() {
			t.Errorf("%q and %q ask for the same", s[0], s[1])
		}
	}
	different := []model.ServerFilter{
		{},
		{MessageID: "a"},
		{Statuses: []string{"a"}},
		{URLs: []string{"a"}},
		{Queues: []string{"a"}},
		{Groups: []string{"a"}},
		{Schedules: []string{"a"}},
		{CallerIPs: []string{"a"}},
		{WorkflowURLs: []string{"a"}},
		{States: []string{"a"}},
		{RunCreatedMilli: 1},
		{RunCreatedMilli: 2},
		{Labels: []string{"a"}},
		{Labels: []string{"a b"}},
		{Labels: []string{"a", "b"}},
		{Labels: []string{`a" "b`}},
		{Labels: []string{"\xff"}},
		{Labels: []string{"\ufffd"}},
	}
	seen := map[string]model.ServerFilter{}
	for _, s := range different {
		if other, ok := seen[s.Identity()]; ok {
			t.Errorf("%+v and %+v ask for different lists", s, other)
		}
		seen[s.Identity()] = s
	}
}

func TestIdentityLeavesTheFilterAsItIs(t *testing.T) {
	s := model.ServerFilter{Statuses: []string{"503", "500"}}
	s.Identity()
	if diff := cmp.Diff([]string{"503", "500"}, s.Statuses); diff != "" {
		t.Error(diff)
	}
}

func TestFilterIsPrintedWithQuotesOnlyWhereTheyAreNeeded(t *testing.T) {
	for line, want := range map[string]string{
		"  status:503\t-label:\"a b\"  word ": `status:503 -label:"a b" word`,
		`"word" label:"x"`:                    `word label:x`,
		`label:"-x" label:"a:b"`:              `label:-x label:a:b`,
		`https://x.io "-x" -"-y"`:             `"https://x.io" "-x" -"-y"`,
		`"a\"b\\c"`:                           `"a\"b\\c"`,
		``:                                    ``,
	} {
		if got := filter(t, line).String(); got != want {
			t.Errorf("%s is printed as %s, want %s", line, got, want)
		}
	}
}
