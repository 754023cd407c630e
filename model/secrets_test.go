package model_test

import (
	"strings"
	"testing"

	"redrive/model"
)

func TestSecretsInTextAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		``:                                          ``,
		`{"password":"a\"b","n":1}`:                 `{"password":"••••••","n":1}`,
		`{"api_key": 12, "apiKey":null}`:            `{"api_key": "••••••", "apiKey":"••••••"}`,
		`{"Client-Secret" : "x","user":"alice"}`:    `{"Client-Secret" : "••••••","user":"alice"}`,
		`{"token":"cut off in the mid`:              `{"token":"••••••"`,
		`{"token":"cut off\`:                        `{"token":"••••••"`,
		`token=abc&x=1`:                             `token=••••••&x=1`,
		`x=1&access_token=abc; path=/`:              `x=1&access_token=••••••; path=/`,
		`Authorization: Basic QWxhZGRpbjpvcGVu`:     `Authorization: Basic ••••••`,
		`sent bearer eyJhbGciOi.J9-_~+/= here`:      `sent bearer •••••• here`,
		`a bearer of news`:                          `a bearer of news`,
		`upstream connect error`:                    `upstream connect error`,
		`{"message":"the token has expired"}`:       `{"message":"the token has expired"}`,
		`{"tokens":["a","b"],"n":1}`:                `{"tokens":"••••••","n":1}`,
		`{"secret":{"a":{"b":"}"}},"n":1}`:          `{"secret":"••••••","n":1}`,
		`{"body":"{\"password\":\"x y\",\"n\":1}"}`: `{"body":"{\"password\":\"••••••\",\"n\":1}"}`,
		`{"token":[`:                                `{"token":"••••••"`,
		`token=`:                                    `token=`,
		`: = "`:                                     `: = "`,
	} {
		if got := model.MaskText(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestMaskingTakesTimeInProportionToTheText(t *testing.T) {
	long := strings.Repeat(`{"k":"0123456789","password":"xx","a b":[1,2]} =: `, 20_000)
	if got := model.MaskText(long); strings.Contains(got, "xx") || !strings.HasPrefix(got, `{"k":"0123456789","password":"••••••"`) {
		t.Errorf("masked as %.60s", got)
	}
	hostile := strings.Repeat("_", 1<<20) + "=" + strings.Repeat(`"secret":[`, 1<<10)
	if got := model.MaskText(hostile); len(got) == 0 {
		t.Error("nothing is left")
	}
}

func FuzzMaskText(f *testing.F) {
	for _, s := range []string{`{"password":"a"}`, `token=x`, "bearer 0123456789", `{"a":"{\"token\":1}"}`, `"secret":{"`, ``} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		masked := model.MaskText(s)
		if again := model.MaskText(masked); strings.Count(again, model.Masked) < strings.Count(masked, model.Masked) {
			t.Errorf("%q is masked as %q, and that as %q", s, masked, again)
		}
		if !strings.Contains(s, model.Masked) && !strings.Contains(masked, model.Masked) && masked != s {
			t.Errorf("%q became %q", s, masked)
		}
	})
}

func BenchmarkMaskText(b *testing.B) {
	body := strings.Repeat(`{"k":"0123456789","password":"xx"},`, 30_000)
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		model.MaskText(body)
	}
}

func TestSecretsInHeadersAreMasked(t *testing.T) {
	for _, c := range []struct{ name, value, want string }{
		{"Authorization", "Bearer abc", model.Masked},
		{"cookie", "a=b", model.Masked},
		{"Set-Cookie", "a=b", model.Masked},
		{"X-API-Key", "abc", model.Masked},
		{"Upstash-Signature", "abc", model.Masked},
		{"Content-Type", "application/json", "application/json"},
		{"X-Forwarded", "Bearer abcdefghij", "Bearer ••••••"},
	} {
		if got := model.MaskHeader(c.name, c.value); got != c.want {
			t.Errorf("%s: %s is shown as %s", c.name, c.value, got)
		}
	}
}

func TestSecretsInURLsAreMasked(t *testing.T) {
	for raw, want := range map[string]string{
		"https://h/x?token=1&y=2#f":     "https://h/x?token=••••••&y=2#f",
		"https://u:p@h/x":               "https://u:••••••@h/x",
		"https://u:p%40w@h/x":           "https://u:••••••@h/x",
		"https://u:p@w@h/x?api_key=1":   "https://u:••••••@h/x?api_key=••••••",
		"https://u:%zz@h/x":             "https://u:••••••@h/x",
		"https://u@h/x":                 "https://u@h/x",
		"https://h:8080/x@y":            "https://h:8080/x@y",
		"https://h/x?redirect=https://": "https://h/x?redirect=https://",
		"topic":                         "topic",
	} {
		if got := model.MaskURL(raw); got != want {
			t.Errorf("%s is shown as %s, want %s", raw, got, want)
		}
	}
}
