package model

import (
	"fmt"
	"strings"
	"time"
)

// mostInReport is how many entries of a state a report names.
const mostInReport = 50

// Report is what became of a job, as Markdown. Text of the server in it is raw but on one line.
func (j *Job) Report(title string, now time.Time, zone *time.Location) string {
	var b strings.Builder
	p := &j.Plan
	kind := p.Selection.Kind()
	clock := func(t time.Time) string { return t.In(zone).Format("2006-01-02 15:04:05 MST") }
	fmt.Fprintf(&b, "# %s of %d %s\n\n", titled(p.Verb.String()), j.Len(), kind.Noun(j.Len()))
	fmt.Fprintf(&b, "- account: %s\n- operation: `%s`\n- confirmed: %s\n- this report: %s\n- state: %s\n",
		oneLine(title), p.Operation, clock(p.FrozenAt), clock(now), j.State())
	if j.reason != "" {
		fmt.Fprintf(&b, "- stopped: %s\n", oneLine(j.reason))
	}
	if p.ByFilter() {
		fmt.Fprintf(&b, "- by filter, on the server: it says that it did %d; %d more than were on the list\n", j.Swept(), j.Extra())
	}
	for i, c := range j.Beyond() {
		if i == mostInReport {
			fmt.Fprintf(&b, "- and %d more\n", len(j.Beyond())-i)
			break
		}
		fmt.Fprintf(&b, "- not on the list, and made: %s\n", cell(c.MessageID+c.WorkflowRunID))
	}
	if n := j.counts[InDoubt] + j.counts[GoneUnknownHow]; n > 0 && p.Verb.Creates() && p.Operation != "" {
		path := "/v2/logs?label="
		if kind == WorkflowRun {
			path = "/v2/workflows/logs?label="
		}
		fmt.Fprintf(&b, "- to look further for the %d in doubt: `curl -H \"Authorization: Bearer $QSTASH_TOKEN\" \"$QSTASH_URL%s%s\"`\n", n, path, p.Operation)
	}
	b.WriteString("\n| outcome | entries |\n|---|---:|\n")
	counts := j.Counts()
	for _, s := range OutcomeStates {
		if n := counts[s]; n > 0 {
			fmt.Fprintf(&b, "| %s | %d |\n", Outcome{State: s, Verb: p.Verb}.Words(), n)
		}
	}
	fmt.Fprintf(&b, "| **all** | **%d** |\n", j.Len())
	b.WriteString("\n## By destination\n\n| destination | entries |\n|---|---:|\n")
	for _, c := range p.ByDestination() {
		fmt.Fprintf(&b, "| %s | %d |\n", cell(c.Value), c.N)
	}
	for _, s := range OutcomeStates {
		if s == Delivered || s == Sent || counts[s] == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n## %s: %d\n\n| entry | message or run | became | why |\n|---|---|---|---|\n", titled(Outcome{State: s, Verb: p.Verb}.Words()), counts[s])
		named := 0
		for i := range j.items {
			o := j.Outcome(i)
			if o.State != s {
				continue
			}
			if named++; named > mostInReport {
				continue
			}
			e := &p.Entries[i]
			id := e.MessageID
			if kind == WorkflowRun {
				id = e.WorkflowRunID
			}
			why := o.Reason
			if o.Among > 1 {
				why = strings.TrimSuffix(fmt.Sprintf("one of %d that shared a call, of which it is known how many and not which; %s", o.Among, why), "; ")
			}
			fmt.Fprintf(&b, "| %s | %s | %s | %s |\n", cell(j.Key(i).ID), cell(id), cell(o.Known()), cell(why))
		}
		if named > mostInReport {
			fmt.Fprintf(&b, "\nand %d more.\n", named-mostInReport)
		}
	}
	return b.String()
}

// Known is what [Outcome.Became] says when it is known of this very entry, and not only that it is of one of several.
func (o Outcome) Known() string {
	if o.Among > 1 && o.BackAs.IsZero() {
		return ""
	}
	return o.Became()
}

// Became is the id of what an entry became: its new entry when it came back, else the new message or run; empty when
// neither is known.
func (o Outcome) Became() string {
	switch {
	case !o.BackAs.IsZero():
		return o.BackAs.ID
	case o.Created.WorkflowRunID != "":
		return o.Created.WorkflowRunID
	}
	return o.Created.MessageID
}

func titled(s string) string { return strings.ToUpper(s[:1]) + s[1:] }

// cell is text for a cell of a table in Markdown.
func cell(s string) string {
	return strings.NewReplacer(`\`, `\\`, "|", `\|`, "`", "'", "<", "&lt;").Replace(oneLine(s))
}

// oneLine is text without line breaks and other controls.
func oneLine(s string) string {
	const longest = 300
	s = strings.Map(func(r rune) rune {
		if acts(r) || r < ' ' {
			return ' '
		}
		return r
	}, s)
	if len(s) > longest {
		s = strings.ToValidUTF8(s[:longest], "") + "…"
	}
	return s
}
