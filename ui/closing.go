package ui

import (
	"fmt"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// namedAtEnd is how many entries are named when the program ends.
const namedAtEnd = 20

// Close ends the session once the program has ended: nothing is sent any more, and answers that came too late for the
// screen are taken in. It returns what is not settled or still awaited, with what is known of it, the sums last.
func (m *Model) Close() []string {
	for _, r := range m.calls.close() {
		m.jobs[r.Step.Job-1].Apply(r, m.opts.Now())
	}
	if m.opts.Recorder != nil {
		_ = writeNotes(m.opts.Recorder, m.notes())
	}
	out := m.abandonExport()
	if p := m.publishing; p != nil {
		out = append(out, fmt.Sprintf("publishing anew: %d of %d were published, and perhaps one more", p.made.Load(), p.of))
	}
	unnamed := 0
	var sums []string
	for _, j := range m.jobs {
		if j.Restored || j.Unsettled()+j.Awaited()+j.Count(model.InDoubt) == 0 {
			continue
		}
		counts := map[model.OutcomeState]int{}
		for i := range j.Len() {
			o := j.Outcome(i)
			if o.State == model.Sending && !m.calls.open(j.Number, j.Key(i)) {
				o.State = model.NotSent
			}
			counts[o.State]++
			if o.Settled() && o.State != model.InDoubt {
				continue
			}
			if len(out) == namedAtEnd {
				unnamed++
				continue
			}
			out = append(out, text.Sprintf("%s of %s %s: %s", j.Plan.Verb.String(), j.Plan.Selection.Kind().Noun(1), j.Key(i).ID, o.State.String()).String())
		}
		sums = append(sums, text.Sprintf("%s of %s (%s): %s", j.Plan.Verb.String(), count(j.Len(), j.Plan.Selection.Kind()), j.Plan.Operation, outcomeCounts(counts, j.Plan.Verb)).String())
	}
	if unnamed > 0 {
		out = append(out, fmt.Sprintf("and %s more", humanize.Comma(int64(unnamed))))
	}
	out = append(out, sums...)
	if (len(sums) > 0 || m.publishing != nil) && m.opts.Recorder != nil && m.opts.Durable {
		out = append(out, "start redrive again: 4 shows what became of it, and R there goes on with what was not sent")
	}
	return out
}

// outcomeCounts are the outcomes that there are, with how many entries have each.
func outcomeCounts(counts map[model.OutcomeState]int, v model.Verb) text.Safe {
	var parts []text.Safe
	for _, s := range model.OutcomeStates {
		if n := counts[s]; n > 0 {
			parts = append(parts, text.Sprintf("%s %s", humanize.Comma(int64(n)), model.Outcome{State: s, Verb: v}.Words()))
		}
	}
	return text.Join(text.Const(", "), parts...)
}
