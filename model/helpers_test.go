package model_test

import (
	"fmt"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

const account = model.DLQ("eu-central-1/acme")

var epoch = time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)

func seconds(n int) time.Time { return epoch.Add(time.Duration(n) * time.Second) }

// message is an entry that failed n seconds after epoch: the higher n, the higher it stands in the list.
func message(n int, change ...func(*model.Entry)) model.Entry {
	at := seconds(n)
	e := model.Entry{
		Key:       model.Key{DLQ: account, Kind: model.Message, ID: fmt.Sprintf("%d-0", at.UnixMilli())},
		MessageID: fmt.Sprintf("msg_%d", n),
		URL:       "https://api.acme.io/hook",
		Method:    "POST",
		FailedAt:  at,
		CreatedAt: at.Add(-time.Hour),
		Status:    503,
	}
	for _, c := range change {
		c(&e)
	}
	return e
}

func run(n int, change ...func(*model.Entry)) model.Entry {
	return message(n, append([]func(*model.Entry){func(e *model.Entry) {
		e.Key.Kind = model.WorkflowRun
		e.WorkflowRunID = fmt.Sprintf("wfr_%d", n)
	}}, change...)...)
}

func messages(from, to int, change ...func(*model.Entry)) []model.Entry {
	var out []model.Entry
	for n := from; n <= to; n++ {
		out = append(out, message(n, change...))
	}
	return out
}

func labels(l ...string) func(*model.Entry)    { return func(e *model.Entry) { e.Labels = l } }
func status(n int) func(*model.Entry)          { return func(e *model.Entry) { e.Status = n } }
func waits(d time.Duration) func(*model.Entry) { return func(e *model.Entry) { e.RetryAfter = d } }
func destination(u string) func(*model.Entry) {
	return func(e *model.Entry) { e.URL = u }
}

func key(n int) model.Key { return message(n).Key }

func filter(t rapid.TB, line string) model.Filter {
	t.Helper()
	f, err := model.ParseFilter(line)
	if err != nil {
		t.Fatalf("filter %q: %v", line, err)
	}
	return f
}

// loaded is a list of messages in which the entries have arrived as the last page.
func loaded(t rapid.TB, height int, entries ...model.Entry) *model.Listing {
	t.Helper()
	l := model.NewListing(model.NewStore(), account, model.Message)
	l.Resize(height)
	arrive(t, l, "", entries...)
	return l
}

// arrive answers the next page of the list with the entries.
func arrive(t rapid.TB, l *model.Listing, next string, entries ...model.Entry) {
	t.Helper()
	f, ok := l.Next(epoch)
	if !ok {
		t.Fatal("no page is asked for")
	}
	l.Apply(f, model.Page{Entries: entries, Next: next})
}

func newcomers(t rapid.TB, l *model.Listing, entries ...model.Entry) {
	t.Helper()
	f, ok := l.Refresh(false)
	if !ok {
		t.Fatal("newcomers are not asked for")
	}
	l.Apply(f, model.Page{Entries: entries, Next: ""})
}

func refilter(t rapid.TB, l *model.Listing, line string) {
	t.Helper()
	if !l.ApplyRebuilt(l.Refilter(filter(t, line), true).Run()) {
		t.Fatal("the result of the newest filter was refused")
	}
}

func shown(l *model.Listing) []string {
	out := make([]string, l.Len())
	for i := range out {
		out[i] = l.At(i).Key.ID
	}
	return out
}

func ids(ns ...int) []string {
	out := make([]string, len(ns))
	for i, n := range ns {
		out[i] = key(n).ID
	}
	return out
}

func at(t rapid.TB, l *model.Listing) model.Key {
	t.Helper()
	e, ok := l.Current()
	if !ok {
		t.Fatal("there is no row under the cursor")
	}
	return e.Key
}

func none(model.Key) bool { return false }
func all(model.Key) bool  { return true }
func only(keys ...model.Key) func(model.Key) bool {
	return func(k model.Key) bool {
		for _, o := range keys {
			if o == k {
				return true
			}
		}
		return false
	}
}

// text draws strings with what is special in a filter line, in comparing without case, and in UTF-8.
func text() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{
			"a", "A", "503", "5xx", "none", "-", "--x", `"`, `\`, `\"`, ":", "//x", "a:b", "status:503", "a b", " ", "\t", "\n",
			"É", "é", "ß", "ſ", "İ", "K", "k", "\xff", "\xc3", "a,b", "msg_1", "msg_1,msg_2", "https://x.io/a", "HTTPS://X.IO/A",
			"https://x.io/a,b", "http://x.io", "x.io", "orders", "release-42",
		}),
		rapid.String(),
		rapid.Map(rapid.SliceOf(rapid.Byte()), func(b []byte) string { return string(b) }),
	)
}

func anyEntry(kind model.Kind) *rapid.Generator[model.Entry] {
	return rapid.Custom(func(t *rapid.T) model.Entry {
		return model.Entry{
			Key:           model.Key{DLQ: account, Kind: kind, ID: rapid.SampledFrom([]string{"1-0", "1-1", "2-0"}).Draw(t, "id")},
			MessageID:     rapid.SampledFrom([]string{"msg_1", "msg_2", "msg_1,msg_2", ""}).Draw(t, "message id"),
			WorkflowRunID: rapid.SampledFrom([]string{"", "wfr_1"}).Draw(t, "run id"),
			URL:           text().Draw(t, "url"),
			QueueName:     text().Draw(t, "queue"),
			URLGroup:      text().Draw(t, "group"),
			Labels:        rapid.SliceOfN(text(), 0, 3).Draw(t, "labels"),
			Response:      text().Draw(t, "response"),
			Status:        rapid.SampledFrom([]int{0, 404, 500, 503}).Draw(t, "status"),
		}
	})
}
