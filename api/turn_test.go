package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"redrive/api"
	"redrive/model"
)

func TestReadInTheBackgroundYieldsToEveryOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var order []string
		c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
			mu.Lock()
			defer mu.Unlock()
			order = append(order, r.URL.Query().Get("label"))
			return fine(r)
		}))
		var group sync.WaitGroup
		read := func(name string, background bool) {
			group.Go(func() {
				var err error
				if strings.HasSuffix(name, "log") {
					_, err = c.Logs(t.Context(), model.LogQuery{Label: name, Background: background})
				} else {
					_, err = c.List(t.Context(), model.Query{Background: background, Server: model.ServerFilter{Labels: []string{name}}})
				}
				if err != nil {
					t.Error(err)
				}
			})
		}
		for range 4 {
			read("begin", false)
		}
		synctest.Wait()
		for range 5 {
			read("behind", true)
			read("behind log", true)
		}
		synctest.Wait()
		for range 10 {
			read("front", false)
			read("front log", false)
		}
		group.Wait()
		if len(order) != 34 {
			t.Fatalf("%d reads", len(order))
		}
		for i, name := range order[4:24] {
			if !strings.HasPrefix(name, "front") {
				t.Errorf("number %d is %s", i, name)
			}
		}
	})
}

func TestReadInTheBackgroundTakesTheTurnsThatNobodyWantsAndKeepsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 24 {
			if _, err := c.List(t.Context(), model.Query{Background: true}); err != nil {
				t.Fatal(err)
			}
		}
		if got := times(); got[2] != 0 || got[23] < 2000*time.Millisecond || got[23] > 2200*time.Millisecond {
			t.Errorf("reads at %v", got)
		}
	})
}

func TestReadForTheScreenNeedNotWaitForTheTurnOfOneInTheBackground(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 10 {
			if _, err := c.List(t.Context(), model.Query{Background: true}); err != nil {
				t.Fatal(err)
			}
		}
		list(t, c)
		if got := times(); got[10] != got[9] {
			t.Errorf("it went out %v after the one before", got[10]-got[9])
		}
	})
}

func TestReadThatGivesUpWaitingLetsTheBackgroundGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 4 {
			list(t, c)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		done := make(chan error)
		go func() {
			_, err := c.List(ctx, model.Query{})
			done <- err
		}()
		synctest.Wait()
		if _, err := c.List(t.Context(), model.Query{Background: true}); err != nil {
			t.Error(err)
		}
		if err := <-done; err == nil {
			t.Error("it did not give up")
		}
		if got := times(); len(got) != 5 || got[4] > 300*time.Millisecond {
			t.Errorf("reads at %v", got)
		}
	})
}

func TestReadsThatWereRefusedTogetherAreDrawnApart(t *testing.T) {
	at := func(seed uint64) time.Duration {
		var waited time.Duration
		synctest.Test(t, func(t *testing.T) {
			began := time.Now()
			random := rand.New(rand.NewPCG(seed, 1))
			c := newClient(t, "http://localhost", func(cfg *api.Config) { cfg.Random = random.Float64 }, over(func(r *http.Request) (*http.Response, error) {
				if time.Since(began) < time.Second {
					return reply(r, 429, "", "Burst-RateLimit-Reset", fmt.Sprint(began.Add(time.Second).Unix())), nil
				}
				waited = time.Since(began)
				return fine(r)
			}))
			list(t, c)
		})
		return waited
	}
	seen := map[time.Duration]bool{}
	for seed := range uint64(8) {
		d := at(seed)
		if d < time.Second || d >= 1500*time.Millisecond {
			t.Errorf("asked again after %v", d)
		}
		if d != at(seed) {
			t.Error("the same numbers lead to another wait")
		}
		seen[d] = true
	}
	if len(seen) < 7 {
		t.Errorf("waits %v", seen)
	}
}
