package model_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

func filterAt(t rapid.TB, line string, now time.Time) model.Filter {
	t.Helper()
	f, err := model.ParseFilterAt(line, now)
	if err != nil {
		t.Fatalf("filter %q: %v", line, err)
	}
	return f
}

// failed is an entry that failed so long before epoch.
func failed(ago time.Duration) model.Entry {
	return model.Entry{FailedAt: epoch.Add(-ago), CreatedAt: epoch.Add(-ago - time.Hour)}
}

// unknown is an entry whose time of failure is not known, and which was created so long before epoch.
func unknown(ago time.Duration) model.Entry { return model.Entry{CreatedAt: epoch.Add(-ago)} }

func TestTimesAreThoseOfTheFailure(t *testing.T) {
	const h, ms = time.Hour, time.Millisecond
	for _, c := range []struct {
		line string
		e    model.Entry
		want bool
	}{
		{"since:2h", failed(2 * h), true},
		{"since:2h", failed(2*h + ms), false},
		{"since:2h", failed(-h), true}, // the clock of the server is ahead
		{"since:0s", failed(0), true},
		{"since:1h30m", failed(90 * time.Minute), true},
		{"since:90m", failed(90*time.Minute + ms), false},
		{"since:3d", failed(72 * h), true},
		{"since:1w1d", failed(8 * 24 * h), true},
		{"since:1w1d", failed(8*24*h + ms), false},
		{"since:2026-11-20", failed(3 * h), true},
		{"since:2026-11-20", failed(3*h + ms), false},
		{"since:2026-11-20T02:00:00Z", failed(h), true},
		{"since:2026-11-20T02:00:00Z", failed(h + ms), false},
		{"since:2026-11-20T03:00:00+01:00", failed(h), true},
		{"since:2026-11-20T03:00:00.001+01:00", failed(h), false},

		{"until:2h", failed(2 * h), true},
		{"until:2h", failed(2*h - ms), false},
		{"until:2026-11-20", failed(-21*h + ms), true},
		{"until:2026-11-20", failed(-21 * h), false},
		{"until:2026-11-19", failed(3*h + ms), true},
		{"until:2026-11-19", failed(3 * h), false},
		{"until:2026-11-20T02:00:00Z", failed(h), true},
		{"until:2026-11-20T02:00:00Z", failed(h - ms), false},

		{"age:2h", failed(2 * h), true},
		{"age:2h", failed(2*h + ms), false},
		{"age:2h", failed(-h), true},
		{"age:<2h", failed(2 * h), false},
		{"age:<2h", failed(2*h - ms), true},
		{"age:>2h", failed(2 * h), false},
		{"age:>2h", failed(2*h + ms), true},
		{`age:">2h"`, failed(2*h + ms), true},

		{"since:3h until:1h", failed(2 * h), true},
		{"since:3h until:1h", failed(4 * h), false},
		{"since:3h until:1h", failed(0), false},
		{"since:1h since:3h", failed(2 * h), true},
		{"age:<1h age:>3h", failed(2 * h), false},
		{"age:<1h age:>3h", failed(4 * h), true},
		{"-since:2h", failed(2 * h), false},
		{"-since:2h", failed(2*h + ms), true},
		{"-until:2h", failed(2*h - ms), true},
		{"-age:>2h", failed(2 * h), true},

		// What failed at an unknown time is shown unless it was created too late to have failed early.
		{"since:2h", unknown(h), true},
		{"since:2h", unknown(3 * h), true},
		{"-since:2h", unknown(h), false},
		{"-since:2h", unknown(2 * h), false},
		{"-since:2h", unknown(3 * h), true},
		{"until:2h", unknown(3 * h), true},
		{"until:2h", unknown(h), false},
		{"-until:2h", unknown(3 * h), true},
		{"-until:2h", unknown(h), true},
		{"age:2h", unknown(3 * h), true},
		{"age:2h", unknown(h), true},
		{"age:>2h", unknown(3 * h), true},
		{"age:>2h", unknown(h), false},
		{"-age:>2h", unknown(3 * h), true},
		{"since:2h", model.Entry{}, true},
		{"-since:2h", model.Entry{}, true},
		{"until:2h", model.Entry{}, true},
		{"-until:2h", model.Entry{}, true},
		{"-since:0001-01-01T00:00:00Z", model.Entry{}, true},
	} {
		if f := filterAt(t, c.line, epoch); f.Match(&c.e) != c.want {
			t.Errorf("%s: got %v for what failed at %v and was created at %v", c.line, !c.want, c.e.FailedAt, c.e.CreatedAt)
		}
	}
}

func TestDayIsThatOfTheZoneOfNow(t *testing.T) {
	tokyo := time.FixedZone("JST", 9*60*60)
	begin := model.Entry{FailedAt: time.Date(2026, 11, 19, 15, 0, 0, 0, time.UTC)}
	before := model.Entry{FailedAt: begin.FailedAt.Add(-time.Millisecond)}
	since, until := filterAt(t, "since:2026-11-20", epoch.In(tokyo)), filterAt(t, "until:2026-11-19", epoch.In(tokyo))
	if !since.Match(&begin) || since.Match(&before) || until.Match(&begin) || !until.Match(&before) {
		t.Error("the day does not begin at midnight in Tokyo")
	}
}

func TestWhatIsNoTimeIsAMistake(t *testing.T) {
	for _, value := range []string{
		"h", "2", "2x", "-2h", "+2h", "1.5h", "2h2h", "2m3h", "2 h", "2H", "101y", "5215w", "36501d", "99999999999999999999999s", "36500d1s",
		"2026-02-30", "2026-1-1", "20261120", "2026-11-20T03:00", "yesterday", "é", "<", ">", "<<2h",
	} {
		for _, field := range []string{"since", "until", "age"} {
			line := `x ` + field + `:"` + value + `" y`
			_, err := model.ParseFilterAt(line, epoch)
			wrong, ok := errors.AsType[*model.FilterError](err)
			if !ok || line[wrong.Start:wrong.End] != line[2:len(line)-2] || !strings.HasPrefix(wrong.Problem, field+" takes ") {
				t.Errorf("%s: %v", line, err)
			}
		}
	}
	for _, line := range []string{"since:<2h", "until:>2h", "age:2026-11-20", "age:2026-11-20T03:00:00Z"} {
		if f, err := model.ParseFilterAt(line, epoch); err == nil {
			t.Errorf("%s was read as %v", line, f)
		}
	}
	filterAt(t, "since:36500d until:5214w age:>876000h", epoch)
}

func TestFilterThatNeedsTheTimeIsNotReadWithout(t *testing.T) {
	for _, line := range []string{"since:2h", "until:3d", "age:2h", "age:<2h", "-age:>2h", "since:2026-11-20", "until:2026-11-20"} {
		f, err := model.ParseFilter("status:503 " + line)
		if wrong, ok := errors.AsType[*model.FilterError](err); !ok || !f.IsEmpty() || wrong.Start != len("status:503 ") || !strings.Contains(wrong.Problem, "not known") {
			t.Errorf("%s: %v, %v", line, f, err)
		}
	}
	const line = "since:2026-11-20T02:00:00Z -until:2026-11-20T01:00:00Z"
	if f := filter(t, line); !reflect.DeepEqual(f, filterAt(t, line, epoch)) {
		t.Error("a time that is given whole depends on now")
	}
}

func TestFilterKeepsItsTextWhenTheTimeGoesOn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		f := anyFilter().Draw(t, "filter")
		later := epoch.Add(time.Duration(rapid.Int64Range(-1e15, 1e15).Draw(t, "later")))
		moved := f.At(later)
		if moved.String() != f.String() {
			t.Fatalf("%q became %q", f, moved)
		}
		if !reflect.DeepEqual(moved, filterAt(t, f.String(), later)) || !reflect.DeepEqual(moved.At(epoch), f) {
			t.Fatalf("%q is not the filter that is read at that time", f)
		}
		if !reflect.DeepEqual(f.At(time.Time{}), f) {
			t.Fatalf("%q changed at no time", f)
		}
	})
}

func TestTimeGoesOnOnlyWhenItIsSaid(t *testing.T) {
	e := failed(time.Hour)
	f := filterAt(t, "since:2h", epoch)
	later := f.At(epoch.Add(3 * time.Hour))
	if !f.Match(&e) || later.Match(&e) {
		t.Error("2h are not counted from the time that was given")
	}
}
