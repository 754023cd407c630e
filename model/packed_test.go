package model_test

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

// odd draws entries of all that there is, and of what cannot be packed.
func odd() *rapid.Generator[model.Entry] {
	return rapid.Custom(func(t *rapid.T) model.Entry {
		e := alike(rapid.SampledFrom(model.Kinds[:]).Draw(t, "kind")).Draw(t, "entry")
		e.Key.ID = rapid.SampledFrom([]string{e.Key.ID, "é", "\xff", strings.Repeat("x", 200), strings.Repeat("x", 70_000), ""}).Draw(t, "id") + fmt.Sprint(rapid.IntRange(0, 3).Draw(t, "n"))
		e.Key.DLQ = rapid.SampledFrom([]model.DLQ{account, "", "other"}).Draw(t, "dlq")
		e.MessageID = rapid.SampledFrom([]string{e.MessageID, "\xc3", "MSG_1", strings.Repeat("m", 54), strings.Repeat("m", 55)}).Draw(t, "message id")
		e.Response = model.MaskText(e.Response)
		e.ResponseCut = rapid.Bool().Draw(t, "cut")
		e.FirstLabelOnly = rapid.Bool().Draw(t, "first")
		e.MaxRetries = rapid.SampledFrom([]int{-129, -1, 0, 3, 127, 128, 40_000}).Draw(t, "retries")
		e.Sequence = rapid.SampledFrom([]uint32{0, 1, 1<<32 - 1}).Draw(t, "sequence")
		e.Problem = rapid.SampledFrom([]string{"", "the body could not be read"}).Draw(t, "problem")
		e.Endpoint = text().Draw(t, "endpoint")
		e.Cause.Destination, e.Cause.Text, e.Cause.Step = e.URL, e.Response, text().Draw(t, "step")
		if rapid.IntRange(0, 4).Draw(t, "nil") == 0 {
			e.Labels = nil
		}
		far := time.Date(300_000_000, 1, 1, 0, 0, 0, 0, time.UTC)
		times := []time.Time{{}, epoch, epoch.Local(), epoch.Add(time.Nanosecond), epoch.In(time.FixedZone("x", 3600)), far, time.UnixMilli(-1)}
		e.CreatedAt = rapid.SampledFrom(append(times, e.CreatedAt)).Draw(t, "created")
		e.FailedAt = rapid.SampledFrom(append(times, e.FailedAt)).Draw(t, "failed")
		own := fmt.Sprintf("%d-%d", e.FailedAt.UnixMilli(), e.Sequence)
		e.Key.ID = rapid.SampledFrom([]string{e.Key.ID, own, own, "0" + own, own + "0"}).Draw(t, "own id")
		return e
	})
}

// storeOf are entries in a store, each a row.
func storeOf(t *rapid.T) (*model.Store, []model.Entry) {
	s := model.NewStore()
	var rows []model.Entry
	for _, e := range rapid.SliceOfN(odd(), 1, 20).Draw(t, "entries") {
		if row, _ := s.Put(e); int(row) == len(rows) {
			rows = append(rows, e)
		}
	}
	return s, rows
}

func TestAnEntryIsTakenOutAsItWasPutIn(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, rows := storeOf(t)
		for i, want := range rows {
			got := *s.At(model.Row(i))
			if diff := cmp.Diff(want, got); diff != "" {
				t.Fatal(diff)
			}
			if want.FailedAt.Format(time.RFC3339Nano) != got.FailedAt.Format(time.RFC3339Nano) {
				t.Fatalf("%v was put in, and %v taken out", want.FailedAt, got.FailedAt)
			}
			if row, known := s.Find(want.Key); !known || s.Key(model.Row(i)) != want.Key || s.Key(row) != want.Key {
				t.Fatalf("%v leads to row %d", want.Key, row)
			}
		}
	})
}

func TestRowsAreJudgedAsTheirEntriesAre(t *testing.T) {
	seen := map[model.Verdict]int{}
	rapid.Check(t, func(t *rapid.T) {
		s, rows := storeOf(t)
		f := anyFilter().Draw(t, "filter")
		if rapid.Bool().Draw(t, "alike") {
			terms := rapid.SliceOf(rapid.SampledFrom(rows[0].FilterValues())).Draw(t, "terms")
			f = filter(t, strings.Join(terms, " "))
		}
		verdicts := s.JudgeRows(f, rapid.SampledFrom([]int{0, 1000}).Draw(t, "expected"))
		for i := range rows {
			want := f.Judge(s.At(model.Row(i)), nil)
			seen[want]++
			if verdicts[i] != want {
				t.Fatalf("%q: row %d is judged %v, its entry %v: %+v", f, i, verdicts[i], want, *s.At(model.Row(i)))
			}
		}
	})
	// Whether a text is needed to judge is drawn seldom.
	if len(seen) < 2 {
		t.Errorf("not every verdict was given: %v", seen)
	}
}

func TestRowsAreOrderedAsTheirEntriesAre(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s, rows := storeOf(t)
		orders := slices.Concat(model.Orders(model.Message), model.Orders(model.WorkflowRun))
		by := model.Sorting{Order: rapid.SampledFrom(orders).Draw(t, "order"), Reversed: rapid.Bool().Draw(t, "reversed")}
		for a := range rows {
			for b := range rows {
				got := s.CompareRows(by, model.Row(a), model.Row(b))
				if want := model.CompareEntries(by, s.At(model.Row(a)), s.At(model.Row(b))); got != want {
					t.Fatalf("%v: %d and %d compare as %d, want %d", by, a, b, got, want)
				}
			}
		}
	})
}

// fill gives everything in a value something that is not its zero.
func fill(v reflect.Value, n *int) {
	*n++
	switch v.Kind() {
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(epoch.Add(time.Duration(*n) * time.Second)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i), n)
		}
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 2, 2))
		for i := range v.Len() {
			fill(v.Index(i), n)
		}
	case reflect.String:
		v.SetString(fmt.Sprint("value", *n))
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(*n))
	case reflect.Int, reflect.Int64:
		v.SetInt(int64(*n))
	default:
		panic(v.Type().String() + " is not filled")
	}
}

func TestEveryFieldOfAnEntryIsKept(t *testing.T) {
	var e model.Entry
	n := 0
	fill(reflect.ValueOf(&e).Elem(), &n)
	s := model.NewStore()
	row, _ := s.Put(e)
	if diff := cmp.Diff(e, *s.At(row)); diff != "" {
		t.Error(diff)
	}
	for i := range reflect.TypeFor[model.Entry]().NumField() {
		other := e
		reflect.ValueOf(&other).Elem().Field(i).SetZero()
		other.Key.ID = fmt.Sprint("other", i) // entries of one id differ in nothing that the id says
		row, _ := s.Put(other)
		if diff := cmp.Diff(other, *s.At(row)); diff != "" {
			t.Errorf("without %s: %s", reflect.TypeFor[model.Entry]().Field(i).Name, diff)
		}
	}
}
