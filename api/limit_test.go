package api_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"testing"
	"testing/synctest"
	"time"

	"redrive/api"
	"redrive/model"
)

// paced is a client whose requests are noted with the time since the start.
func paced(t *testing.T, answer roundTrip) (*api.Client, func() []time.Duration) {
	began := time.Now()
	var times []time.Duration
	c := newClient(t, "http://localhost", over(func(r *http.Request) (*http.Response, error) {
		times = append(times, time.Since(began))
		return answer(r)
	}))
	return c, func() []time.Duration { return times }
}

func fine(r *http.Request) (*http.Response, error) { return reply(r, 200, `{"messageId":"m"}`), nil }

func list(t *testing.T, c *api.Client) {
	t.Helper()
	if _, err := c.List(t.Context(), model.Query{}); err != nil {
		t.Error(err)
	}
}

func TestReadsKeepToTenASecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 104 {
			list(t, c)
		}
		// Four at once, then one every tenth of a second.
		if got := times()[3]; got != 0 {
			t.Errorf("the fourth went out after %v", got)
		}
		if got := times()[103]; got < 9900*time.Millisecond || got > 10100*time.Millisecond {
			t.Errorf("104 reads took %v", got)
		}
	})
}

func TestFourWritesGoOutAtOnceWhateverWasReadBefore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 30 {
			list(t, c)
		}
		began := times()[29]
		for i := range 4 {
			if _, err := c.Do(t.Context(), retryOf(t, fmt.Sprint(i))); err != nil {
				t.Error(err)
			}
		}
		if got := times()[33]; got != began {
			t.Errorf("the fourth write waited until %v after %v", got, began)
		}
	})
}

func TestWriteWithoutRoomIsNotSentAndSaysWhenToTryAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		var limited *model.RateLimitedError
		sent := 0
		for {
			_, err := c.Do(t.Context(), retryOf(t, "a"))
			if err != nil {
				if !errors.As(err, &limited) || limited.Daily {
					t.Fatal(err)
				}
				break
			}
			sent++
		}
		if sent != 8 || len(times()) != sent || times()[7] != 0 {
			t.Errorf("%d writes went out, %v", sent, times())
		}
		if wait := time.Until(limited.Until); wait <= 0 || wait > 100*time.Millisecond {
			t.Errorf("it is to be tried again after %v", wait)
		}
		time.Sleep(time.Until(limited.Until))
		if _, err := c.Do(t.Context(), retryOf(t, "a")); err != nil {
			t.Error(err)
		}
	})
}

func TestServerTellsThePace(t *testing.T) {
	for told, want := range map[int]time.Duration{1: 60 * time.Second, 4: 15 * time.Second, 10: 6 * time.Second, 40: 3 * time.Second, 1000: 600 * time.Millisecond, 0: 6 * time.Second} {
		synctest.Test(t, func(t *testing.T) {
			c, times := paced(t, func(r *http.Request) (*http.Response, error) {
				return reply(r, 200, `{}`, "Burst-RateLimit-Limit", fmt.Sprint(told), "Burst-RateLimit-Remaining", "1"), nil
			})
			for range 71 {
				list(t, c)
			}
			if got := times()[70] - times()[10]; got < want*98/100 || got > want*102/100 {
				t.Errorf("with a limit of %d, 60 reads took %v, want %v", told, got, want)
			}
		})
	}
}

func TestReadsWaitForTheResetWhenNothingIsLeft(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		c, times := paced(t, func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, `{"messageId":"m"}`, "Burst-RateLimit-Limit", "10", "Burst-RateLimit-Remaining", "0",
				"Burst-RateLimit-Reset", fmt.Sprint(began.Add(5*time.Second).Unix())), nil
		})
		list(t, c)
		if _, err := c.Do(t.Context(), retryOf(t, "a")); err != nil {
			t.Error("a write was held back though the server may take it:", err)
		}
		list(t, c)
		if got := times(); got[1] != 0 || got[2] != 5*time.Second {
			t.Errorf("requests at %v", got)
		}
	})
}

func TestClockThatDisagreesHoldsReadsBackForAMinuteAtMost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, func(r *http.Request) (*http.Response, error) {
			return reply(r, 200, `{}`, "Burst-RateLimit-Remaining", "0", "Burst-RateLimit-Reset", fmt.Sprint(time.Now().Add(time.Hour).Unix())), nil
		})
		list(t, c)
		list(t, c)
		if got := times()[1]; got != time.Minute {
			t.Errorf("the second went out after %v", got)
		}
	})
}

func TestAfterABurstLimitNothingGoesOutUntilItsReset(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		reset := began.Add(4 * time.Second)
		c, times := paced(t, func(r *http.Request) (*http.Response, error) {
			if time.Now().Before(reset) {
				return reply(r, 429, "", "Burst-RateLimit-Reset", fmt.Sprint(reset.Unix())), nil
			}
			return fine(r)
		})
		for range 3 {
			_, err := c.Do(t.Context(), retryOf(t, "a"))
			var limited *model.RateLimitedError
			if !errors.As(err, &limited) || !limited.Until.Equal(reset) {
				t.Error(err)
			}
		}
		list(t, c)
		if got := times(); len(got) != 2 || got[1] != 4*time.Second {
			t.Errorf("requests at %v", got)
		}
	})
}

func TestReadAfterABurstLimitIsRepeatedWhenThatIsSoon(t *testing.T) {
	for wait, c := range map[time.Duration]struct {
		requests int
		want     string
	}{time.Second: {2, "none"}, 2 * time.Second: {2, "none"}, 3 * time.Second: {1, "rate limit"}} {
		synctest.Test(t, func(t *testing.T) {
			reset := time.Now().Add(wait)
			client, times := paced(t, func(r *http.Request) (*http.Response, error) {
				if time.Now().Before(reset) {
					return reply(r, 429, "", "Burst-RateLimit-Reset", fmt.Sprint(reset.Unix()), "Burst-RateLimit-Limit", "10"), nil
				}
				return fine(r)
			})
			_, err := client.List(t.Context(), model.Query{})
			if kindOf(err) != c.want || len(times()) != c.requests {
				t.Errorf("%v: %v, %d requests", wait, err, len(times()))
			}
		})
	}
}

func TestLimitOfTheDayHoldsNothingBackAndIsNotTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, func(r *http.Request) (*http.Response, error) {
			return reply(r, 429, "", "RateLimit-Limit", "1000", "RateLimit-Reset", fmt.Sprint(time.Now().Add(time.Second).Unix())), nil
		})
		for range 2 {
			if _, err := c.List(t.Context(), model.Query{}); kindOf(err) != "daily limit" {
				t.Error(err)
			}
		}
		if got := times(); len(got) != 2 || got[1] != 0 {
			t.Errorf("requests at %v", got)
		}
	})
}

func TestReadThatWaitsForItsTurnCanBeCancelled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, times := paced(t, fine)
		for range 4 {
			list(t, c)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		if _, err := c.List(ctx, model.Query{}); !errors.Is(err, context.DeadlineExceeded) || len(times()) != 4 {
			t.Error(err, times())
		}
	})
}

func TestPaceIsKeptUnderAClockThatStandsStill(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		still := time.Now()
		c := newClient(t, "http://localhost", over(fine), func(cfg *api.Config) { cfg.Now = func() time.Time { return still } })
		for range 50 {
			list(t, c)
		}
	})
}
