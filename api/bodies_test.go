package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"redrive/api"
	"redrive/model"
)

const everyText = model.HeaderText | model.BodyText | model.ResponseText

// entryOf is an entry as JSON, with more fields.
func entryOf(id, fields string) string {
	return fmt.Sprintf(`{"dlqId":%q,"messageId":"msg_1","url":"https://a.io"%s}`, id, fields)
}

func listing(entries ...string) string { return `{"messages":[` + strings.Join(entries, ",") + `]}` }

func TestTextsOfAListAreKept(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		want   model.Texts
	}{
		"none":            {"", model.Texts{}},
		"null":            {`,"body":null,"header":null,"responseBody":null`, model.Texts{}},
		"body":            {`,"body":"{\"n\":\"\u00e9\"}"`, model.Texts{Body: `{"n":"é"}`}},
		"base64":          {`,"bodyBase64":"/wBh","responseBodyBase64":"YmM="`, model.Texts{Body: "\xff\x00a", Response: "bc"}},
		"response":        {`,"responseBody":"busy\nnow"`, model.Texts{Response: "busy\nnow"}},
		"long response":   {`,"responseBody":"` + strings.Repeat("x", 5000) + `"`, model.Texts{Response: strings.Repeat("x", 5000)}},
		"headers":         {`,"header":{"B":["2","3"],"A":["1"]},"responseHeader":{"C":"4"}`, model.Texts{Header: "A: 1\nB: 2\nB: 3\nC: 4\n"}},
		"response header": {`,"responseHeaders":{"C":["4"]}`, model.Texts{Header: "C: 4\n"}},
		"of other types":  {`,"body":5,"header":"x","responseBody":{"a":1}`, model.Texts{}},
		"twice":           {`,"body":"first","body":"second"`, model.Texts{Body: "second"}},
	} {
		t.Run(name, func(t *testing.T) {
			c2 := answering(t, 200, listing(entryOf(someI, c.fields), entryOf("1760000000122-0", `,"body":"other"`)))
			if _, err := c2.List(context.Background(), model.Query{}); err != nil {
				t.Fatal(err)
			}
			got, kept := c2.Texts(key(model.Message, someI), everyText)
			if !kept || got != c.want {
				t.Errorf("kept: %v, %q, want %q", kept, got, c.want)
			}
			if got, _ := c2.Texts(key(model.Message, "1760000000122-0"), model.BodyText); got.Body != "other" {
				t.Errorf("the next entry has %q", got.Body)
			}
		})
	}
}

func TestOnlyTheTextsAskedForAreDecoded(t *testing.T) {
	c := answering(t, 200, listing(entryOf(someI, `,"body":"b","responseBody":"r","header":{"H":["1"]}`)))
	if _, err := c.List(context.Background(), model.Query{}); err != nil {
		t.Fatal(err)
	}
	for parts, want := range map[model.TextParts]model.Texts{
		model.BodyText: {Body: "b"}, model.ResponseText: {Response: "r"}, model.HeaderText: {Header: "H: 1\n"},
	} {
		if got, _ := c.Texts(key(model.Message, someI), parts); got != want {
			t.Errorf("%v: %q", parts, got)
		}
	}
}

func TestTextsReadLeastRecentlyMakeRoom(t *testing.T) {
	body := strings.Repeat("x", 1000)
	page := func(from int) string {
		var entries []string
		for i := range 3 {
			entries = append(entries, entryOf(fmt.Sprintf("17600000001%02d-0", from+i), `,"body":"`+body+`"`))
		}
		return listing(entries...)
	}
	calls := 0
	c := newClient(t, "http://localhost", func(c *api.Config) { c.Memory = 6000 }, over(answers(func() string {
		calls++
		return page(10 * calls)
	})))
	for range 2 {
		if _, err := c.List(context.Background(), model.Query{}); err != nil {
			t.Fatal(err)
		}
	}
	for id, want := range map[string]bool{"10": false, "11": false, "12": true, "20": true, "22": true, "99": false} {
		if _, kept := c.Texts(key(model.Message, "17600000001"+id+"-0"), everyText); kept != want {
			t.Errorf("%s is kept: %v", id, kept)
		}
	}
}

func TestTextsThatAreLargerThanTheRoomAreNotKeptAndPushNothingOut(t *testing.T) {
	c := newClient(t, "http://localhost", func(c *api.Config) { c.Memory = 2000 }, over(answers(func() string {
		return listing(entryOf(someI, `,"body":"small"`), entryOf("1760000000122-0", `,"body":"`+strings.Repeat("x", 2000)+`"`))
	})))
	if _, err := c.List(context.Background(), model.Query{}); err != nil {
		t.Fatal(err)
	}
	if _, kept := c.Texts(key(model.Message, someI), everyText); !kept {
		t.Error("the small one was pushed out")
	}
	if _, kept := c.Texts(key(model.Message, "1760000000122-0"), everyText); kept {
		t.Error("the large one is kept")
	}
}

func TestTextsThatWereReadInPartAreNotTakenForWhole(t *testing.T) {
	c := newClient(t, "http://localhost", func(c *api.Config) { c.PageCap = 100 << 10 }, over(answers(func() string {
		return listing(entryOf(someI, `,"body":"`+strings.Repeat("x", 200<<10)+`needle"`))
	})))
	page, err := c.List(context.Background(), model.Query{})
	if err != nil || len(page.Entries) != 1 {
		t.Fatal(page, err)
	}
	if _, kept := c.Texts(key(model.Message, someI), everyText); kept {
		t.Error("the beginning of a body is kept as if it were all")
	}
}

func TestAResponseSaysWhetherItGoesOn(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		cut    bool
	}{
		"whole":       {`,"responseBody":"` + strings.Repeat("x", model.ResponseHead) + `"`, false},
		"cut":         {`,"responseBody":"` + strings.Repeat("x", model.ResponseHead+1) + `"`, true},
		"base64":      {`,"responseBodyBase64":"` + strings.Repeat("YWFh", model.ResponseHead/3) + `"`, false},
		"base64, cut": {`,"responseBodyBase64":"` + strings.Repeat("YWFh", 1+model.ResponseHead/3) + `"`, true},
	} {
		t.Run(name, func(t *testing.T) {
			list := answering(t, 200, listing(entryOf(someI, c.fields)))
			page, err := list.List(context.Background(), model.Query{})
			if err != nil || page.Entries[0].ResponseCut != c.cut {
				t.Errorf("of the list: %v, %v", page.Entries[0].ResponseCut, err)
			}
			whole := answering(t, 200, entryOf(someI, c.fields))
			d, err := whole.Get(context.Background(), key(model.Message, someI))
			if err != nil || d.ResponseCut != c.cut {
				t.Errorf("of the entry: %v, %v", d.ResponseCut, err)
			}
		})
	}
}
