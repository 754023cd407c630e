package api_test

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"redrive/model"
)

func TestCauseIsTheSameHoweverTheResponseCame(t *testing.T) {
	long := strings.Repeat(`x"\u0001é`, 900)
	for name, body := range map[string]string{
		"short":              `{"error":"no stock"}`,
		"beyond the head":    `{"data":"` + strings.Repeat("-", 2*model.ResponseHead) + `","error":"no stock"}`,
		"beyond what counts": "first line of ord_81\n" + long,
		"many escapes":       strings.Repeat("\x1b", model.CauseHead) + "end",
		"odd bytes":          "no stock \xff\xfe",
		"base64 like":        "YmM=",
		"nothing":            "",
	} {
		t.Run(name, func(t *testing.T) {
			e := model.Entry{URL: "https://a.example/x", Status: 500}
			want := e.CauseOf(model.ReadResponse([]byte(body)))
			text, _ := json.Marshal(body)
			if name == "odd bytes" {
				text = []byte(`"` + body + `"`)
			}
			coded := base64.StdEncoding.EncodeToString([]byte(body))
			entry := `{"dlqId":"1760000000123-%d",%s,"url":"https://a.example/x","responseStatus":500}`
			entries := []string{
				fmt.Sprintf(entry, 1, `"responseBody":`+string(text)), fmt.Sprintf(entry, 2, `"responseBodyBase64":"`+coded+`"`),
				fmt.Sprintf(entry, 3, `"responseBody":`+string(text)), fmt.Sprintf(entry, 4, `"responseBodyBase64":"`+coded+`"`),
			}
			page, err := answering(t, 200, `{"messages":[`+strings.Join(entries, ",")+`]}`).List(t.Context(), model.Query{})
			if err != nil {
				t.Fatal(err)
			}
			for i, e := range page.Entries {
				if e.Cause != want {
					t.Errorf("entry %d: %+v, want %+v", i, e.Cause, want)
				}
			}
			d, err := answering(t, 200, entries[1]).Get(t.Context(), key(model.Message, "1760000000123-2"))
			if err != nil || d.Cause != want {
				t.Errorf("by id: %+v, %v, want %+v", d.Cause, err, want)
			}
		})
	}
}

func TestResponsesThatDifferFarInHaveTheirOwnCauses(t *testing.T) {
	var entries []string
	for i, said := range []string{"no stock", "no money"} {
		body, _ := json.Marshal(`{"data":"` + strings.Repeat("-", 200) + strings.Repeat("\x01", model.CauseHead-300) + `","error":"` + said + `"}`)
		entries = append(entries, fmt.Sprintf(`{"dlqId":"1760000000123-%d","responseBody":%s}`, i, body))
	}
	page, err := answering(t, 200, `{"messages":[`+strings.Join(entries, ",")+`]}`).List(t.Context(), model.Query{})
	if err != nil || page.Entries[0].Cause.Text != "no stock" || page.Entries[1].Cause.Text != "no money" {
		t.Errorf("%+v, %v", page.Entries, err)
	}
}
