package model_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"os"
	"testing"

	"redrive/model"
)

// labelledFailure is a response of the corpus: what it is labelled with says which others have the same cause.
type labelledFailure struct {
	Framework   string `json:"framework"`
	Label       string `json:"label"`
	Status      int    `json:"status"`
	Destination string `json:"destination"`
	Body        string `json:"body"`
}

func (l labelledFailure) cause() model.Cause {
	e := model.Entry{URL: l.Destination, Status: l.Status}
	return e.CauseOf(model.ReadResponse([]byte(l.Body)))
}

func corpus(t testing.TB, name string) (all []labelledFailure) {
	t.Helper()
	data, err := os.ReadFile("testdata/causes/" + name + ".jsonl")
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(bytes.NewReader(data))
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		var l labelledFailure
		if err := json.Unmarshal(lines.Bytes(), &l); err != nil {
			t.Fatal(err)
		}
		all = append(all, l)
	}
	return all
}

// TestResponsesOfOneCauseAreTogetherAndOthersApart measures it by pairs: of those put together, how many belong together, and
// of those that do, how many are. What is held out was not looked at while the rules were made.
func TestResponsesOfOneCauseAreTogetherAndOthersApart(t *testing.T) {
	total := 0
	for _, name := range []string{"tuned", "heldout"} {
		t.Run(name, func(t *testing.T) {
			all := corpus(t, name)
			total += len(all)
			causes := make([]model.Cause, len(all))
			for i, l := range all {
				causes[i] = l.cause()
			}
			right, together, belong, told := 0, 0, 0, map[string]bool{}
			for i, a := range all {
				for j := i + 1; j < len(all); j++ {
					same, put := a.Label == all[j].Label, causes[i].ID == causes[j].ID
					if same {
						belong++
					}
					if put {
						together++
					}
					if same && put {
						right++
					}
					if same != put && !told[a.Label+all[j].Label] {
						told[a.Label+all[j].Label] = true
						t.Logf("%s and %s: %q and %q", a.Label, all[j].Label, causes[i].Text, causes[j].Text)
					}
				}
			}
			precision, recall := float64(right)/float64(together), float64(right)/float64(belong)
			t.Logf("%d responses: precision %.4f, recall %.4f, by pairs", len(all), precision, recall)
			if precision < 0.97 || recall < 0.97 {
				t.Error("too many are put together or apart")
			}
		})
	}
	if total < 300 {
		t.Errorf("there are only %d responses", total)
	}
}

func TestNothingIsKeptOfAResponseThatWasRead(t *testing.T) {
	for _, l := range append(corpus(t, "tuned"), corpus(t, "heldout")...) {
		e := model.Entry{URL: l.Destination, Status: l.Status}
		body := []byte(l.Body)
		said := model.ReadResponse(body)
		for i := range body {
			body[i] = '#'
		}
		if got, want := e.CauseOf(said), l.cause(); got != want {
			t.Errorf("%q: %v, want %v", l.Body, got, want)
		}
	}
}
