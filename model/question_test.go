package model_test

import (
	"testing"

	"redrive/model"
)

func TestFrictionGrowsWithWhatCanGoWrong(t *testing.T) {
	for _, c := range []struct {
		verb model.Verb
		n    int
		kind model.QuestionKind
		want string
	}{
		{model.Retry, 1, model.YesNo, ""},
		{model.Retry, 20, model.YesNo, ""},
		{model.Resume, 3, model.YesNo, ""},
		{model.RerunFailureFunction, 3, model.YesNo, ""},
		{model.Restart, 1, model.YesNo, ""},
		{model.Restart, 12, model.TypeCount, "12"},
		{model.Delete, 1, model.TypeWord, "delete"},
		{model.Delete, 9, model.TypeWord, "delete"},
	} {
		p := model.Plan{Verb: c.verb, Selection: selectionOf(t, c.n)}
		if q := p.Question(); q.Kind != c.kind || q.Want() != c.want {
			t.Errorf("%s of %d asks %v %q", c.verb, c.n, q.Kind, q.Want())
		}
	}
}

func selectionOf(t *testing.T, n int) model.Selection {
	t.Helper()
	var keys []model.Key
	for i := range n {
		keys = append(keys, key(i))
	}
	s, err := model.NewSelection(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestOnlyTheRightAnswerIsTakenAndAWrongOneStays(t *testing.T) {
	for _, c := range []struct {
		verb  model.Verb
		typed string
		taken string
		right bool
	}{
		{model.Restart, "12", "12", true},
		{model.Restart, "1,2", "1,2", true},
		{model.Restart, "1 2", "12", true},
		{model.Restart, "0012", "0012", false},
		{model.Restart, "13", "13", false},
		{model.Restart, "", "", false},
		{model.Restart, "twelve", "", false},
		{model.Delete, "delete", "delete", true},
		{model.Delete, "Delete", "Delete", false},
		{model.Delete, "12delete", "delete", true},
		{model.Delete, "delet", "delet", false},
		{model.Retry, "y", "", false},
	} {
		p := model.Plan{Verb: c.verb, Selection: selectionOf(t, 12)}
		q := p.Question()
		for _, r := range c.typed {
			if q.Takes(string(r)) {
				q.Type(string(r))
			}
		}
		if q.Typed() != c.taken || q.Try() != c.right || q.Typed() != c.taken {
			t.Errorf("%s, %q: took %q, right: %v", c.verb, c.typed, q.Typed(), q.Try())
		}
		if q.Wrong() == c.right && q.Kind != model.YesNo {
			t.Errorf("%s, %q: wrong is %v", c.verb, c.typed, q.Wrong())
		}
	}
}

func TestWhatIsLeftOfAWrongAnswerIsNoPartOfTheNext(t *testing.T) {
	for name, next := range map[string]func(q *model.Question){
		"completed":             func(q *model.Question) { q.Type("2") },
		"erased and completed":  func(q *model.Question) { q.Erase(); q.Type("2") },
		"entered again":         func(*model.Question) {},
		"erased and entered":    func(q *model.Question) { q.Erase() },
		"typed and taken back":  func(q *model.Question) { q.Type("1"); q.Erase() },
		"a part, twice entered": func(q *model.Question) { q.Type("1"); q.Try(); q.Type("2") },
	} {
		p := model.Plan{Verb: model.Restart, Selection: selectionOf(t, 12)}
		q := p.Question()
		q.Type("1")
		q.Try()
		if next(&q); q.Try() {
			t.Errorf("%s: it is taken", name)
		}
		q.Type("1")
		q.Type("2")
		if q.Wrong() || q.Typed() != "12" || !q.Try() {
			t.Errorf("%s: %q is not taken", name, q.Typed())
		}
	}
}

func TestATypedAnswerCanBeMended(t *testing.T) {
	p := model.Plan{Verb: model.Delete, Selection: selectionOf(t, 1)}
	q := p.Question()
	for _, r := range "deletx" {
		q.Type(string(r))
	}
	q.Erase()
	q.Type("e")
	if q.Wrong() || !q.Try() {
		t.Errorf("%q is not taken", q.Typed())
	}
	for range 100 {
		q.Type("e")
	}
	if len(q.Typed()) > 30 {
		t.Error("an answer grows without end")
	}
	for range 100 {
		q.Erase()
	}
	if q.Typed() != "" {
		t.Errorf("%q is left", q.Typed())
	}
}
