package model_test

import (
	"testing"

	"redrive/model"
)

func TestSecretsInTextAreMasked(t *testing.T) {
	for text, want := range map[string]string{
		``:                                       ``,
		`{"password":"a\"b","n":1}`:              `{"password":"••••••","n":1}`,
		`{"api_key": 12, "apiKey":null}`:         `{"api_key": "••••••", "apiKey":"••••••"}`,
		`{"Client-Secret" : "x","user":"alice"}`: `{"Client-Secret" : "••••••","user":"alice"}`,
		`{"token":"cut off in the mid`:           `{"token":"••••••"`,
		`{"token":"cut off\`:                     `{"token":"••••••"`,
		`token=abc&x=1`:                          `token=••••••&x=1`,
		`x=1&access_token=abc; path=/`:           `x=1&access_token=••••••; path=/`,
		`Authorization: Basic QWxhZGRpbjpvcGVu`:  `Authorization: Basic ••••••`,
		`sent bearer eyJhbGciOi.J9-_~+/= here`:   `sent bearer •••••• here`,
		`a bearer of news`:                       `a bearer of news`,
		`upstream connect error`:                 `upstream connect error`,
		`{"message":"the token has expired"}`:    `{"message":"the token has expired"}`,
	} {
		if got := model.MaskText(text); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
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
