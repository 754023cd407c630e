package model_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// population are entries that are told apart by every field, numbered from 1 by their message ids. Those of workflow runs
// have the fields of a run besides.
func population(kind model.Kind) []model.Entry {
	ago := func(d time.Duration) time.Time { return epoch.Add(-d) }
	entries := []model.Entry{
		{
			Status: 503, URL: "https://a.io/x", Method: "POST", QueueName: "q", URLGroup: "g", ScheduleID: "scd_1",
			Labels: []string{"red", "blue"}, CallerIP: "192.0.2.1", FlowControlKey: "f1", Response: "Busy now", FailedAt: ago(time.Hour),
			WorkflowRunID: "wfr_1", WorkflowURL: "https://w.io/a", WorkflowCreatedAt: time.UnixMilli(1760000000000), FailureState: "CALLBACK_FAIL",
		},
		{
			Status: 500, URL: "https://a.io/x/y", Method: "GET", QueueName: "q2", URLGroup: "g2", ScheduleID: "scd_12",
			Labels: []string{"redder"}, CallerIP: "192.0.2.12", FlowControlKey: "f12", Response: "now then", FailedAt: ago(3 * time.Hour),
			WorkflowRunID: "wfr_12", WorkflowURL: "https://w.io/a/b", WorkflowCreatedAt: time.UnixMilli(1760000000001), FailureState: "CALLBACK_SUCCESS",
		},
		{
			URL: "https://b.io", Method: "post", FailedAt: ago(50 * time.Hour),
			WorkflowRunID: "wfr_3", WorkflowURL: "https://w.io/c", FailureState: "CALLBACK_CANCELED",
		},
		{Status: 404, URL: "https://a.io/x,y", QueueName: "q,q2", Labels: []string{"red,blue"}, CreatedAt: ago(5 * time.Hour), WorkflowRunID: "wfr_4", FailureState: "CALLBACK_CANCELLED"},
		{Status: 503, URL: "https://c.io", Labels: []string{"blue"}, CreatedAt: ago(30 * time.Minute), WorkflowRunID: "wfr_5", FailureState: "CALLBACK_INPROGRESS"},
	}
	for i := range entries {
		e := &entries[i]
		n := strconv.Itoa(i + 1)
		e.Key = model.Key{DLQ: account, Kind: kind, ID: "dlq-" + n}
		e.MessageID = "msg_" + n
		if kind == model.Message {
			e.WorkflowRunID, e.WorkflowURL, e.WorkflowCreatedAt, e.FailureState = "", "", time.Time{}, ""
		}
	}
	return entries
}

// servers are ways in which a server can take a filter.
var servers = map[string]func(model.ServerFilter, *model.Entry) bool{
	"does as it is asked": serverHas,
	"ignores the filter":  func(model.ServerFilter, *model.Entry) bool { return true },
	"has more than it is asked for": func(s model.ServerFilter, e *model.Entry) bool {
		n, _ := strconv.Atoi(strings.TrimPrefix(e.MessageID, "msg_"))
		return n%2 == 0 || serverHas(s, e)
	},
}

// walkAll loads a listing to its end from a server that has two entries on a page.
func walkAll(t *testing.T, l *model.Listing, entries []model.Entry, has func(model.ServerFilter, *model.Entry) bool) {
	t.Helper()
	l.LoadAll()
	for range len(entries) + 1 {
		f, ok := l.Next(epoch)
		if !ok {
			return
		}
		var found []model.Entry
		for i := range entries {
			if has(f.Query.Server, &entries[i]) {
				found = append(found, entries[i])
			}
		}
		from, _ := strconv.Atoi(f.Query.Cursor)
		page := model.Page{Entries: found[min(from, len(found)):min(from+2, len(found))]}
		if from+2 < len(found) {
			page.Next = strconv.Itoa(from + 2)
		}
		l.Apply(f, page)
	}
	t.Fatal("the walk does not end")
}

func TestListShowsExactlyWhatTheFilterMeansWhateverTheServerDoes(t *testing.T) {
	const everything = "1 2 3 4 5"
	for _, c := range []struct{ line, messages, runs string }{
		{"", everything, everything},
		{"status:503", "1 5", "1 5"},
		{"status:503 status:404", "1 4 5", "1 4 5"},
		{"status:5xx", "1 2 5", "1 2 5"},
		{"status:none status:404", "3 4", "3 4"},
		{"-status:503", "2 3 4", "2 3 4"},
		{"url:https://a.io/x", "1", "1"},
		{"url:https://a.io/x url:https://b.io", "1 3", "1 3"},
		{"url:A.IO/x", "1 2 4", "1 2 4"},
		{"url:https://a.io/x,y", "4", "4"},
		{"-url:a.io", "3 5", "3 5"},
		{"method:POST", "1 3", "1 3"},
		{"method:get method:PUT", "2", "2"},
		{"-method:post", "2 4 5", "2 4 5"},
		{"queue:q", "1", "1"},
		{"queue:q queue:q2", "1 2", "1 2"},
		{"queue:q,q2", "4", "4"},
		{"-queue:q", "2 3 4 5", "2 3 4 5"},
		{"group:g", "1", "1"},
		{"group:g group:g2", "1 2", "1 2"},
		{"group:G", "", ""},
		{"schedule:scd_1", "1", "1"},
		{"schedule:scd_", "", ""},
		{"label:red", "1", "1"},
		{"label:red label:blue", "1 5", "1 5"},
		{"label:red,blue", "4", "4"},
		{"label:blue -label:red", "5", "5"},
		{"ip:192.0.2.1", "1", "1"},
		{"ip:192.0.2.1 ip:192.0.2.12", "1 2", "1 2"},
		{"flow:f1", "1", "1"},
		{"-flow:f1", "2 3 4 5", "2 3 4 5"},
		{"id:msg_1", "1", "1"},
		{"id:msg_1 id:dlq-3", "1 3", "1 3"},
		{"id:wfr_1", "", "1"},
		{"id:msg_", "", ""},
		{"workflow:https://w.io/a", "", "1"},
		{"workflow:W.io/a", "", "1 2"},
		{"-workflow:w.io", everything, "4 5"},
		{"run:wfr_1", "", "1"},
		{"run:wfr_1 run:wfr_3", "", "1 3"},
		{"created:1760000000000", "", "1"},
		{"created:2025-10-09T08:53:20.001Z", "", "2"},
		{"created:1760000000000 created:1760000000001", "", "1 2"},
		{"-created:1760000000000", everything, "2 3 4 5"},
		{"state:failed", "", "1"},
		{"state:failed state:CALLBACK_SUCCESS", "", "1 2"},
		{"state:cancelled", "", "3 4"},
		{"state:CALLBACK_CANCELED", "", "3"},
		{"state:running", "", "5"},
		{"state:none", everything, ""},
		{"state:CALLBACK_OTHER", "", ""},
		{"since:2h", "1 4 5", "1 4 5"},
		{"since:2026-11-20", "1 2 4 5", "1 2 4 5"},
		{"until:2h", "2 3 4", "2 3 4"},
		{"-since:2h", "2 3 4", "2 3 4"},
		{"since:4h until:2h", "2 4", "2 4"},
		{"age:>2d", "3", "3"}, // what was created 5 hours ago cannot have failed before
		{"age:<2h", "1 4 5", "1 4 5"},
		{"response:busy", "1", "1"},
		{"response:NOW -response:then", "1", "1"},
		{"busy", "1", "1"},
		{"status:503 label:blue since:2h -flow:f1", "5", "5"},
		{"status:503 queue:q2", "", ""},
	} {
		for name, has := range servers {
			for _, kind := range model.Kinds {
				entries := population(kind)
				l := model.NewListing(model.NewStore(), account, kind)
				l.Resize(5)
				// The rows come from the pages of the filter alone in one list, and were loaded before in the other.
				for range 2 {
					l.ApplyRebuilt(l.Refilter(filterAt(t, c.line, epoch), true).Run())
					walkAll(t, l, entries, has)
					var got []string
					for i := range l.Len() {
						got = append(got, strings.TrimPrefix(l.At(i).MessageID, "msg_"))
					}
					slices.Sort(got)
					want := c.messages
					if kind == model.WorkflowRun {
						want = c.runs
					}
					if strings.Join(got, " ") != want {
						t.Errorf("%s, kind %v, a server that %s: shows %q, want %q", c.line, kind, name, got, want)
					}
					l.ApplyRebuilt(l.Refilter(model.Filter{}, true).Run())
					walkAll(t, l, entries, has)
				}
			}
		}
	}
}

func TestRowIsFoundByItsOwnValuesWhateverTheServerDoes(t *testing.T) {
	for _, kind := range model.Kinds {
		for _, e := range population(kind) {
			for _, term := range e.FilterValues() {
				f := filter(t, term)
				for name, has := range servers {
					l := model.NewListing(model.NewStore(), account, kind)
					l.ApplyRebuilt(l.Refilter(f, true).Run())
					walkAll(t, l, population(kind), has)
					if !slices.Contains(shown(l), e.Key.ID) {
						t.Errorf("%s hides the row that it was taken from, with a server that %s", term, name)
					}
				}
			}
		}
	}
}
