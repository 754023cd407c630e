package model_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"redrive/model"
)

func cause(e model.Entry, body string) model.Cause {
	return e.CauseOf(model.ReadResponse([]byte(body)))
}

func TestCauseSaysWhatTheResponseSays(t *testing.T) {
	for _, c := range []struct{ body, want string }{
		{"", "empty response"},
		{" \r\n\t", "empty response"},
		{"busy", "busy"},
		{"\n\n== boom ==\n", "== boom =="},
		{"REDACTED:0a1b2c", "a redacted response"},
		{"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", "a body that is no text"},
		{`{}`, "{}"},
		{`{"id":7,"items":[]}`, "JSON with id, items"},
		{`{"a":1,"status":"stuck"}`, "stuck"},
		{`{"1":1,"12 404":2}`, "JSON with ‹n›"},
		{`{"error":"no stock"}`, "no stock"},
		{`{"error":{"code":"E_STOCK","message":"no stock for ord_81"}}`, "E_STOCK: no stock for ord_‹n›"},
		{`{"message":"no stock","error":"Conflict","statusCode":409}`, "no stock"},
		{`{"error":"{\"message\":\"inner\",\"code\":\"X_1\"}"}`, "X_1: inner"},
		{`"a plain string"`, "a plain string"},
		{`{"error":{"message":"cut of`, "cut of"},
		{`{"type":"https://example.com/probs/out-of-credit","title":"No credit","detail":"Balance is 30"}`, "out-of-credit: No credit: Balance is ‹n›"},
		{`{"type":"about:blank","title":"Not Found","status":404}`, "Not Found"},
		{`{"errors":"no stock"}`, "no stock"},
		{"{\"errors\":{\"\xe3\":\"odd\"}}", "?: odd"},
		{`{"errors":{"email":["is taken","is odd"]}}`, "email: is taken"},
		{`[{"message":"locked","errorCode":"UNABLE_TO_LOCK"}]`, "UNABLE_TO_LOCK: locked"},
		{"java.io.IOException: disk full\n\tat a.b(C.java:1)\nCaused by: x.Y: no space left", "java.io.IOException: disk full: x.Y: no space left"},
		{"<title>Bad &amp; ugly</title><h1>Bad &amp; ugly</h1>", "Bad & ugly"},
		{"error code: 1016", "Cloudflare error 1016"},
		{`{"password":"hunter2hunter2","error":"password=hunter2 refused"}`, "password=•••••• refused"},
	} {
		if got := cause(message(1, status(500)), c.body).Text; got != c.want {
			t.Errorf("%q: %q, want %q", c.body, got, c.want)
		}
	}
}

func TestWhatDiffersBetweenFailuresIsTakenOutOfTheText(t *testing.T) {
	for text, want := range map[string]string{
		"order 81 of 900 failed":                                  "order ‹n› of ‹n› failed",
		"user 550e8400-e29b-41d4-a716-446655440000 gone":          "user ‹id› gone",
		"run 01JCZK4T6V8X9Y0A1B2C3D4E5F gone":                     "run ‹id› gone",
		"cus_NffrFeUfNV2Hib and ord_7":                            "cus_‹id› and ord_‹n›",
		"commit 9f86d081884c7d65 at 0x7ffe12":                     "commit ‹id› at ‹id›",
		"connection f60b reset, field coupon_7e2c, 1000b":         "connection ‹id› reset, field coupon_‹id›, ‹n›",
		"took 1.5s, limit 300 ms, 5MiB":                           "took ‹n›, limit ‹n›",
		"since 2026-11-20T03:00:00.123Z until 2026-11-20 3:00":    "since ‹time› until ‹time›",
		"ann@example.com from 10.0.0.7:5432 and 2001:db8::1":      "‹email› from ‹ip› and ‹ip›",
		"GET https://a.io/x?y=1 (see /var/log/x.log)":             "GET ‹url› (see ‹path›)",
		`value "blue" for user 'ann'`:                             "value ‹q› for user ‹q›",
		`column "total" of relation "orders" does not exist`:      "column 'total' of relation 'orders' does not exist",
		"application/json or disconnect/reset":                    "application/json or disconnect/reset",
		"Request failed with status code 503":                     "Request failed with status code 503",
		"P2002 and E11000 on S3 with x509":                        "P2002 and E11000 on S3 with x509",
		"token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NSJ9.abc_DEF": "token ‹id›",
		"don't  stop":                      "don't stop",
		"[1, 2, 3]":                        "[‹n›]",
		"at Fri, 20 Nov 2026 03:00:00 GMT": "at ‹time›",
	} {
		if got := cause(message(1), text).Text; got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestCausesDifferByKindDestinationAndStatus(t *testing.T) {
	same := cause(message(1), "busy")
	if other := cause(message(2, labels("x")), "busy"); other != same {
		t.Errorf("%v is not %v", other, same)
	}
	for name, e := range map[string]model.Entry{
		"kind": run(1), "status": message(1, status(502)), "destination": message(1, destination("https://api.acme.io/other")),
		"scheme": message(1, destination("http://api.acme.io/hook")), "no response": message(1, status(0)),
	} {
		if cause(e, "busy").ID == same.ID {
			t.Errorf("the %s does not tell causes apart", name)
		}
	}
	if cause(message(1), "free").ID == same.ID {
		t.Error("the text does not tell causes apart")
	}
}

// TestCauseKeepsItsIDFromOneReleaseToTheNext fails when the way to make ids changes: their version has to grow then.
func TestCauseKeepsItsIDFromOneReleaseToTheNext(t *testing.T) {
	c := cause(message(1, destination("https://api.acme.io/v1/orders/81?x=1")), `{"error":{"code":"E","message":"no stock for 7"}}`)
	want := model.Cause{
		ID: c.ID, Class: model.ClassOverload, Status: 503, Destination: "api.acme.io/v1/orders/{id}", Text: "E: no stock for ‹n›",
	}
	if diff := cmp.Diff(want, c); diff != "" || c.ID.String() != "a5d0e397" {
		t.Error(c.ID, diff)
	}
}

func TestIDsInAPathAreLeftOutOfADestination(t *testing.T) {
	for raw, want := range map[string]string{
		"https://a.io":                         "a.io",
		"https://a.io/":                        "a.io/",
		"http://a.io/v1/orders/81/lines?x=1#y": "http://a.io/v1/orders/{id}/lines",
		"https://a.io/u/550e8400-e29b-41d4-a716-446655440000": "a.io/u/{id}",
		"https://a.io/c/cus_NffrFeUfNV2Hib/":                  "a.io/c/{id}/",
		"https://a.io/m/ann@x.io/n/b%40x.io":                  "a.io/m/{id}/n/{id}",
		"https://a.io/oauth2/v12/s3/hook-2/step1":             "a.io/oauth2/v12/s3/hook-2/step1",
		"https://a.io/01JCZK4T6V8X9Y0A1B2C3D4E5F":             "a.io/{id}",
		"https://u:p@a.io/x":                                  "a.io/x",
		"no url":                                              "no url",
		"":                                                    "",
	} {
		if got := model.TemplateURL(raw); got != want {
			t.Errorf("%q: %q, want %q", raw, got, want)
		}
	}
}

func TestClassSaysWhatSortOfFailureItIs(t *testing.T) {
	for _, c := range []struct {
		status int
		body   string
		want   model.Class
	}{
		{503, "", model.ClassOverload},
		{502, "", model.ClassOverload},
		{529, "", model.ClassOverload},
		{504, "", model.ClassTimeout},
		{524, "", model.ClassTimeout},
		{408, "", model.ClassTimeout},
		{499, "", model.ClassTimeout},
		{500, `{"errorMessage":"Task timed out after 3.00 seconds"}`, model.ClassTimeout},
		{429, "", model.ClassRateLimit},
		{401, "", model.ClassAuth},
		{403, "", model.ClassAuth},
		{404, "", model.ClassNotFound},
		{410, "", model.ClassNotFound},
		{422, "timed out", model.ClassClientError},
		{500, "timed out", model.ClassServerError},
		{525, "", model.ClassTLS},
		{521, "", model.ClassNetwork},
		{530, "error code: 1016", model.ClassDNS},
		{489, "", model.ClassNonRetryable},
		{0, "", model.ClassUnknown},
		{0, "odd", model.ClassUnknown},
		{0, "i/o timeout", model.ClassTimeout},
		{0, "connect ECONNREFUSED 10.0.0.1:80", model.ClassNetwork},
		{0, "read: connection reset by peer", model.ClassNetwork},
		{0, "getaddrinfo ENOTFOUND api.acme.io", model.ClassDNS},
		{0, "x509: certificate signed by unknown authority", model.ClassTLS},
		{302, "", model.ClassUnknown},
		{-5, "", model.ClassUnknown},
		{99999, "", model.ClassUnknown},
	} {
		if got := cause(message(1, status(c.status)), c.body).Class; got != c.want {
			t.Errorf("%d %q: %v, want %v", c.status, c.body, got, c.want)
		}
	}
	for _, c := range model.Classes {
		if got, ok := model.ParseClass(c.String()); got != c || !ok {
			t.Errorf("%v is read as %v", c, got)
		}
	}
	if c, ok := model.ParseClass("odd"); ok || c != model.ClassUnknown || model.Class(200).String() != "unknown" {
		t.Error("there is a class that there is not")
	}
}

// anError draws an error in JSON as two responses have it: what differs is the order of fields and the ids, numbers and times.
func anError(t *rapid.T) (first, second string) {
	part := func() [2]string {
		return rapid.SampledFrom([][2]string{
			{"order ord_81 not found", "order ord_90210 not found"},
			{"took 30ms", "took 2.5s"},
			{"expired at 2026-11-20T03:00:00Z", "expired at 2027-01-02T23:59:59.123+01:00"},
			{"no user 550e8400-e29b-41d4-a716-446655440000", "no user 6ba7b810-9dad-11d1-80b4-00c04fd430c8"},
			{"refused by 10.0.0.1:80", "refused by 192.0.2.77:5432"},
			{"mail to ann@example.com bounced", "mail to bob.lee7@mail.example.org bounced"},
			{"see https://a.io/1?x=2", "see https://b.example.com/long/path/9"},
			{"cannot read /var/x/1.log", "cannot read /tmp/yy.txt"},
			{`bad value "blue"`, `bad value "green-7"`},
			{"stuck", "stuck"},
		}).Draw(t, "part")
	}
	names := rapid.Permutation([]string{"message", "code", "type", "title", "detail", "requestId", "timestamp", "data", "errors"}).Draw(t, "names")
	names = names[:rapid.IntRange(1, len(names)).Draw(t, "fields")]
	values := map[string][2]any{}
	for _, n := range names {
		p := part()
		switch n {
		case "code":
			values[n] = [2]any{"E_STOCK", "E_STOCK"}
		case "requestId":
			values[n] = [2]any{"a1b2c3d4e5", 77}
		case "timestamp":
			values[n] = [2]any{1760000000000, "2026-11-20"}
		case "errors":
			values[n] = [2]any{map[string]any{"email": []any{p[0]}, "name": "odd"}, map[string]any{"name": "odd", "email": []any{p[1]}}}
		case "data":
			values[n] = [2]any{map[string]any{"x": 1}, map[string]any{"x": []int{2, 3}}}
		default:
			values[n] = [2]any{p[0], p[1]}
		}
	}
	write := func(order []string, i int) string {
		var fields []string
		for _, n := range order {
			v, _ := json.Marshal(values[n][i])
			fields = append(fields, fmt.Sprintf("%q:%s", n, v))
		}
		return "{" + strings.Join(fields, ",") + "}"
	}
	first, second = write(names, 0), write(rapid.Permutation(names).Draw(t, "order"), 1)
	if rapid.Bool().Draw(t, "within an error") {
		first, second = `{"error":`+first+`,"status":500}`, `{"status":500,"error":`+second+`}`
	}
	return first, second
}

func TestOrderOfFieldsIDsNumbersAndTimesDoNotChangeACause(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first, second := anError(t)
		a, b := cause(message(1), first), cause(message(1), second)
		if a != b {
			t.Fatalf("%s\n%s\n%q\n%q", first, second, a.Text, b.Text)
		}
	})
}

func FuzzCause(f *testing.F) {
	for _, name := range []string{"tuned", "heldout"} {
		for i, l := range corpus(f, name) {
			if i%5 == 0 {
				f.Add([]byte(l.Body), l.Destination, l.Status)
			}
		}
	}
	f.Add([]byte("{\"a\":{\"error\":[[[{\"message\":{}}]]]}}\xff‹n›\"‹"), "://\xff/1", 0)
	f.Add([]byte(strings.Repeat(`{"error":`, 900)), "", 500)
	f.Add([]byte(strings.Repeat(`[`, 5000)), "x", 500)
	f.Add([]byte("<title>"+strings.Repeat("é", 4000)), "x", 500)
	f.Fuzz(func(t *testing.T, body []byte, url string, status int) {
		e := model.Entry{URL: url, Status: status}
		c := e.CauseOf(model.ReadResponse(body))
		if again := e.CauseOf(model.ReadResponse(body)); again != c {
			t.Fatalf("%v, and then %v", c, again)
		}
		if c.Text == "" || len(c.Text) > 200 || !utf8.ValidString(c.Text) || c.ID == 0 {
			t.Fatalf("%d %q", c.ID, c.Text)
		}
		if strings.ContainsFunc(c.Text, unicode.IsControl) {
			t.Fatalf("%q has what cannot be seen", c.Text)
		}
		if id, ok := model.ParseCauseID(c.ID.String()); !ok || id != c.ID {
			t.Fatalf("%v is read as %v", c.ID, id)
		}
	})
}

// causePage is a page of responses of 1 to 5 KB, none like another.
func causePage() (page [][]byte) {
	random := rand.New(rand.NewPCG(1, 2))
	trace := strings.Repeat("    at Layer.handle (/var/task/node_modules/express/lib/router/layer.js:95:5)\n", 60)
	quoted, _ := json.Marshal(trace)
	for i := range 100 {
		n := 1000 + random.IntN(3500)
		switch i % 4 {
		case 0:
			page = append(page, fmt.Appendf(nil, `{"requestId":"%x","error":{"message":"Order ord_%d not found","code":"ORDER_NOT_FOUND"},"stack":%s"}`, random.Uint64(), i, quoted[:n]))
		case 1:
			page = append(page, fmt.Appendf(nil, "<!DOCTYPE html><html><head><style>%s</style><title>502 Bad Gateway</title></head><body><h1>502 Bad Gateway</h1><p>%d</p></body></html>", strings.Repeat("p{x:y} ", n/7), i))
		case 2:
			page = append(page, fmt.Appendf(nil, "TypeError: Cannot read properties of undefined (reading 'id') of %d\n%s", i, trace[:n]))
		default:
			page = append(page, fmt.Appendf(nil, `{"errors":[{"message":"took %dms","path":["order",%d],"extensions":{"code":"INTERNAL","stacktrace":%s"}}],"data":null}`, i, i, quoted[:n]))
		}
	}
	return page
}

func BenchmarkCause(b *testing.B) {
	page := causePage()
	e := message(1, destination("https://api.acme.io/v1/orders/81/lines"))
	b.ReportAllocs()
	for b.Loop() {
		for _, body := range page {
			e.CauseOf(model.ReadResponse(body))
		}
	}
}

func TestDestinationOfACauseIsThatOfThePlanButForIDs(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		raw := strings.Join(rapid.SliceOf(rapid.SampledFrom([]string{
			"https://", "http://", "a.io", "api2.io:80", "/", "/hook", "/v", "?", "#", "x@", "ü", "-", ".",
		})).Draw(t, "parts"), "")
		if got, want := model.TemplateURL(raw), model.Destination(raw); got != want && !strings.Contains(got, "{id}") {
			t.Fatalf("%q: %q, want %q", raw, got, want)
		}
	})
}
