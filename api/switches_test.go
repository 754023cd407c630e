package api_test

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

// benchCall is one thing that a client is asked for under a switch. It returns "ok", or in a word what else came of it that
// is true all the same; its error is what is not.
type benchCall struct {
	name string
	ask  func(*bench) (string, error)
}

func benchCalls() (calls []benchCall) {
	for _, kind := range model.Kinds {
		short := map[model.Kind]string{model.Message: "m", model.WorkflowRun: "r"}[kind]
		calls = append(calls, readCalls(kind, short)...)
	}
	calls = append(calls, logCalls()...)
	calls = append(calls, controlCalls()...)
	for _, m := range everyMany {
		name := m.verb.String()
		if m.verb == model.Delete {
			name += " " + map[model.Kind]string{model.Message: "m", model.WorkflowRun: "r"}[m.kind]
		}
		calls = append(calls, writeCalls(m.verb, m.kind, name)...)
	}
	one := func(b *bench) []string { return b.mine[model.WorkflowRun][:1] }
	calls = append(calls, byIDs("failure function 1", model.RerunFailureFunction, model.WorkflowRun, one))
	dup := func(b *bench) []string { return b.mine[model.Message][2:] }
	calls = append(calls, byIDs("retry a duplicate", model.Retry, model.Message, dup))
	return append(calls, publishCalls()...)
}

func readCalls(kind model.Kind, short string) []benchCall {
	list := func(q model.Query) func(*bench) (model.Page, error) {
		q.Kind = kind
		return func(b *bench) (model.Page, error) { return b.client.List(context.Background(), q) }
	}
	all := func(b *bench) []string { return append(slices.Clone(b.mine[kind]), b.others[kind]...) }
	return []benchCall{
		{"list " + short, func(b *bench) (string, error) {
			p, err := list(model.Query{})(b)
			if err != nil {
				return kindOf(err), nil
			}
			return b.page(p, kind, all(b), true)
		}},
		{"list " + short + " by label", func(b *bench) (string, error) {
			p, err := list(model.Query{Server: model.ServerFilter{Labels: []string{"mine"}}})(b)
			if err != nil {
				return kindOf(err), nil
			}
			return b.page(p, kind, b.mine[kind], false)
		}},
		{"list " + short + " by ids", func(b *bench) (string, error) {
			p, err := list(model.Query{IDs: []string{b.mine[kind][1], "1760000000000-9", b.others[kind][0]}})(b)
			if err != nil {
				return kindOf(err), nil
			}
			return b.page(p, kind, []string{b.mine[kind][1], b.others[kind][0]}, true)
		}},
		{"get " + short, func(b *bench) (string, error) {
			d, err := b.client.Get(context.Background(), key(kind, b.mine[kind][1]))
			if err != nil {
				return kindOf(err), nil
			}
			if body := "the whole body of the message"; string(d.Body.Bytes) != body && (b.switches.BodyLimit == 0 || !strings.HasPrefix(body, string(d.Body.Bytes))) {
				return "", fmt.Errorf("the body is %q", d.Body.Bytes)
			}
			if err := b.entry(&d.Entry); err != nil {
				return "", err
			}
			_, err = b.client.Get(context.Background(), key(kind, "1760000000000-9"))
			if kindOf(err) != "not found" {
				return "", fmt.Errorf("one that is not there: %w", err)
			}
			return "ok", nil
		}},
	}
}

func logCalls() []benchCall {
	logs := func(name string, q model.LogQuery, events, runs int) benchCall {
		return benchCall{name, func(b *bench) (string, error) {
			for _, r := range q.Runs {
				put := b.entries[key(model.WorkflowRun, b.mine[model.WorkflowRun][0])].Workflow
				q.Runs = []model.RunRef{{ID: r.ID, CreatedAt: put.CreatedAt}}
			}
			p, err := b.client.Logs(context.Background(), q)
			if err != nil {
				return kindOf(err), nil
			}
			failed, ended := 0, 0
			for _, e := range p.Events {
				if e.State == "FAILED" {
					failed++
				}
				if q.Label != "" && !slices.Contains(e.Labels, q.Label) || len(q.MessageIDs) > 0 && !slices.Contains(q.MessageIDs, e.MessageID) {
					return "", fmt.Errorf("%w: %+v", errWrong, e)
				}
			}
			for _, r := range p.Runs {
				if r.State == model.RunFailed && r.Problem == "" && r.URL == "https://a.example/wf" && slices.Contains(b.mine[model.WorkflowRun], r.DLQID) {
					ended++
				}
			}
			if failed != events || ended != runs || len(p.Runs) != runs {
				return "", fmt.Errorf("%w: %d failed messages, %d failed runs: %+v", errWrong, failed, ended, p)
			}
			return "ok", nil
		}}
	}
	return []benchCall{
		logs("log by ids", model.LogQuery{MessageIDs: []string{"msg_0_0", "msg_0_4"}}, 2, 0),
		logs("log by label", model.LogQuery{Label: "mine"}, 3, 0),
		logs("run log", model.LogQuery{Runs: []model.RunRef{{ID: "wfr_0"}}}, 0, 1),
		logs("run log by label", model.LogQuery{Label: "mine", Kind: model.WorkflowRun}, 0, 3),
	}
}

func controlCalls() []benchCall {
	control := func(name string, call model.ControlCall, good func(before, after model.ControlResult) bool) benchCall {
		return benchCall{name, func(b *bench) (string, error) {
			read := model.ControlCall{Action: model.ReadQueue, Name: call.Name}
			if call.Action.OfFlowKeys() {
				read.Action = model.ReadFlowKey
			}
			if call.Action.Lists() {
				read = call
			}
			before, _ := b.client.Control(context.Background(), read)
			if _, err := b.client.Control(context.Background(), call); err != nil {
				after, _ := b.client.Control(context.Background(), read)
				if fmt.Sprint(before) != fmt.Sprint(after) {
					return "", fmt.Errorf("it was changed, and the client says: %w", err)
				}
				return kindOf(err), nil
			}
			after, err := b.client.Control(context.Background(), read)
			if err != nil || !good(before, after) {
				return "", fmt.Errorf("%w: %+v, then %+v, %w", errWrong, before, after, err)
			}
			return "ok", nil
		}}
	}
	queue := func(paused bool) func(_, r model.ControlResult) bool {
		return func(_, r model.ControlResult) bool {
			return len(r.Queues) == 1 && r.Queues[0] == model.Queue{Name: "mail", Parallelism: 3, Paused: paused}
		}
	}
	flow := func(good func(model.FlowKey) bool) func(_, r model.ControlResult) bool {
		return func(_, r model.ControlResult) bool {
			return len(r.FlowKeys) == 1 && r.FlowKeys[0].Name == "key" && r.FlowKeys[0].Period == time.Minute && good(r.FlowKeys[0])
		}
	}
	plain := func(k model.FlowKey) bool { return k.Rate == 100 && !k.Paused && !k.PinnedRate && k.Waiting == 0 }
	return []benchCall{
		control("queues", model.ControlCall{Action: model.ListQueues}, queue(false)),
		control("queue", model.ControlCall{Action: model.ReadQueue, Name: "mail"}, queue(false)),
		control("pause queue", model.ControlCall{Action: model.PauseQueue, Name: "mail"}, queue(true)),
		control("flow keys", model.ControlCall{Action: model.ListFlowKeys}, flow(plain)),
		control("flow key", model.ControlCall{Action: model.ReadFlowKey, Name: "key"}, flow(plain)),
		control("pause flow key", model.ControlCall{Action: model.PauseFlowKey, Name: "key"}, flow(func(k model.FlowKey) bool { return k.Paused })),
		control("pin flow key", model.ControlCall{Action: model.PinFlowKey, Name: "key", Pin: model.FlowLimits{Rate: 7, Period: time.Minute}},
			flow(func(k model.FlowKey) bool { return k.Rate == 7 && k.PinnedRate })),
	}
}

func writeCalls(verb model.Verb, kind model.Kind, name string) []benchCall {
	mine := func(n int) func(*bench) []string { return func(b *bench) []string { return b.mine[kind][:n] } }
	return []benchCall{
		byIDs(name+" 1", verb, kind, mine(1)),
		byIDs(name+" 3", verb, kind, mine(3)),
		byIDs(name+" 1 gone", verb, kind, func(*bench) []string { return []string{"1760000000000-9"} }),
		byIDs(name+" 2 + 1 gone", verb, kind, func(b *bench) []string { return append(slices.Clone(b.mine[kind][:2]), "1760000000000-9") }),
		{name + " by label", func(b *bench) (string, error) {
			m, err := model.NewMatching(dlq, kind, model.ServerFilter{Labels: []string{"mine"}})
			if err != nil {
				return "", err
			}
			var asked []model.Key
			for k := range b.entries {
				// A filter for messages may reach runs, and one that the server ignores everything: that cannot be prevented.
				wider := kind == model.Message && verb == model.Delete && (b.switches.DLQListsWorkflows || b.switches.MissingPaths == runsPath)
				if (k.Kind == kind || wider) && (slices.Contains(b.mine[k.Kind], k.ID) || b.switches.IgnoredFilters != "") {
					asked = append(asked, k)
				}
			}
			r, err := b.client.Do(context.Background(), model.Write{Verb: verb, Matching: m, Count: 3})
			cell, wrong := b.judge(verb, asked, false, r, err)
			if cell == "3 of 6" {
				cell = "wider"
			}
			return cell, wrong
		}},
	}
}

func byIDs(name string, verb model.Verb, kind model.Kind, ids func(*bench) []string) benchCall {
	return benchCall{name, func(b *bench) (string, error) {
		var asked []model.Key
		for _, id := range ids(b) {
			asked = append(asked, key(kind, id))
		}
		s, err := model.NewSelection(asked...)
		if err != nil {
			return "", err
		}
		r, err := b.client.Do(context.Background(), model.Write{Verb: verb, Selection: s})
		return b.judge(verb, asked, len(asked) == 1, r, err)
	}}
}

func publishCalls() []benchCall {
	publish := func(name string, m model.NewMessage, others int) benchCall {
		m.DLQ = dlq
		return benchCall{name, func(b *bench) (string, error) {
			m.Overrides.Labels = []string{"new"}
			c, err := b.client.Publish(context.Background(), m)
			time.Sleep(time.Minute)
			log, logErr := b.client.Logs(context.Background(), model.LogQuery{Label: "new"})
			made := map[string]bool{}
			for _, e := range log.Events {
				made[e.MessageID] = true
			}
			switch {
			case err != nil && len(made) > 0 && kindOf(err) != "lost answer":
				return "", fmt.Errorf("%d were made, and the client says: %w", len(made), err)
			case err != nil:
				return kindOf(err), nil
			case logErr != nil || !made[c.MessageID] || c.Others != others || len(made) != others+1 || c.Deduplicated:
				return "", fmt.Errorf("%w: %+v, %d were made, %w", errWrong, c, len(made), logErr)
			}
			return "ok", nil
		}}
	}
	return []benchCall{
		publish("publish", model.NewMessage{Destination: "https://a.example/new", Body: []byte("b")}, 0),
		publish("publish to a group", model.NewMessage{Destination: "team"}, 1),
		publish("enqueue", model.NewMessage{Destination: "https://a.example/new", Queue: "mail"}, 0),
	}
}

// tryUnder asks for one thing of a new emulator under switches.
func tryUnder(t *testing.T, call benchCall, switches ...string) (cell string, err error) {
	synctest.Test(t, func(t *testing.T) { cell, err = call.ask(newBench(t, optionsOf(t, switches...))) })
	return cell, err
}

func TestEveryCallIsRightUnderEverySwitch(t *testing.T) {
	calls := benchCalls()
	var table strings.Builder
	fmt.Fprint(&table, "\nThe columns:")
	for n, c := range calls {
		fmt.Fprintf(&table, " %d %s,", n+1, c.name)
	}
	for _, row := range append([]string{""}, rowsOfSwitches(t)...) {
		fmt.Fprintf(&table, "\n%-42s", row)
		for _, c := range calls {
			var switches []string
			if row != "" {
				switches = []string{row}
			}
			cell, err := tryUnder(t, c, switches...)
			fmt.Fprintf(&table, " | %s", cell)
			if want := expectedCell(row, c.name); err != nil || cell != want {
				t.Errorf("%s under %q: %s, want %s: %v", c.name, row, cell, want, err)
			}
		}
	}
	t.Log(table.String())
}

func TestEveryCallIsRightUnderPairsOfSwitches(t *testing.T) {
	rows, calls := rowsOfSwitches(t), benchCalls()
	rapid.Check(t, func(rt *rapid.T) {
		pair := []string{rapid.SampledFrom(rows).Draw(rt, "one"), rapid.SampledFrom(rows).Draw(rt, "other")}
		for range 10 {
			c := calls[rapid.IntRange(0, len(calls)-1).Draw(rt, "call")]
			if cell, err := tryUnder(t, c, pair...); err != nil || strings.HasPrefix(cell, "other") {
				rt.Fatalf("%s under %q: %s: %v", c.name, pair, cell, err)
			}
		}
	})
}

// usual is what a call comes to when no switch is set.
func usual(call string) string {
	switch {
	case strings.HasSuffix(call, " 2 + 1 gone") && strings.HasPrefix(call, "delete"):
		return "2 of 3"
	case strings.HasSuffix(call, " 2 + 1 gone"):
		return "some not found"
	case strings.HasSuffix(call, " 1 gone"):
		return "not found"
	}
	return "ok"
}

// exceptions are what calls come to under a switch, where that is not the usual: the server cannot do it, which the client
// says, or does more than it was asked for, which nothing here can prevent.
var exceptions = []struct{ row, call, cell string }{
	{"dlq-lists-workflows", "delete m by label", "wider"},
	{"only-documented-keys", "retry by label", "bad request"},
	{"ignored-filters=", "list [mr] by label", "longer"},
	{"ignored-filters=", "(retry|resume|restart|delete [mr]) by label", "wider"},
	{"missing-paths=/v2/flowControl", ".*flow key.*", "bad request"},
	{"missing-paths=/v2/queues", "queues?|pause queue", "bad request"},
	{"missing-paths=/v2/dlq/retry", "retry 1|retry by label|retry a duplicate", "bad request"},
	{"missing-paths=/v2/dlq/retry", "retry 3", "some not found"},
	{"missing-paths=" + runsPath, "(resume|restart|delete r|failure function) (1|by label)", "bad request"},
	{"missing-paths=" + runsPath, "(resume|restart|delete r) (3|2 \\+ 1 gone)", "some not found"},
	{"missing-paths=" + runsPath, "delete m by label", "wider"},
	{"missing-paths=/v2/publish", "publish.*", "bad request"},
	{"retries-outside-daily-limit", "publish to a group", "daily limit"},
	{"read-only-is-401", "(retry|resume|restart|delete|failure|pause|pin|publish|enqueue).*", "unauthorized"},
}

func expectedCell(row, call string) string {
	for _, e := range exceptions {
		if strings.HasPrefix(row, e.row) && regexp.MustCompile("^("+e.call+")$").MatchString(call) {
			return e.cell
		}
	}
	return usual(call)
}
