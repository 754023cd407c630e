package ui

import (
	"context"
	"fmt"
	"runtime"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"redrive/model"
	"redrive/model/run"
)

// Every command is made here. Each has captured values only, never the model, and turns a panic into a message.

// safely turns a panic into the message that the command would have returned with an error.
func safely(what string, f func() tea.Msg, failed func(error) tea.Msg) tea.Cmd {
	return func() (msg tea.Msg) {
		defer func() {
			if p := recover(); p != nil {
				msg = failed(fmt.Errorf("%s failed inside redrive: %v", what, p))
			}
		}()
		return f()
	}
}

func fetchPage(ctx context.Context, b model.Backend, kind model.Kind, f model.Fetch) tea.Cmd {
	return safely("reading the list", func() tea.Msg {
		page, err := b.List(ctx, f.Query)
		return pageMsg{kind, f, page, err}
	}, func(err error) tea.Msg { return pageMsg{kind: kind, fetch: f, err: err} })
}

func tellSettled(settled func()) tea.Cmd {
	return func() tea.Msg {
		settled()
		return nil
	}
}

func runRebuild(kind model.Kind, r model.Rebuild) tea.Cmd {
	return safely("filtering", func() tea.Msg {
		w := r.Begin()
		atOnce(w.Workers(runtime.GOMAXPROCS(0)), w.Work)
		return rebuiltMsg{kind, w.Done()}
	}, failed)
}

// atOnce has several goroutines do the same work. A panic of one of them is the caller's.
func atOnce(workers int, work func()) {
	panics := make(chan any, workers)
	var wait sync.WaitGroup
	for range workers - 1 {
		wait.Go(func() {
			defer func() {
				if p := recover(); p != nil {
					panics <- p
				}
			}()
			work()
		})
	}
	defer wait.Wait()
	work()
	wait.Wait()
	select {
	case p := <-panics:
		panic(p)
	default:
	}
}

func runTextSearch(kind model.Kind, s model.TextSearch) tea.Cmd {
	return safely("looking in bodies", func() tea.Msg { return textsSearchedMsg{kind, s.Run()} }, failed)
}

func runMarkAll(kind model.Kind, a model.MarkAll, may func(model.Key) bool) tea.Cmd {
	return safely("marking", func() tea.Msg { return markedAllMsg{kind, a.Run(may)} }, failed)
}

func fetchDetail(ctx context.Context, b model.Backend, key model.Key, generation int) tea.Cmd {
	return safely("reading the entry", func() tea.Msg {
		d, err := b.Get(ctx, key)
		return detailMsg{key, generation, d, err}
	}, func(err error) tea.Msg { return detailMsg{key: key, generation: generation, err: err} })
}

func layOut(d model.Detail, generation int, o documentOptions) tea.Cmd {
	return safely("showing the entry", func() tea.Msg {
		return documentMsg{d.Key, generation, newDocument(d, o)}
	}, func(err error) tea.Msg { return detailMsg{key: d.Key, generation: generation, err: err} })
}

func failed(err error) tea.Msg { return panicMsg{err.Error()} }

func runCheck(b model.Backend, check *model.Check, s model.Step) tea.Cmd {
	return func() tea.Msg { return checkedMsg{check, run.Take(context.Background(), b, s)} }
}

// runStep makes one call of a job. Its context is its own: nothing on the screen ends a write.
func runStep(b model.Backend, a *answers, s model.Step) tea.Cmd {
	return func() tea.Msg {
		if !a.begin(s) {
			return nil
		}
		r := run.Take(context.Background(), b, s)
		a.end(r)
		return stepMsg{r}
	}
}

// after makes the message once d has passed.
func (m *Model) after(d time.Duration, msg tea.Msg) tea.Cmd {
	return m.opts.After(max(d, 0), func() tea.Msg { return msg })
}
