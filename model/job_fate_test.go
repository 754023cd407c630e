package model_test

import (
	"context"
	"fmt"
	"slices"
	"time"

	"pgregory.net/rapid"

	"redrive/model"
)

func (d *dlqModel) look(keys []model.Key, f fate) ([]model.Entry, error) {
	var found []model.Entry
	for _, k := range keys {
		it := &d.items[d.of[k]]
		it.underWay = false
		if f == expired && !it.later {
			it.there = false
		}
		it.seen = it.there
		if it.there {
			found = append(found, model.Entry{Key: k})
		}
	}
	switch f {
	case burst:
		return nil, &model.RateLimitedError{Host: "h"}
	case neverSent:
		return nil, &model.NeverSentError{Host: "h"}
	case lostUndone, lostDone:
		return nil, &model.LostAnswerError{Host: "h"}
	case badAnswer:
		return nil, &model.ServerError{Host: "h", Status: 500}
	case unauthorized:
		return nil, &model.UnauthorizedError{Host: "h", Status: 401}
	}
	d.release(found)
	if len(keys) == 1 && len(found) == 0 {
		return nil, &model.NotFoundError{What: keys[0].ID}
	}
	return found, nil
}

// release lets entries be written again that were refused for the rate, or in a call of which some were not found, and that
// are still there.
func (d *dlqModel) release(found []model.Entry) {
	for i := range found {
		it := &d.items[d.of[found[i].Key]]
		if it.lostAt.IsZero() && !it.done {
			it.lost = false
		}
	}
}

// do carries the write of one entry out.
func (d *dlqModel) do(it *itemModel, labelled bool) model.Created {
	d.made++
	it.done, it.there, it.closed = true, false, true
	it.made = fmt.Sprint("made ", d.made)
	d.log = append(d.log, logged{
		id: it.made, label: labelled, at: d.now.Add(3 * time.Second),
		url: d.job.Plan.Entries[d.of[it.key]].URL, end: []string{"DELIVERED", "FAILED", "CANCELLED", ""}[d.made%4],
	})
	return d.created(it.made)
}

func (d *dlqModel) created(id string) model.Created {
	if d.items[0].key.Kind == model.WorkflowRun {
		return model.Created{WorkflowRunID: id, WorkflowCreatedAt: epoch}
	}
	return model.Created{MessageID: id}
}

func (d *dlqModel) write(t *rapid.T, s model.Step, f fate) (result model.WriteResult, err error) {
	var its []*itemModel
	for i := range s.Write.Selection.Len() {
		it := &d.items[d.of[s.Write.Selection.At(i)]]
		it.underWay = false
		its = append(its, it)
	}
	many, labelled := len(its) > 1, s.Write.Overrides.Labels != nil
	open := func(certain bool) {
		for _, it := range its {
			it.lost, it.open = true, true
			if !certain {
				it.lostAt = d.now
			}
		}
	}
	closed := func() {
		for _, it := range its {
			it.closed = true
		}
	}
	switch f {
	case burst:
		if many {
			open(true)
		}
		return result, &model.RateLimitedError{Host: "h", Until: d.now.Add(3 * time.Second)}
	case neverSent:
		return result, &model.NeverSentError{Host: "h"}
	case lostUndone:
		open(false)
		return result, &model.LostAnswerError{Host: "h", Cause: &model.NeverSentError{Host: "h"}}
	case refused:
		closed()
		return result, &model.BadRequestError{Host: "h", Status: 400}
	case overQuota:
		closed()
		return result, &model.QuotaError{}
	case unauthorized:
		d.halted = true
		return result, &model.UnauthorizedError{Host: "h", Status: 401}
	case daily:
		d.halted = true
		return result, &model.RateLimitedError{Host: "h", Daily: true}
	case expired:
		its[rapid.IntRange(0, len(its)-1).Draw(t, "expired")].there = false
	}
	missing := slices.ContainsFunc(its, func(it *itemModel) bool { return !it.there })
	if !many && missing {
		closed()
		return result, &model.NotFoundError{What: its[0].key.ID}
	}
	if many && f == allOrNone {
		open(true)
		return result, &model.SomeNotFoundError{Host: "h"}
	}
	for n, it := range its {
		if !it.there || f == someMissing && many && n%2 == 0 {
			continue
		}
		c := d.do(it, labelled)
		if f == duplicate && n == 0 {
			it.done, it.deduped = false, true
			d.log = d.log[:len(d.log)-1]
			c.Deduplicated = true
		}
		if f == lostDoneLater {
			it.there, it.later = true, true
		}
		result.Created = append(result.Created, c)
	}
	result.Count = len(result.Created)
	switch {
	case many && f == someMissing:
		open(true)
		return model.WriteResult{}, &model.SomeNotFoundError{Host: "h"}
	case f == lostDoneLater:
		open(false)
		return model.WriteResult{}, context.DeadlineExceeded
	case f == lostDone:
		open(false)
		return model.WriteResult{}, &model.ServerError{Host: "h", Status: 504}
	case f == badAnswer && !many:
		open(false)
		return model.WriteResult{}, nil
	case many && missing:
		open(true)
	}
	return result, nil
}

func (d *dlqModel) logs(q model.LogQuery, f fate) (p model.LogPage, err error) {
	if f == badAnswer || f == burst {
		return p, &model.ServerError{Host: "h", Status: 500}
	}
	asked := map[string]bool{}
	for _, id := range q.MessageIDs {
		asked[id] = true
	}
	for _, r := range q.Runs {
		asked[r.ID] = true
	}
	for _, l := range d.log {
		if d.now.Before(l.at) || (q.Label == "" && !asked[l.id]) || (q.Label != "" && !l.label) {
			continue
		}
		if d.items[0].key.Kind == model.WorkflowRun {
			state := map[string]string{"DELIVERED": model.RunSuccess, "FAILED": model.RunFailed, "CANCELLED": model.RunCanceled, "": model.RunStarted}[l.end]
			if q.Label == "" && l.end == "" {
				continue
			}
			p.Runs = append(p.Runs, model.Run{ID: l.id, URL: l.url, CreatedAt: epoch, State: state, DLQID: "again"})
			continue
		}
		if q.Label != "" || l.end != "" {
			p.Events = append(p.Events, model.LogEvent{MessageID: l.id, URL: l.url, State: l.end, At: d.now})
		}
	}
	return p, nil
}
