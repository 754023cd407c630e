package api_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"redrive/api/emulator"
	"redrive/model"
)

func TestQueuesAndFlowKeysAreAskedForByTheirAddresses(t *testing.T) {
	for _, c := range []struct {
		call model.ControlCall
		sent string
		body string
		want model.ControlResult
	}{
		{model.ControlCall{Action: model.ReadQueue, Name: "a b"}, "GET /v2/queues/a%20b", `{"name":"a b","lag":3}`, model.ControlResult{Queues: []model.Queue{{Name: "a b", Lag: 3}}}},
		{
			model.ControlCall{Action: model.ListQueues},
			"GET /v2/queues", `[{"name":"a","parallelism":1,"paused":true},{"name":"b"}]`,
			model.ControlResult{Queues: []model.Queue{{Name: "a", Parallelism: 1, Paused: true}, {Name: "b"}}},
		},
		{model.ControlCall{Action: model.ListQueues}, "GET /v2/queues", `null`, model.ControlResult{}},
		{model.ControlCall{Action: model.PauseQueue, Name: "a"}, "POST /v2/queues/a/pause", "", model.ControlResult{}},
		{model.ControlCall{Action: model.ResumeQueue, Name: "a"}, "POST /v2/queues/a/resume", "OK", model.ControlResult{}},
		{
			model.ControlCall{Action: model.ReadFlowKey, Name: "a:b"},
			"GET /v2/flowControl/a:b",
			`{"flowControlKey":"a:b","waitListSize":1,"parallelismMax":2,"parallelismCount":3,"rateMax":4,"rateCount":5,"ratePeriod":6,"ratePeriodStart":1760000000,
			"isPaused":true,"isPinnedParallelism":true,"isPinnedRate":true,"x":{}}`,
			model.ControlResult{FlowKeys: []model.FlowKey{{
				Name: "a:b", Waiting: 1, Parallelism: 2, Running: 3, Rate: 4, Used: 5, Period: 6 * time.Second, PeriodStart: at(1760000000000),
				Paused: true, PinnedParallelism: true, PinnedRate: true,
			}}},
		},
		{
			model.ControlCall{Action: model.ListFlowKeys},
			"GET /v2/flowControl", `[{"flowControlKey":"a","waitlistSize":7},{"flowControlKey":"b","rateMax":null}]`,
			model.ControlResult{FlowKeys: []model.FlowKey{{Name: "a", Waiting: 7}, {Name: "b"}}},
		},
		{model.ControlCall{Action: model.PauseFlowKey, Name: "a"}, "POST /v2/flowControl/a/pause", "", model.ControlResult{}},
		{model.ControlCall{Action: model.ResumeFlowKey, Name: "a"}, "POST /v2/flowControl/a/resume", "", model.ControlResult{}},
		{
			model.ControlCall{Action: model.PinFlowKey, Name: "a", Pin: model.FlowLimits{Parallelism: 2, Rate: 3, Period: time.Minute}},
			"POST /v2/flowControl/a/pin?parallelism=2&period=60&rate=3", "",
			model.ControlResult{},
		},
		{model.ControlCall{Action: model.PinFlowKey, Name: "a", Pin: model.FlowLimits{Rate: 3}}, "POST /v2/flowControl/a/pin?rate=3", "", model.ControlResult{}},
		{model.ControlCall{Action: model.UnpinFlowKey, Name: "a", UnpinParallelism: true}, "POST /v2/flowControl/a/unpin?parallelism=true", "", model.ControlResult{}},
		{
			model.ControlCall{Action: model.UnpinFlowKey, Name: "a", UnpinRate: true, UnpinParallelism: true},
			"POST /v2/flowControl/a/unpin?parallelism=true&rate=true", "",
			model.ControlResult{},
		},
		{model.ControlCall{Action: model.ResetFlowRate, Name: "a"}, "POST /v2/flowControl/a/resetRate", "", model.ControlResult{}},
	} {
		client, seen := noted(t, 200, c.body)
		got, err := client.Control(t.Context(), c.call)
		if diff := cmp.Diff(c.want, got, sameResult); err != nil || diff != "" {
			t.Errorf("%s: %v %s", c.sent, err, diff)
		}
		if diff := cmp.Diff([]string{c.sent}, seen.all()); diff != "" {
			t.Error(diff)
		}
	}
}

func TestStateOfWhatHoldsMessagesIsNotGuessed(t *testing.T) {
	for _, a := range []model.ControlAction{model.ReadQueue, model.ListQueues, model.ReadFlowKey, model.ListFlowKeys} {
		name := "a"
		if a.Lists() {
			name = ""
		}
		for _, body := range []string{``, `7`, `"a"`, `<html>`, `[7]`, `[{"paused":"no","isPaused":"no"}]`, `{"paused":"no","isPaused":"no"}`, `[{"name":"a"}`, `{}{}`} {
			client, _ := noted(t, 200, body)
			if got, err := client.Control(t.Context(), model.ControlCall{Action: a, Name: name}); kindOf(err) != "unreadable" || !cmp.Equal(got, model.ControlResult{}) {
				t.Errorf("%d, %s: %+v, %v", a, body, got, err)
			}
		}
	}
}

func TestFlowKeyOfTheEmulatorIsHeldAndPinned(t *testing.T) {
	c, e := emulated(t, emulator.Options{})
	e.Add(emulator.Entry{FlowControlKey: "k", Rate: 10, Parallelism: 5, Period: time.Minute})
	state := func() model.FlowKey {
		t.Helper()
		got, err := c.Control(t.Context(), model.ControlCall{Action: model.ReadFlowKey, Name: "k"})
		if err != nil || len(got.FlowKeys) != 1 {
			t.Fatal(got, err)
		}
		got.FlowKeys[0].PeriodStart = time.Time{}
		return got.FlowKeys[0]
	}
	want := model.FlowKey{Name: "k", Rate: 10, Parallelism: 5, Period: time.Minute}
	if got := state(); got != want {
		t.Errorf("%+v", got)
	}
	for _, step := range []struct {
		call   model.ControlCall
		change func(*model.FlowKey)
	}{
		{model.ControlCall{Action: model.PauseFlowKey}, func(k *model.FlowKey) { k.Paused = true }},
		{model.ControlCall{Action: model.ResumeFlowKey}, func(k *model.FlowKey) { k.Paused = false }},
		{model.ControlCall{Action: model.PinFlowKey, Pin: model.FlowLimits{Rate: 2, Period: 2 * time.Second}}, func(k *model.FlowKey) {
			k.Rate, k.Period, k.PinnedRate = 2, 2*time.Second, true
		}},
		{model.ControlCall{Action: model.PinFlowKey, Pin: model.FlowLimits{Parallelism: 1}}, func(k *model.FlowKey) { k.Parallelism, k.PinnedParallelism = 1, true }},
		{model.ControlCall{Action: model.UnpinFlowKey, UnpinRate: true}, func(k *model.FlowKey) { k.PinnedRate = false }},
		{model.ControlCall{Action: model.ResetFlowRate}, func(*model.FlowKey) {}},
	} {
		step.call.Name = "k"
		if _, err := c.Control(t.Context(), step.call); err != nil {
			t.Fatal(err)
		}
		step.change(&want)
		if got := state(); got != want {
			t.Errorf("after %+v: %+v", step.call, got)
		}
	}
	e.AddQueue(emulator.Queue{Name: "mail", Parallelism: 3})
	got, err := c.Control(t.Context(), model.ControlCall{Action: model.ListQueues})
	if err != nil || len(got.Queues) != 1 || got.Queues[0].Name != "mail" {
		t.Errorf("%+v, %v", got, err)
	}
	got, err = c.Control(t.Context(), model.ControlCall{Action: model.ListFlowKeys})
	if err != nil || len(got.FlowKeys) != 1 || got.FlowKeys[0].Name != "k" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := c.Control(t.Context(), model.ControlCall{Action: model.ReadFlowKey, Name: "other"}); kindOf(err) != "bad request" {
		t.Error(err)
	}
}
