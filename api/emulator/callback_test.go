package emulator

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// told is the body of the only message to a URL.
func (b *bench) told(url string) (callback, logged object) {
	b.Helper()
	logs := b.get("/v2/logs?state=CREATED&url=" + url).list("logs")
	if len(logs) != 1 {
		b.Fatalf("%d messages to %s", len(logs), url)
	}
	body, err := base64.StdEncoding.DecodeString(logs[0].text("body"))
	if err == nil {
		err = json.Unmarshal(body, &callback)
	}
	if err != nil {
		b.Fatal(err)
	}
	return callback, logs[0]
}

func TestCallbacksAreMessagesThatTellHowItWent(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 500, Body: []byte("boom")}}})
	id := b.publish("https://a.example", "hello", "Upstash-Retries: 0",
		"Upstash-Callback: https://c.example", "Upstash-Callback-Retries: 1", "Upstash-Callback-Method: PUT",
		"Upstash-Callback-Timeout: 9s", "Upstash-Callback-Forward-X: y",
		"Upstash-Failure-Callback: https://f.example", "Upstash-Failure-Callback-Retry-Delay: 5", "Upstash-Failure-Callback-Delay: 1m")
	b.clock.advance(5 * time.Second)
	dead := b.get("/v2/dlq?messageId=" + id).list("messages")[0].text("dlqId")

	callback, logged := b.told("https://c.example")
	if callback.number("status") != 500 || callback.text("sourceMessageId") != id || callback["dlqId"] != nil ||
		callback.text("body") != base64.StdEncoding.EncodeToString([]byte("boom")) ||
		callback.text("sourceBody") != base64.StdEncoding.EncodeToString([]byte("hello")) {
		t.Errorf("callback %v", callback)
	}
	if logged.number("maxRetries") != 1 || logged.text("method") != "PUT" || logged.number("timeout") != 9000 {
		t.Errorf("message of the callback %v", logged)
	}
	failure, logged := b.told("https://f.example")
	if failure.text("dlqId") != dead || failure.number("maxRetries") != 0 || logged.text("retryDelayExpression") != "5" ||
		logged.number("maxRetries") != 0 {
		t.Errorf("failure callback %v, message %v", failure, logged)
	}
	if states := b.states(logged.text("messageId")); states != "CREATED" {
		t.Errorf("the delayed failure callback is %s", states)
	}
}

func TestACallbackThatFailsBecomesADeadLetter(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://c.example", Script{Attempts: []Attempt{{Status: 404}}})
	b.publish("https://a.example", "", "Upstash-Callback: https://c.example", "Upstash-Callback-Retries: 0")
	b.clock.advance(10 * time.Second)
	if got := b.get("/v2/dlq?url=https://c.example").list("messages"); len(got) != 1 {
		t.Errorf("dead letters %v", got)
	}
}

func TestRedactedFieldsAreHiddenButDelivered(t *testing.T) {
	b := newBench(t, Options{})
	b.ScriptDestination("https://a.example", Script{Attempts: []Attempt{{Status: 500}}})
	sum := sha256.Sum256([]byte("secret"))
	hidden := "REDACTED:" + hex.EncodeToString(sum[:])
	id := b.publish("https://a.example", "secret", "Upstash-Retries: 0", "Content-Type: text/plain",
		"Upstash-Forward-Authorization: secret", "Upstash-Redact-Fields: body, headers[authorization]")
	b.clock.advance(5 * time.Second)
	dead := b.get("/v2/dlq?messageId=" + id).list("messages")[0]
	header, _ := dead["header"].(map[string]any)
	if dead.text("body") != hidden || header["Authorization"].([]any)[0] != hidden || header["Content-Type"].([]any)[0] != "text/plain" {
		t.Errorf("dead letter %v", dead)
	}
	logged := b.get("/v2/logs?state=CREATED&messageId=" + id).list("logs")[0]
	if logged.text("body") != base64.StdEncoding.EncodeToString([]byte(hidden)) {
		t.Errorf("logged %v", logged)
	}
	again := b.retry(dead.text("dlqId"))
	if body := string(b.messages[again].Body); body != "secret" {
		t.Errorf("%s is delivered", body)
	}
	all := b.publish("https://a.example", "", "Upstash-Forward-A: secret", "Upstash-Redact-Fields: headers")
	if shown := b.send(http.MethodGet, "/v2/messages/"+all).body; strings.Contains(shown, "secret") || !strings.Contains(shown, hidden) {
		t.Error(shown)
	}
}
