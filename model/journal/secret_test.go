package journal

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

func TestNoSecretAndNoBodyIsEverInAFileButTheTrash(t *testing.T) {
	const secret = "S3cr3tThatMustNotBeKept"
	const token = "eyJVc2VySUQiOiJkZWZhdWx0VXNlciIsIlBhc3N3b3JkIjoiZGVmYXVsdFBhc3N3b3JkIn0="
	dir := t.TempDir()
	j := session(t, dir, newClock())
	o := operation("redrive-1", 2)
	o.Overrides.Forward = []string{"Authorization: Bearer " + secret, "X-Plain:" + secret}
	o.Overrides.Values[model.SetCallback] = "https://user:" + secret + "@cb.example/done?key=" + secret
	o.Overrides.Values[model.SetFailureCallback] = "https://cb.example/failed#" + secret
	o.Entries[0].URL = "https://user:" + secret + "@a.example/hook?token=" + secret + "#" + secret
	o.Filter = &model.ServerFilter{URLs: []string{"https://a.example/hook?x=" + secret}, WorkflowURLs: []string{"https://u:" + secret + "@a.example"}}
	must(t, j.Begin(o))
	for i, err := range []error{
		&model.LostAnswerError{Host: "h", Cause: errors.New(`Post "https://h/v2?token=` + secret + `": EOF`)},
		&model.BadRequestError{Host: "h", Status: 400, Detail: `{"password":"` + secret + `"} Bearer ` + secret},
		&model.UnauthorizedError{Host: "h", Status: 401, Detail: "no such token " + token},
		errors.New("https://user:" + secret + "@h/ and " + token),
	} {
		_, _ = j.Wrap(answers(model.WriteResult{}, err)).Do(t.Context(), retry(t, "redrive-1", i%2))
		must(t, j.Note("redrive-1", []model.Note{{Outcome: model.Outcome{State: model.InDoubt, Reason: err.Error()}}}))
	}
	m := model.NewMessage{
		Destination: "https://a.example/hook?key=" + secret, Body: []byte(secret),
		Header: []model.HeaderField{{Name: "X-Key", Value: secret}},
	}
	m.Overrides.Values[model.SetCallback] = "https://cb.example/?key=" + secret
	b := j.Wrap(server{publish: func(m model.NewMessage) (model.Created, error) {
		return model.Created{}, &model.BadRequestError{Host: "h", Status: 400, Detail: "the body is " + string(m.Body)}
	}})
	if _, err := b.Publish(t.Context(), m); err == nil {
		t.Fatal("the refusal was not handed on")
	}
	all := files(t, dir)
	if len(all) != 3 {
		t.Fatalf("there are %d files", len(all))
	}
	for path, content := range all {
		if strings.Contains(content, secret) || strings.Contains(content, token[:20]) {
			t.Errorf("%s has a secret in it:\n%s", path, content)
		}
	}
}

func TestWhatWasLeftOutCannotBeSentAgain(t *testing.T) {
	for name, o := range map[string]model.Overrides{
		"forwarded header":  {Forward: []string{"Authorization: Bearer abcdefgh"}},
		"callback's query":  overrides(model.SetCallback, "https://a.example/?key=1"),
		"callback's user":   overrides(model.SetCallback, "https://u@a.example/"),
		"failure's address": overrides(model.SetFailureCallback, "https://u:p@a.example/"),
	} {
		if len(o.Check()) != 0 {
			t.Fatalf("%s: it could not be sent at first", name)
		}
		first := operation("redrive-1", 1)
		first.Overrides = o
		again, err := formOfOperation(first).operation()
		must(t, err)
		if len(again.Overrides.Check()) == 0 {
			t.Errorf("%s: %+v would be sent", name, again.Overrides)
		}
	}
	first := operation("redrive-1", 1)
	first.Filter = &model.ServerFilter{URLs: []string{"https://a.example/?key=1"}}
	again, err := formOfOperation(first).operation()
	must(t, err)
	if _, err := model.NewMatching(account, model.Message, *again.Filter); err == nil {
		t.Errorf("the filter %+v would be sent", again.Filter)
	}
	first.Filter.URLs = []string{"https://a.example/hook"}
	first.Overrides = overrides(model.SetCallback, "https://a.example/done")
	if again, err = formOfOperation(first).operation(); err != nil || again.Filter.URLs[0] != "https://a.example/hook" || again.Overrides.Values != first.Overrides.Values {
		t.Errorf("what has no secret came back as %+v", again)
	}
}

func overrides(s model.Setting, v string) (o model.Overrides) {
	o.Values[s] = v
	return o
}

func TestEveryErrorComesBackAsWhatItWas(t *testing.T) {
	until := epoch.Add(time.Hour)
	for _, err := range []error{
		&model.LostAnswerError{Host: "h", Cause: errors.New("EOF")},
		&model.LostAnswerError{Host: "h"},
		&model.SomeNotFoundError{Host: "h", Detail: "some messages were not found"},
		&model.NotFoundError{What: "message 1-0", Detail: "no such message"},
		&model.RateLimitedError{Host: "h", Until: until},
		&model.RateLimitedError{Host: "h", Until: until, Daily: true},
		&model.RateLimitedError{Host: "h"},
		&model.UnauthorizedError{Host: "h", Status: 403, Detail: "no"},
		&model.ReadOnlyError{Verb: model.Resume},
		&model.ReadOnlyError{What: "publishing"},
		&model.NotRecordedError{Cause: errors.New("full")},
		&model.BadRequestError{Host: "h", Status: 422, Detail: "no"},
		&model.QuotaError{Detail: "quota maxRetries exceeded"},
		&model.RefusedError{Reason: "it is empty"},
		&model.NeverSentError{Host: "h", Cause: errors.New("connection refused")},
		&model.ServerError{Host: "h", Status: 502, Detail: "no"},
		&model.LostAnswerError{Host: "h", Status: 500, Cause: errors.New("no")},
		&model.UnreadableError{Host: "h", What: "it is not JSON", Detail: "<html>"},
		errors.New("something else"),
	} {
		if got := recordedError(t, err); reflect.TypeOf(got) != reflect.TypeOf(err) || got.Error() != err.Error() {
			t.Errorf("%T came back as %T: %v", err, got, got)
		}
	}
	// What caused a loss is no answer.
	if _, is := errors.AsType[*model.LostAnswerError](recordedError(t, &model.LostAnswerError{Cause: &model.NotFoundError{}})); !is {
		t.Error("a lost answer came back as its cause")
	}
	if (&errorForm{Class: "of a later version", Detail: "x"}).error().Error() != "x" {
		t.Error("a class that is not known has lost its text")
	}
	long := recordedError(t, &model.QuotaError{Detail: strings.Repeat("é ", 4000)})
	if len(long.Error()) > 2*mostText || !strings.Contains(long.Error(), "…") {
		t.Errorf("a long text is recorded with %d bytes", len(long.Error()))
	}
}

// recordedError is an error after it was recorded.
func recordedError(t *testing.T, err error) error {
	t.Helper()
	j := InMemory()
	must(t, j.Begin(operation("redrive-1", 1)))
	_, _ = j.Wrap(answers(model.WriteResult{}, err)).Do(t.Context(), retry(t, "redrive-1", 0))
	must(t, j.End("redrive-1"))
	past, e := j.Past(1)
	must(t, e)
	if !past[0].Calls[0].Answered || past[0].Calls[0].Err == nil {
		t.Fatalf("%+v", past[0].Calls[0])
	}
	return past[0].Calls[0].Err
}

func TestTextsKeepWhatIsNoSecret(t *testing.T) {
	for _, s := range []string{
		"", "the answer was lost, and after 30 s it is still in the DLQ",
		"the server took it for a duplicate of msg_7YoJxFpwkEy5zBp378JgvD6YBDPBEqkBPje2JGTCEUiASMJQ1FwY9",
		"https://api.acme.io/webhooks/orders/failed answered with 503", "quota maxRetries exceeded",
	} {
		if got := scrub(s); got != s {
			t.Errorf("%q became %q", s, got)
		}
	}
}
