package emulator

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestURLGroupsGainAndLoseEndpoints(t *testing.T) {
	b := newBench(t, Options{})
	b.wantStatus(b.post("/v2/topics/g/endpoints", `{"endpoints":[{"url":"https://a.example","name":"a"},{"url":"https://b.example"}]}`), http.StatusOK)
	b.clock.advance(time.Second)
	b.wantStatus(b.post("/v2/topics/g/endpoints", `{"endpoints":[{"url":"https://c.example","name":"a"}]}`), http.StatusOK)
	group := b.get("/v2/topics/g")
	if urls := strings.Join(texts(group.list("endpoints"), "url"), " "); urls != "https://b.example https://c.example" ||
		group.number("updatedAt") != group.number("createdAt")+1000 {
		t.Errorf("got %v", group)
	}
	if got := b.send(http.MethodGet, "/v2/topics").body; !strings.HasPrefix(got, `[{"name":"g",`) {
		t.Error(got)
	}
	if got := b.post("/v2/publish/g", ""); strings.Count(got.body, "messageId") != 2 {
		t.Error(got.body)
	}
	remove := func(body string) reply {
		got, err := b.try(http.MethodDelete, "/v2/topics/g/endpoints", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		return got
	}
	b.wantStatus(remove(`{"endpoints":[{"name":"a"}]}`), http.StatusOK)
	if left := b.get("/v2/topics/g").list("endpoints"); len(left) != 1 || left[0].text("url") != "https://b.example" {
		t.Errorf("left %v", left)
	}
	b.wantStatus(remove(`{"endpoints":[{"url":"https://b.example"}]}`), http.StatusOK)
	b.wantStatus(b.send(http.MethodGet, "/v2/topics/g"), http.StatusNotFound)
	b.wantStatus(remove(`{"endpoints":[{"name":"a"}]}`), http.StatusNotFound)
	b.wantStatus(remove(`{"endpoints":[]}`), http.StatusBadRequest)
}

func TestAURLGroupThatIsRemovedTakesNoMessages(t *testing.T) {
	b := newBench(t, Options{})
	b.AddURLGroup("g", Endpoint{URL: "https://a.example"})
	b.wantStatus(b.send(http.MethodDelete, "/v2/topics/g"), http.StatusOK)
	b.wantStatus(b.post("/v2/publish/g", ""), http.StatusBadRequest)
	for _, body := range []string{`{`, `{}`, `{"endpoints":[{"url":"ftp://a.example"}]}`} {
		b.wantStatus(b.post("/v2/topics/g/endpoints", body), http.StatusBadRequest)
	}
}
