package api

import (
	"bytes"
	"math"
	"strings"
	"sync"

	"redrive/model"
)

// textPart is one of the JSON values that the texts of an entry are in.
type textPart uint8

const (
	requestHeader textPart = iota
	responseHeader
	request
	requestBase64
	response
	responseBase64
	textParts
)

// entryOverhead is about what an entry takes beyond its texts, in bytes.
const entryOverhead = 300

// rawTexts are the texts of an entry as they stood in the answer, one after the other: to decode them is left to who looks
// in them, as most are never looked in.
type rawTexts struct {
	json []byte
	ends [textParts]int32 // of every part in json; a part begins where the one before ends
	at   [textParts]int32
}

func (t *rawTexts) part(p textPart) []byte { return t.json[t.at[p]:t.ends[p]] }

// textsOf are the texts of a whole entry.
func textsOf(d *model.Detail) (t model.Texts) {
	t.Header = headerText(d.Header) + headerText(d.ResponseHeader)
	t.Body, t.Response = string(d.Body.Bytes), string(d.ResponseBody.Bytes)
	return t
}

func headerText(fields []model.HeaderField) string {
	var b strings.Builder
	for _, f := range fields {
		b.WriteString(f.Name)
		b.WriteString(": ")
		b.WriteString(f.Value)
		b.WriteByte('\n')
	}
	return b.String()
}

// decode reads the parts asked for.
func (t *rawTexts) decode(parts model.TextParts) model.Texts {
	var d model.Detail
	r := entryReader{entry: &d.Entry, detail: &d}
	read := func(p textPart, use func()) {
		if raw := t.part(p); len(raw) > 0 {
			r.scanner = scannerOf(raw)
			use()
		}
	}
	if parts&model.HeaderText != 0 {
		read(requestHeader, func() { d.Header = r.header("header") })
		read(responseHeader, func() { d.ResponseHeader = r.header("responseHeader") })
	}
	if parts&model.BodyText != 0 {
		read(request, func() { r.body("body", &d.Body) })
		read(requestBase64, func() { r.bodyBase64("bodyBase64", &d.Body) })
	}
	if parts&model.ResponseText != 0 {
		read(response, func() { r.body("responseBody", &d.ResponseBody) })
		read(responseBase64, func() { r.bodyBase64("responseBodyBase64", &d.ResponseBody) })
	}
	return textsOf(&d)
}

// keepText keeps a field that only texts are in; false when name is none.
func (r *entryReader) keepText(name []byte) bool {
	var p textPart
	switch string(name) {
	case "header":
		p = requestHeader
	case "responseHeader", "responseHeaders":
		p = responseHeader
	case "body":
		p = request
	case "bodyBase64":
		p = requestBase64
	default:
		return false
	}
	if raw := r.raw(); r.err == nil {
		r.keepRaw(p, raw)
		if p == responseHeader {
			r.entry.RetryAfter = r.retryAfter(raw)
		}
	}
	return true
}

// keepRaw keeps a value, if texts are kept. Of a field that comes twice the last counts.
func (r *entryReader) keepRaw(p textPart, raw []byte) {
	t := r.texts
	if t == nil || len(t.json)+len(raw) > math.MaxInt32 {
		return
	}
	t.at[p] = int32(len(t.json))
	t.json = append(t.json, raw...)
	t.ends[p] = int32(len(t.json))
}

// bodies keeps the texts of entries within a budget. It is safe for concurrent use.
type bodies struct {
	mu     sync.Mutex
	room   int64
	used   int64
	recent keptTexts // the ring of what is kept: the latest comes after it, the least recent before
	of     map[model.Key]*keptTexts
}

type keptTexts struct {
	key           model.Key
	before, after *keptTexts
	rawTexts
}

func (k *keptTexts) size() int64 { return int64(cap(k.json)) + entryOverhead }

func newBodies(room int64) *bodies {
	b := &bodies{room: room, of: map[model.Key]*keptTexts{}}
	b.recent.before, b.recent.after = &b.recent, &b.recent
	return b
}

// keptPage are the texts of a page until it is known to be whole.
type keptPage []*keptTexts

func (p *keptPage) add(key model.Key, t *rawTexts) {
	key.ID = strings.Clone(key.ID) // which would keep the other ids of the page
	k := &keptTexts{key: key, rawTexts: *t}
	k.json = bytes.Clone(t.json)
	*p = append(*p, k)
}

// putAll keeps the texts of entries that were just read, and lets go of those read least recently. What is larger than all the
// room is not kept.
func (b *bodies) putAll(page keptPage) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, k := range page {
		b.drop(b.of[k.key])
		if k.size() > b.room {
			continue
		}
		b.of[k.key] = k
		k.before, k.after = &b.recent, b.recent.after
		k.before.after, k.after.before = k, k
		for b.used += k.size(); b.used > b.room; {
			b.drop(b.recent.before)
		}
	}
}

func (b *bodies) drop(k *keptTexts) {
	if k == nil {
		return
	}
	k.before.after, k.after.before = k.after, k.before
	delete(b.of, k.key)
	b.used -= k.size()
}

func (b *bodies) get(key model.Key) (rawTexts, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	k, kept := b.of[key]
	if !kept {
		return rawTexts{}, false
	}
	return k.rawTexts, true
}

// Texts are texts of an entry that a list read, while there is room for them ([Config.Memory]). It sends nothing.
func (c *Client) Texts(key model.Key, parts model.TextParts) (model.Texts, bool) {
	raw, kept := c.bodies.get(key)
	if !kept {
		return model.Texts{}, false
	}
	return raw.decode(parts), true
}
