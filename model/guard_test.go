package model_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

const quiet = 400 * time.Millisecond

func TestAnswerIsTakenOnlyOnceTheSheetCouldBeRead(t *testing.T) {
	type step struct {
		at   int // milliseconds
		do   string
		want bool // of an answer: whether it is taken
	}
	for name, steps := range map[string][]step{
		"never drawn":                 {{0, "answer", false}, {5000, "answer", false}},
		"drawn, then quiet":           {{0, "frame", false}, {400, "answer", true}},
		"too early":                   {{0, "frame", false}, {399, "answer", false}},
		"an early answer waits anew":  {{0, "frame", false}, {399, "answer", false}, {798, "answer", false}, {1198, "answer", true}},
		"typed before the frame":      {{0, "answer", false}, {0, "answer", false}, {10, "frame", false}, {409, "answer", false}},
		"frames while it stands":      {{0, "frame", false}, {300, "frame", false}, {400, "answer", true}},
		"another's key":               {{0, "frame", false}, {500, "foreign", false}, {899, "answer", false}, {1299, "answer", true}},
		"a key of its own early":      {{0, "frame", false}, {300, "own", false}, {699, "answer", false}},
		"a key of its own later":      {{0, "frame", false}, {500, "own", false}, {501, "answer", true}},
		"several digits":              {{0, "frame", false}, {400, "answer", true}, {401, "answer", true}, {402, "answer", true}},
		"too small":                   {{0, "frame", false}, {500, "unreadable", false}, {2000, "answer", false}},
		"too small, then drawn again": {{0, "frame", false}, {500, "unreadable", false}, {600, "frame", false}, {999, "answer", false}, {1399, "answer", true}},
	} {
		t.Run(name, func(t *testing.T) {
			var g model.Guard
			for _, s := range steps {
				if taken := guarded(&g, s.do, epoch.Add(time.Duration(s.at)*time.Millisecond)); taken != s.want {
					t.Errorf("%s at %d: taken %v", s.do, s.at, taken)
				}
			}
		})
	}
}

func guarded(g *model.Guard, do string, now time.Time) (taken bool) {
	switch do {
	case "frame":
		g.Stood(now)
	case "unreadable":
		g.Unreadable()
	case "own":
		g.OwnKey(now)
	case "foreign":
		g.ForeignKey(now)
	case "answer":
		return g.Answer(now)
	}
	return false
}

func TestSheetSaysHowItIsAnsweredOnceAKeyWasSwallowed(t *testing.T) {
	for do, want := range map[string]bool{"frame": false, "own": false, "answer": true, "foreign": true} {
		var g model.Guard
		guarded(&g, do, epoch)
		if g.Warned() != want {
			t.Errorf("%s: %v", do, g.Warned())
		}
		if g.Unreadable(); g.Warned() != want {
			t.Errorf("%s: forgotten when the window is too small", do)
		}
	}
	var g model.Guard
	g.Stood(epoch)
	if g.Answer(epoch.Add(quiet)); g.Warned() {
		t.Error("an answer that was taken warns")
	}
}

// Whatever was drawn and typed before, an answer is taken exactly when a frame has stood and both it and the last key
// that was not taken are the quiet time old.
func TestAnswerNeedsAQuietTimeAfterWhateverCameBefore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var (
			g     model.Guard
			now   = epoch
			frame time.Time // the first since the sheet could not be read
			key   time.Time // the last that was not taken
		)
		for range rapid.IntRange(1, 30).Draw(t, "steps") {
			now = now.Add(rapid.SampledFrom([]time.Duration{0, 1, quiet / 2, quiet - 1, quiet, time.Hour}).Draw(t, "passes"))
			opens := frame.Add(quiet)
			if k := key.Add(quiet); k.After(opens) {
				opens = k
			}
			open := !frame.IsZero() && !now.Before(opens)
			if at, ok := g.OpensAt(); ok == frame.IsZero() || ok && !at.Equal(opens) {
				t.Fatalf("says that it opens at %v, %v; want %v", at, ok, opens)
			}
			if g.Open(now) != open {
				t.Fatalf("open: %v, want %v", g.Open(now), open)
			}
			do := rapid.SampledFrom([]string{"frame", "unreadable", "own", "foreign", "answer", "answer"}).Draw(t, "do")
			if taken := guarded(&g, do, now); taken != (do == "answer" && open) {
				t.Fatalf("%s: taken %v, open %v", do, taken, open)
			}
			switch {
			case do == "frame" && frame.IsZero():
				frame = now
			case do == "unreadable":
				frame, key = time.Time{}, time.Time{}
			case do == "foreign", do != "frame" && !open:
				key = now
			}
		}
	})
}

func TestKeysThatComeInOneBurstNeverAnswerTheSheetTheyOpen(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var g model.Guard
		for _, do := range rapid.SliceOfN(rapid.SampledFrom([]string{"own", "foreign", "answer"}), 1, 20).Draw(t, "burst") {
			if guarded(&g, do, epoch) {
				t.Fatal("taken")
			}
		}
		g.Stood(epoch)
		for _, do := range rapid.SliceOfN(rapid.SampledFrom([]string{"own", "foreign", "answer"}), 1, 20).Draw(t, "rest") {
			if guarded(&g, do, epoch.Add(quiet-1)) {
				t.Fatal("taken")
			}
		}
	})
}
