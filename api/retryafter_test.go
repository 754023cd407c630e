package api_test

import (
	"fmt"
	"testing"
	"time"

	"redrive/model"
)

func TestHowLongToWaitIsReadFromTheResponse(t *testing.T) {
	for header, want := range map[string]time.Duration{
		`{"Retry-After":["30"]}`: 30 * time.Second,
		`{"retry-after": "5"}`:   5 * time.Second,
		`{"Content-Type":["text/plain"],"Retry-After" : [ "90" ]}`: 90 * time.Second,
		`{"Retry-After":["Fri, 20 Nov 2026 03:00:00 GMT"]}`:        0,
		`{"Retry-After":["-1"]}`:                                   0,
		`{"Retry-After":["99999999999999999999999999"]}`:           0,
		`{"Retry-After":[]}`:                                       0,
		`{"Retry-After":30}`:                                       0,
		`{"RETRY-after":["7"]}`:                                    7 * time.Second,
		`{"X-A":["a-b"],"\u0052etry\u002dAfter":["8"]}`:            8 * time.Second,
		`{"Retry-After":["9","1"]}`:                                9 * time.Second,
		`{"Vary":["Retry-After"],"Retry-After":["11"]}`:            11 * time.Second,
		`{"X":["Retry-After"]}`:                                    0,
		`{}`:                                                       0,
		`null`:                                                     0,
	} {
		entry := fmt.Sprintf(`{"messageId":"m","dlqId":"1760000000000-0","url":"https://a.example","responseStatus":429,"responseHeader":%s,"responseBody":"x"}`, header)
		page, err := answering(t, 200, `{"messages":[`+entry+`]}`).List(t.Context(), model.Query{Kind: model.Message})
		if err != nil || len(page.Entries) != 1 || page.Entries[0].RetryAfter != want {
			t.Errorf("in a list, %s is %+v: %v", header, page.Entries, err)
		}
		d, err := answering(t, 200, entry).Get(t.Context(), key(model.Message, "1760000000000-0"))
		if err != nil || d.RetryAfter != want {
			t.Errorf("by itself, %s is %v: %v", header, d.RetryAfter, err)
		}
	}
}
