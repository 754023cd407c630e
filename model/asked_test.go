package model_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// refusal is an error and what it should say.
type refusal struct {
	err  error
	want string
}

// refusals checks that each of cases is refused for a reason that its name's text is part of; an empty one is no refusal.
func refusals(t *testing.T, cases map[string]refusal) {
	t.Helper()
	for name, c := range cases {
		if c.want == "" {
			if c.err != nil {
				t.Errorf("%s: %v", name, c.err)
			}
			continue
		}
		if !as[*model.RefusedError](c.err) || !strings.Contains(c.err.Error(), c.want) {
			t.Errorf("%s: %v", name, c.err)
		}
	}
}

func TestLogIsAskedForOneThing(t *testing.T) {
	run := model.RunRef{ID: "wfr_1", CreatedAt: epoch}
	refusals(t, map[string]refusal{
		"nothing":             {model.LogQuery{}.Valid(), "that of all"},
		"nothing but a place": {model.LogQuery{Cursor: "c", Kind: model.WorkflowRun}.Valid(), "that of all"},
		"empty lists":         {model.LogQuery{MessageIDs: []string{}, Runs: []model.RunRef{}}.Valid(), "that of all"},
		"messages":            {model.LogQuery{MessageIDs: []string{"a", "b"}}.Valid(), ""},
		"an empty id":         {model.LogQuery{MessageIDs: []string{"a", ""}}.Valid(), "empty"},
		"a blank id":          {model.LogQuery{MessageIDs: []string{" "}}.Valid(), "empty"},
		"too many messages":   {model.LogQuery{MessageIDs: make([]string, 101)}.Valid(), "more than 100"},
		"runs":                {model.LogQuery{Runs: []model.RunRef{run, {ID: "wfr_2"}}}.Valid(), ""},
		"a run without an id": {model.LogQuery{Runs: []model.RunRef{run, {CreatedAt: epoch}}}.Valid(), "empty"},
		"too many runs":       {model.LogQuery{Runs: slices.Repeat([]model.RunRef{run}, 11)}.Valid(), "more than 10"},
		"a label":             {model.LogQuery{Label: "redrive-1"}.Valid(), ""},
		"a label of runs":     {model.LogQuery{Label: "redrive-1", Kind: model.WorkflowRun}.Valid(), ""},
		"a label of neither":  {model.LogQuery{Label: "redrive-1", Kind: 7}.Valid(), "no such kind"},
		"a label and a comma": {model.LogQuery{Label: "a,b"}.Valid(), "something else"},
		"a blank label":       {model.LogQuery{Label: " "}.Valid(), "something else"},
		"messages and runs":   {model.LogQuery{MessageIDs: []string{"a"}, Runs: []model.RunRef{run}}.Valid(), "two of them"},
		"messages, a label":   {model.LogQuery{MessageIDs: []string{"a"}, Label: "a"}.Valid(), "two of them"},
		"runs and a label":    {model.LogQuery{Runs: []model.RunRef{run}, Label: "a"}.Valid(), "two of them"},
	})
}

func TestControlSaysAllThatItsActionNeedsAndNoMore(t *testing.T) {
	call := func(a model.ControlAction, name string, change ...func(*model.ControlCall)) error {
		c := model.ControlCall{Action: a, Name: name}
		for _, f := range change {
			f(&c)
		}
		return c.Valid()
	}
	pin := func(l model.FlowLimits) func(*model.ControlCall) { return func(c *model.ControlCall) { c.Pin = l } }
	unpin := func(c *model.ControlCall) { c.UnpinRate = true }
	cases := map[string]refusal{
		"pin nothing":                {call(model.PinFlowKey, "k"), "neither a parallelism nor a rate"},
		"pin a parallelism":          {call(model.PinFlowKey, "k", pin(model.FlowLimits{Parallelism: 1})), ""},
		"pin a rate":                 {call(model.PinFlowKey, "k", pin(model.FlowLimits{Rate: 1, Period: time.Minute})), ""},
		"pin a period alone":         {call(model.PinFlowKey, "k", pin(model.FlowLimits{Parallelism: 1, Period: time.Minute})), "needs a rate"},
		"pin less than nothing":      {call(model.PinFlowKey, "k", pin(model.FlowLimits{Parallelism: -1})), "less than nothing"},
		"pin a rate below nothing":   {call(model.PinFlowKey, "k", pin(model.FlowLimits{Parallelism: 1, Rate: -1})), "less than nothing"},
		"pin half a second":          {call(model.PinFlowKey, "k", pin(model.FlowLimits{Rate: 1, Period: time.Second / 2})), "whole seconds"},
		"pin more than a week":       {call(model.PinFlowKey, "k", pin(model.FlowLimits{Rate: 1, Period: 7*24*time.Hour + time.Second})), "a week"},
		"unpin nothing":              {call(model.UnpinFlowKey, "k"), "neither the parallelism nor the rate"},
		"unpin a rate":               {call(model.UnpinFlowKey, "k", unpin), ""},
		"pin and unpin":              {call(model.PinFlowKey, "k", pin(model.FlowLimits{Rate: 1}), unpin), "unpinning only"},
		"an action that there isn't": {call(99, "k"), "no such action"},
	}
	for _, a := range model.ControlActions() {
		name := "k"
		if a.Lists() {
			name = ""
			cases["a list by name"] = refusal{call(a, "k"), "by a name"}
		}
		if a != model.PinFlowKey && a != model.UnpinFlowKey {
			cases["plain "+string('0'+rune(a))] = refusal{call(a, name), ""}
			cases["limits for "+string('0'+rune(a))] = refusal{call(a, name, pin(model.FlowLimits{Rate: 1})), "pinning only"}
			cases["unpinning for "+string('0'+rune(a))] = refusal{call(a, name, unpin), "unpinning only"}
		}
		if !a.Lists() {
			cases["no name for "+string('0'+rune(a))] = refusal{call(a, ""), "stand for all"}
		}
	}
	refusals(t, cases)
}

func TestActionsThatReadAreKnownAndAllOthersChange(t *testing.T) {
	reads := []model.ControlAction{model.ReadQueue, model.ListQueues, model.ReadFlowKey, model.ListFlowKeys}
	for _, a := range append(model.ControlActions(), 99) {
		if a.Changes() == slices.Contains(reads, a) {
			t.Errorf("%d changes: %v", a, a.Changes())
		}
	}
}

func TestNewMessageArrivesAsItIsOrIsRefused(t *testing.T) {
	hidden := "REDACTED:" + strings.Repeat("0aF9", 16)
	to := func(d string) error { return model.NewMessage{Destination: d}.Valid() }
	with := func(change func(*model.NewMessage)) error {
		m := model.NewMessage{Destination: "https://a.example/x"}
		change(&m)
		return m.Valid()
	}
	header := func(name, value string) error {
		return with(func(m *model.NewMessage) { m.Header = []model.HeaderField{{Name: name, Value: value}} })
	}
	refusals(t, map[string]refusal{
		"a URL":                     {to("https://a.example/x/%2Fy//z?q=1,2&r=%3F"), ""},
		"a URL with a port":         {to("http://a.example:8080"), ""},
		"a group":                   {to("my-group_1.x"), ""},
		"nowhere":                   {to(""), "the destination is empty"},
		"a blank":                   {to(" "), "neither"},
		"dots":                      {to(".."), "neither"},
		"a path":                    {to("a/b"), "neither"},
		"a group with a query":      {to("group?upstash-delay=1s"), "neither"},
		"another scheme":            {to("ftp://a.example"), "neither http nor https"},
		"no host":                   {to("https://"), "not a URL"},
		"no host and a path":        {to("https:///x"), "not a URL"},
		"a user":                    {to("https://u:p@a.example/"), "not a URL"},
		"a fragment":                {to("https://a.example/#x"), "escape them"},
		"a space":                   {to("https://a.example/a b"), "escape them"},
		"a letter that is no ASCII": {to("https://a.example/ä"), "escape them"},
		"a line break":              {to("https://a.example/\r\nX: y"), "escape them"},
		"a way up":                  {to("https://a.example/../../v2/dlq"), "cleaned away"},
		"a way up, escaped":         {to("https://a.example/%2e%2e/x"), "cleaned away"},
		"a broken escape":           {to("https://a.example/%zz"), "not a URL"},
		"a setting of the server":   {to("https://a.example/?Upstash-Retries=0"), "takes for its own"},
		"a token":                   {to("https://a.example/?qstash_token=x"), "takes for its own"},
		"a method":                  {with(func(m *model.NewMessage) { m.Method = "PATCH" }), ""},
		"a method that is none":     {with(func(m *model.NewMessage) { m.Method = "HEAD" }), "the method"},
		"a redacted body":           {with(func(m *model.NewMessage) { m.Body = []byte(hidden) }), "the body was redacted"},
		"half a mark":               {with(func(m *model.NewMessage) { m.Body = []byte("REDACTED:0aF9") }), ""},
		"a header":                  {header("X-A", "b: c"), ""},
		"a header of nothing":       {header("X-A", ""), ""},
		"a redacted header":         {header("X-A", hidden), "X-A was redacted"},
		"a header without a name":   {header("", "x"), "no header has"},
		"a name with a colon":       {header("a:b", "x"), "no header has"},
		"a name with a space":       {header("a b", "x"), "no header name has"},
		"a bad name, no value":      {header("a b", ""), "no header name has"},
		"a prefix of its own":       {header("upstash-forward-X", "x"), "goes without"},
		"a value with a line break": {header("X-A", "a\r\nb"), "cannot be sent"},
		"a header twice": {with(func(m *model.NewMessage) {
			m.Header = []model.HeaderField{{Name: "X-A", Value: "1"}, {Name: "x-a", Value: "2"}}
		}), "there twice"},
		"forwarded twice over":     {with(func(m *model.NewMessage) { m.Overrides.Forward = []string{"A: b"} }), "part of the message"},
		"no labels":                {with(func(m *model.NewMessage) { m.Overrides.Labels = []string{} }), "a label"},
		"an empty label":           {with(func(m *model.NewMessage) { m.Overrides.Labels = []string{""} }), "a label"},
		"a label with a comma":     {with(func(m *model.NewMessage) { m.Overrides.Labels = []string{"a,b"} }), "a label"},
		"a setting with a mistake": {with(func(m *model.NewMessage) { m.Overrides.Values[model.SetRetries] = "many" }), "retries cannot be sent"},
		"a delay":                  {with(func(m *model.NewMessage) { m.Overrides.Values[model.SetDelay] = "5s" }), ""},
		"a delay in a queue": {with(func(m *model.NewMessage) {
			m.Queue, m.Overrides.Values[model.SetDelay] = "q", "5s"
		}), "a queue takes no delay"},
		"retries in a queue": {with(func(m *model.NewMessage) {
			m.Queue, m.Overrides.Values[model.SetRetries] = "q", "5"
		}), ""},
	})
}
