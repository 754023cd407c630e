package ui_test

import (
	"context"
	"fmt"
	"sync"
	"time"

	"redrive/model"
)

// memory is a Backend that holds its entries in memory, counts every call, and fails when told to.
type memory struct {
	mu      sync.Mutex
	entries [2][]model.Entry // newest first
	details map[string]model.Detail
	calls   map[string]int
	writes  []model.Write
	made    int

	listErr, getErr error
	// do is asked before a write is carried out; done tells whether it is, err what the caller is told.
	do func(model.Write) (done bool, err error)
	// publish answers a message that is published; nil when all are taken.
	publish func(model.NewMessage) (model.Created, error)
	// ends is what the log has of every message or run that was made; nil when it has nothing.
	ends func(id string) model.LogEvent
}

func newMemory(messages, runs int) *memory {
	b := &memory{details: map[string]model.Detail{}, calls: map[string]int{}}
	for i := range messages {
		b.entries[model.Message] = append(b.entries[model.Message], message(i))
	}
	for i := range runs {
		b.entries[model.WorkflowRun] = append(b.entries[model.WorkflowRun], run(i))
	}
	return b
}

// message is the i-th message, each a second older than the one before.
func message(i int) model.Entry {
	at := start.Add(-time.Duration(i+1) * time.Second)
	status := 503
	if i%3 == 2 {
		status = 429
	}
	return model.Entry{
		Key:       model.Key{DLQ: "test", Kind: model.Message, ID: fmt.Sprintf("%d-0", at.UnixMilli())},
		MessageID: fmt.Sprintf("msg_%04d", i), URL: fmt.Sprintf("https://api.example/hook/%d", i%2), Method: "POST",
		QueueName: "billing", Labels: []string{"release-42"}, MaxRetries: 3,
		CreatedAt: at.Add(-time.Minute), FailedAt: at, Status: status, Response: fmt.Sprintf("answer %d", i),
	}
}

func run(i int) model.Entry {
	e := message(i)
	e.Key.Kind, e.Key.ID = model.WorkflowRun, "w"+e.Key.ID
	e.Status, e.WorkflowRunID, e.WorkflowURL = 504, fmt.Sprintf("wfr_%04d", i), "https://api.example/wf"
	return e
}

func (b *memory) count(call string) {
	b.calls[call]++
}

func (b *memory) total() int {
	n := 0
	for _, c := range b.calls {
		n += c
	}
	return n
}

func (b *memory) List(ctx context.Context, q model.Query) (model.Page, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("list")
	if b.listErr != nil {
		return model.Page{}, b.listErr
	}
	if err := ctx.Err(); err != nil {
		return model.Page{}, err
	}
	var p model.Page
	if len(q.IDs) > 0 {
		for _, e := range b.entries[q.Kind] {
			for _, id := range q.IDs {
				if e.Key.ID == id {
					p.Entries = append(p.Entries, e)
				}
			}
		}
		return p, nil
	}
	for _, e := range b.entries[q.Kind] {
		if q.Cursor != "" && e.Key.ID >= q.Cursor {
			continue
		}
		if len(q.Server.Statuses) > 0 && fmt.Sprint(e.Status) != q.Server.Statuses[0] {
			continue
		}
		if len(p.Entries) == model.PageSize {
			p.Next = p.Entries[len(p.Entries)-1].Key.ID
			break
		}
		p.Entries = append(p.Entries, e)
	}
	return p, nil
}

func (b *memory) Get(_ context.Context, k model.Key) (model.Detail, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("get")
	if b.getErr != nil {
		return model.Detail{}, b.getErr
	}
	for _, e := range b.entries[k.Kind] {
		if e.Key == k {
			d := b.details[k.ID]
			d.Entry = e
			return d, nil
		}
	}
	return model.Detail{}, &model.NotFoundError{What: k.ID}
}

func (b *memory) Logs(_ context.Context, q model.LogQuery) (p model.LogPage, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("logs")
	if b.ends == nil {
		return p, nil
	}
	for _, id := range q.MessageIDs {
		e := b.ends(id)
		e.MessageID = id
		p.Events = append(p.Events, e)
	}
	for _, r := range q.Runs {
		e := b.ends(r.ID)
		p.Runs = append(p.Runs, model.Run{ID: r.ID, State: e.State, Response: e.Response})
	}
	return p, nil
}

func (b *memory) Control(context.Context, model.ControlCall) (model.ControlResult, error) {
	b.count("control")
	return model.ControlResult{}, nil
}

func (b *memory) Publish(_ context.Context, m model.NewMessage) (model.Created, error) {
	b.count("publish")
	if b.publish != nil {
		return b.publish(m)
	}
	return model.Created{}, nil
}

func (b *memory) Do(_ context.Context, w model.Write) (model.WriteResult, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.count("do")
	b.writes = append(b.writes, w)
	done, err := true, error(nil)
	if b.do != nil {
		done, err = b.do(w)
	}
	if w.Matching.Valid() == nil {
		// What matches now are others than those that are listed.
		b.made += w.Count
		return model.WriteResult{Created: make([]model.Created, w.Count), Count: w.Count}, err
	}
	key := w.Selection.At(0)
	if w.Selection.Len() > 1 {
		return b.doMany(w, done, err)
	}
	if w.Verb == model.RerunFailureFunction && done && err == nil {
		return model.WriteResult{Done: true}, nil
	}
	if done && !b.remove(key) && err == nil {
		return model.WriteResult{}, &model.NotFoundError{What: key.ID}
	}
	if err != nil {
		return model.WriteResult{}, err
	}
	if w.Verb == model.Delete {
		return model.WriteResult{Done: true}, nil
	}
	b.made++
	if w.Verb == model.Resume || w.Verb == model.Restart {
		return model.WriteResult{Created: []model.Created{{WorkflowRunID: fmt.Sprintf("wfr_new%d", b.made)}}}, nil
	}
	return model.WriteResult{Created: []model.Created{{MessageID: fmt.Sprintf("msg_new%d", b.made)}}}, nil
}

// doMany carries out a write of many entries as the service is documented to: what is not there it leaves out.
func (b *memory) doMany(w model.Write, done bool, err error) (r model.WriteResult, _ error) {
	for i := range w.Selection.Len() {
		if !done || !b.remove(w.Selection.At(i)) {
			continue
		}
		r.Count++
		switch w.Verb {
		case model.Retry:
			b.made++
			r.Created = append(r.Created, model.Created{MessageID: fmt.Sprintf("msg_new%d", b.made)})
		case model.Resume, model.Restart:
			b.made++
			r.Created = append(r.Created, model.Created{WorkflowRunID: fmt.Sprintf("wfr_new%d", b.made)})
		}
	}
	if err != nil {
		return model.WriteResult{}, err
	}
	r.Done = w.Verb == model.Delete
	return r, nil
}

func (b *memory) remove(k model.Key) bool {
	for i, e := range b.entries[k.Kind] {
		if e.Key == k {
			b.entries[k.Kind] = append(b.entries[k.Kind][:i:i], b.entries[k.Kind][i+1:]...)
			return true
		}
	}
	return false
}

// arrive puts newer messages at the front.
func (b *memory) arrive(n int) {
	for i := range n {
		e := message(-i - 1)
		e.MessageID = fmt.Sprintf("msg_fresh%d", i)
		b.entries[model.Message] = append([]model.Entry{e}, b.entries[model.Message]...)
	}
}
