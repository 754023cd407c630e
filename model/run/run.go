// Package run carries out the steps of jobs: it is what turns the decisions of the state machines of package model into
// calls of a [model.Backend]. It is the one place of the domain with goroutines.
package run

import (
	"context"
	"errors"
	"fmt"
	"time"

	"redrive/model"
)

const (
	// fewKeys is how many entries are read by id; more are looked for in the list.
	fewKeys = 20
	// fewMessages is how many messages are looked for one by one.
	fewMessages = 3
	// mostPages bounds the reading of a log.
	mostPages = 500
)

// Take carries a step out. It sends at most one write, and that once. A panic in it is a lost answer: the call may have
// gone out.
func Take(ctx context.Context, b model.Backend, s model.Step) (r model.StepResult) {
	defer func() {
		if p := recover(); p != nil {
			r = model.StepResult{Step: s, Err: &model.LostAnswerError{Host: "redrive", Cause: fmt.Errorf("%v", p)}}
		}
	}()
	r.Step = s
	switch s.Kind {
	case model.SendStep:
		r.Result, r.Err = b.Do(ctx, s.Write)
	case model.LookStep:
		r.Found, r.Err = look(ctx, b, s.Keys)
	case model.FindStep, model.FollowStep:
		r.Log, r.Err = log(ctx, b, s.Log)
	case model.BackStep:
		r.Found, r.Err = back(ctx, b, s)
	}
	return r
}

// look reads which of the entries are there. Of a single one the error says that it is not.
func look(ctx context.Context, b model.Backend, keys []model.Key) ([]model.Entry, error) {
	if len(keys) == 1 {
		d, err := b.Get(ctx, keys[0])
		if err != nil {
			return nil, err
		}
		d.Key = keys[0]
		return []model.Entry{d.Entry}, nil
	}
	k := keys[0]
	if k.Kind == model.Message || len(keys) <= fewKeys {
		ids := make([]string, len(keys))
		for i := range keys {
			ids[i] = keys[i].ID
		}
		page, err := b.List(ctx, model.Query{DLQ: k.DLQ, Kind: k.Kind, IDs: ids})
		if _, cannot := errors.AsType[*model.NoListByIDError](err); !cannot {
			return page.Entries, err
		}
	}
	sought := make(map[model.Key]bool, len(keys))
	for _, k := range keys {
		sought[k] = true
	}
	return walk(ctx, b, model.Query{DLQ: k.DLQ, Kind: k.Kind}, len(keys), func(e *model.Entry) (found, past bool) {
		return sought[e.Key], false
	})
}

// walk reads pages until so many entries were found, or the list goes past where they could be.
func walk(ctx context.Context, b model.Backend, q model.Query, want int, match func(*model.Entry) (found, past bool)) ([]model.Entry, error) {
	var found []model.Entry
	seen := map[model.Key]bool{}
	for {
		page, err := b.List(ctx, q)
		if err != nil {
			return nil, err
		}
		allPast := len(page.Entries) > 0
		for i := range page.Entries {
			e := &page.Entries[i]
			is, past := match(e)
			allPast = allPast && past
			if is && !seen[e.Key] {
				seen[e.Key] = true
				found = append(found, *e)
			}
		}
		if len(found) >= want || page.Next == "" || page.Next == q.Cursor || allPast {
			return found, nil
		}
		q.Cursor = page.Next
	}
}

// log reads all pages of a log.
func log(ctx context.Context, b model.Backend, q model.LogQuery) (all model.LogPage, err error) {
	for range mostPages {
		page, err := b.Logs(ctx, q)
		if err != nil {
			return model.LogPage{}, err
		}
		all.Events = append(all.Events, page.Events...)
		all.Runs = append(all.Runs, page.Runs...)
		if page.Next == "" || page.Next == q.Cursor {
			return all, nil
		}
		q.Cursor = page.Next
	}
	return all, nil
}

// back looks for the entries that messages or runs became. Those of messages failed after the job began, so that the list need not be read to
// its end.
func back(ctx context.Context, b model.Backend, s model.Step) ([]model.Entry, error) {
	if len(s.Keys) > 0 {
		found, err := look(ctx, b, s.Keys)
		if _, gone := errors.AsType[*model.NotFoundError](err); gone {
			return nil, nil
		}
		return found, err
	}
	q := model.Query{DLQ: s.DLQ, Kind: model.Message, Background: true}
	if len(s.MessageIDs) <= fewMessages {
		var all []model.Entry
		for _, id := range s.MessageIDs {
			q.Server.MessageID = id
			page, err := b.List(ctx, q)
			if err != nil {
				return nil, err
			}
			all = append(all, page.Entries...)
		}
		return all, nil
	}
	sought := make(map[string]bool, len(s.MessageIDs))
	for _, id := range s.MessageIDs {
		sought[id] = true
	}
	return walk(ctx, b, q, len(sought), func(e *model.Entry) (found, past bool) {
		return sought[e.MessageID], !e.FailedAt.IsZero() && e.FailedAt.Before(s.Since.Add(-time.Minute))
	})
}
