package api_test

import (
	"strings"
	"testing"

	"redrive/api"
)

func TestConfigurationIsCheckedBeforeAnythingIsSent(t *testing.T) {
	for _, c := range []struct {
		url      string
		insecure bool
		host     string
		wrong    string
	}{
		{url: "", host: "qstash.upstash.io"},
		{url: " https://qstash-us-east-1.upstash.io/ ", host: "qstash-us-east-1.upstash.io"},
		{url: "https://x.io/base", host: "x.io"},
		{url: "HTTPS://x.io:444", host: "x.io:444"},
		{url: "http://localhost:8080", host: "localhost:8080"},
		{url: "http://LOCALHOST", host: "LOCALHOST"},
		{url: "http://127.0.0.1:8080/", host: "127.0.0.1:8080"},
		{url: "http://127.1.2.3", host: "127.1.2.3"},
		{url: "http://[::1]:8080", host: "[::1]:8080"},
		{url: "http://x.io", wrong: "--insecure-http"},
		{url: "http://localhost.x.io", wrong: "--insecure-http"},
		{url: "http://10.0.0.1", wrong: "--insecure-http"},
		{url: "http://10.0.0.1", insecure: true, host: "10.0.0.1"},
		{url: "ftp://x.io", wrong: "neither https nor http"},
		{url: "ftp://x.io", insecure: true, wrong: "neither https nor http"},
		{url: "x.io", wrong: "not a URL"},
		{url: "localhost:8080", wrong: "not a URL"},
		{url: "https://", wrong: "not a URL"},
		{url: "https:x.io", wrong: "not a URL"},
		{url: "https://x.io:port", wrong: "not a URL"},
		{url: "https://user@x.io", wrong: "user or a password"},
		{url: "https://user:word@x.io", wrong: "user or a password"},
		{url: "https://x.io?a=b", wrong: "more than an address"},
		{url: "https://x.io/?", wrong: "more than an address"},
		{url: "https://x.io/#a", wrong: "more than an address"},
	} {
		client, err := api.New(api.Config{URL: c.url, Token: token, InsecureHTTP: c.insecure})
		switch {
		case c.wrong == "" && (err != nil || client.Host() != c.host):
			t.Errorf("%q: %v", c.url, err)
		case c.wrong != "" && (err == nil || !strings.Contains(err.Error(), c.wrong)):
			t.Errorf("%q: %v", c.url, err)
		}
	}
	for _, bad := range []string{"", "  ", "a b", "a\nb", "ä", "a\x7f"} {
		if _, err := api.New(api.Config{Token: bad}); err == nil || !strings.Contains(err.Error(), "QSTASH_TOKEN") {
			t.Errorf("token %q: %v", bad, err)
		}
	}
	if _, err := api.New(api.Config{Token: token + "\n"}); err != nil {
		t.Errorf("a token with the line break of its file: %v", err)
	}
}

func TestDLQIsNamedAfterHostAndToken(t *testing.T) {
	name := func(url, token string) string {
		c, err := api.New(api.Config{URL: url, Token: token})
		if err != nil {
			t.Fatal(err)
		}
		return string(c.DLQ())
	}
	one := name("https://x.io", "abc")
	// The digest is that of `printf abc | sha256sum`.
	if one != "x.io#ba7816bf8f01cfea" {
		t.Error(one)
	}
	if one == name("https://y.io", "abc") || one == name("https://x.io", "abd") || one != name("https://x.io/", "abc") {
		t.Error("names of different DLQs are equal, or of one differ")
	}
	if c, _ := api.New(api.Config{Token: "abc", DLQ: "mine"}); c.DLQ() != "mine" {
		t.Error(c.DLQ())
	}
}
