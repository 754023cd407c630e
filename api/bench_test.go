package api

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"redrive/model"
)

// largePage is a page as the server gives it: 100 messages, each with a body of about 4 KB; most are JSON with text of
// several scripts in it, one in ten is base64.
func largePage() []byte {
	random := rand.New(rand.NewPCG(1, 2))
	words := []string{"order", "größe", "注文", "refund", "päivä", "amount", "customer", "\"quoted\"", "a/b", "line\nbreak"}
	messages := make([]map[string]any, 100)
	for i := range messages {
		var text strings.Builder
		for text.Len() < 2600 {
			text.WriteString(words[random.IntN(len(words))])
			text.WriteByte(' ')
		}
		body, _ := json.Marshal(map[string]any{"id": i, "items": []string{text.String()}, "note": "x"})
		m := map[string]any{
			"dlqId":          fmt.Sprintf("%d-%d", 1760000000000+int64(i)*977, i%3),
			"messageId":      "msg_" + randomText(random, 60),
			"url":            fmt.Sprintf("https://api-%d.example.com/hooks/orders", i%7),
			"method":         "POST",
			"header":         map[string][]string{"Content-Type": {"application/json"}, "Upstash-Message-Id": {randomText(random, 60)}, "User-Agent": {"Upstash-QStash"}},
			"maxRetries":     3,
			"notBefore":      1760000000000 + i,
			"createdAt":      1760000000000 + i,
			"callerIP":       "192.0.2.7",
			"queueName":      fmt.Sprintf("queue-%d", i%5),
			"labels":         []string{"billing", "eu"},
			"label":          "billing",
			"responseStatus": 500 + i%4,
			"responseHeader": map[string][]string{"Retry-After": {"5"}, "Content-Type": {"text/html"}, "Server": {"nginx"}},
			"responseBody":   "<html><body>" + strings.Repeat("upstream failed \"again\"\n", 35+i%9) + "</body></html>",
		}
		if i%10 == 0 {
			m["bodyBase64"] = base64.StdEncoding.EncodeToString([]byte(randomText(random, 3000)))
		} else {
			m["body"] = string(body)
		}
		messages[i] = m
	}
	page, _ := json.Marshal(map[string]any{"messages": messages, "cursor": "1760000000123-0"})
	return page
}

func randomText(random *rand.Rand, n int) string {
	const letters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789"
	b := make([]byte, n)
	for i := range b {
		b[i] = letters[random.IntN(len(letters))]
	}
	return string(b)
}

func BenchmarkPage(b *testing.B) {
	page := largePage()
	b.Run("redrive", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			got, err := readPage(bytes.NewReader(page), "dlq", "", nil)
			if err != nil || len(got.Entries) != 100 {
				b.Fatal(len(got.Entries), err)
			}
		}
	})
	b.Run("with-texts-kept", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(page)))
		kept := newBodies(DefaultMemory)
		for b.Loop() {
			var texts keptPage
			got, err := readPage(bytes.NewReader(page), "dlq", "", texts.add)
			if err != nil || len(got.Entries) != 100 {
				b.Fatal(len(got.Entries), err)
			}
			kept.putAll(texts)
		}
	})
	b.Run("encoding-json", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(page)))
		for b.Loop() {
			var got struct {
				Messages []struct {
					DLQID          string   `json:"dlqId"`
					MessageID      string   `json:"messageId"`
					URL            string   `json:"url"`
					Method         string   `json:"method"`
					QueueName      string   `json:"queueName"`
					CallerIP       string   `json:"callerIP"`
					Labels         []string `json:"labels"`
					MaxRetries     int      `json:"maxRetries"`
					CreatedAt      int64    `json:"createdAt"`
					ResponseStatus int      `json:"responseStatus"`
					ResponseBody   string   `json:"responseBody"`
					WorkflowRunID  string   `json:"workflowRunId"`
				} `json:"messages"`
				Cursor string `json:"cursor"`
			}
			if err := json.Unmarshal(page, &got); err != nil || len(got.Messages) != 100 {
				b.Fatal(len(got.Messages), err)
			}
		}
	})
}

// BenchmarkGroupsAgainstArrival sets the time to put 100,000 entries together against the least time in which they can arrive:
// that to decode their 1,000 pages, with a network that takes none. Below a ratio of 1 the groups keep up with the pages.
func BenchmarkGroupsAgainstArrival(b *testing.B) {
	const pages = 1000
	page, id := largePage(), []byte(`"dlqId":"17600`)
	var arrival, grouping time.Duration
	for b.Loop() {
		store := model.NewStore()
		for n := range pages {
			// No page has an id that another has.
			these := bytes.ReplaceAll(page, id, fmt.Appendf(nil, `"dlqId":"%d`, 17600+n))
			begin := time.Now()
			got, err := readPage(bytes.NewReader(these), "dlq", "", nil)
			arrival += time.Since(begin)
			if err != nil {
				b.Fatal(err)
			}
			for _, e := range got.Entries {
				store.Put(e)
			}
		}
		begin := time.Now()
		groups := model.BeginGroups(store, nil, model.GroupQuery{
			Now: time.UnixMilli(1860000000000), Buckets: 120, Retention: 72 * time.Hour,
		}).Run()
		grouping += time.Since(begin)
		if groups.Total != pages*100 {
			b.Fatal(groups.Total)
		}
	}
	b.ReportMetric(arrival.Seconds()*1000/float64(b.N), "arrival-ms/op")
	b.ReportMetric(grouping.Seconds()*1000/float64(b.N), "grouping-ms/op")
	b.ReportMetric(float64(grouping)/float64(arrival), "grouping/arrival")
	b.ReportMetric(0, "ns/op")
}
