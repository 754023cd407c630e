package api_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
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

// askedFor is a client, and what its requests had for a parameter, in the order in which they went out.
func askedFor(t *testing.T, parameter string, answer roundTrip) (*api.Client, func() []string) {
	var mu sync.Mutex
	var order []string
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		mu.Lock()
		defer mu.Unlock()
		order = append(order, r.URL.Query().Get(parameter))
		return answer(r)
	}))
	return c, func() []string {
		mu.Lock()
		defer mu.Unlock()
		return slices.Clone(order)
	}
}

func TestReadsHaveTheirTurnsInTheOrderInWhichTheyCame(t *testing.T) {
	for _, background := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			c, order := askedFor(t, "label", fine)
			var group sync.WaitGroup
			var want []string
			for i := range 30 {
				name := fmt.Sprint(i)
				want = append(want, name)
				group.Go(func() {
					if _, err := c.List(t.Context(), model.Query{Background: background, Server: model.ServerFilter{Labels: []string{name}}}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
			}
			group.Wait()
			if got := order(); !slices.Equal(got, want) {
				t.Errorf("in the background %v: %v", background, got)
			}
		})
	}
}

func TestWhoGivesUpAmongThoseThatWaitHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, order := askedFor(t, "label", fine)
		var group sync.WaitGroup
		began := time.Now()
		for i := range 12 {
			ctx, cancel := context.WithCancel(t.Context())
			name := fmt.Sprint(i)
			group.Go(func() {
				_, err := c.List(ctx, model.Query{Server: model.ServerFilter{Labels: []string{name}}})
				if gaveUp := i == 4 || i == 5 || i == 9; gaveUp != (err != nil) {
					t.Errorf("%d: %v", i, err)
				}
			})
			synctest.Wait()
			if i == 4 || i == 5 || i == 9 {
				defer time.AfterFunc(50*time.Millisecond, cancel).Stop()
			} else {
				defer cancel()
			}
		}
		group.Wait()
		if got, want := order(), []string{"0", "1", "2", "3", "6", "7", "8", "10", "11"}; !slices.Equal(got, want) || time.Since(began) > 600*time.Millisecond {
			t.Errorf("%v, after %v", got, time.Since(began))
		}
	})
}

func TestLogsOfMessagesOneByOneAreReadInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, order := askedFor(t, "messageId", func(r *http.Request) (*http.Response, error) {
			if r.URL.Query().Has("messageIds") {
				return reply(r, 400, `{"error":"unknown parameter"}`), nil
			}
			return reply(r, 200, `{"logs":[],"messages":[]}`), nil
		})
		for range 4 {
			list(t, c) // from here on one goes out at a time
		}
		var want []string
		for i := range 20 {
			want = append(want, fmt.Sprint("msg_", i))
		}
		if _, err := c.Logs(t.Context(), model.LogQuery{MessageIDs: want}); err != nil {
			t.Fatal(err)
		}
		if got := order(); !slices.Equal(got[5:], want) {
			t.Error(got)
		}
	})
}

func TestReadThatTheBurstLimitRefusedComesBeforeThoseInTheBackground(t *testing.T) {
	for range 20 { // the goroutines of both go on at the same moment
		synctest.Test(t, func(t *testing.T) {
			refused := false
			c, order := askedFor(t, "label", func(r *http.Request) (*http.Response, error) {
				if !refused {
					refused = true
					return reply(r, 429, "", "Burst-RateLimit-Limit", "3"), nil
				}
				return fine(r)
			})
			var group sync.WaitGroup
			for _, name := range []string{"front", "behind"} {
				group.Go(func() {
					if _, err := c.List(t.Context(), model.Query{Background: name == "behind", Server: model.ServerFilter{Labels: []string{name}}}); err != nil {
						t.Error(err)
					}
				})
				synctest.Wait()
			}
			group.Wait()
			if got, want := order(), []string{"front", "front", "behind"}; !slices.Equal(got, want) {
				t.Fatal(got)
			}
		})
	}
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
