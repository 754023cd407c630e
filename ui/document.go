package ui

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dustin/go-humanize"

	"redrive/model"
	"redrive/ui/text"
)

// document is a whole entry laid out as a list of parts, one below the other. It wraps and colours only the rows that
// are looked at.
type document struct {
	parts []part
	// unsafe is how many characters were replaced by stand-ins.
	unsafe int
	// texts are what can be searched of each part.
	texts []searchText
}

// part is a run of rows of a document.
type part interface {
	// rows is how many rows there are at this width, as far as they have been found.
	rows() (n int, complete bool)
	setWidth(width int)
	// grow finds more rows.
	grow(size int)
	// draw puts a row on the line, with what is to be lit in it.
	draw(t *Theme, r *row, i int, l *lit)
	// offset is the first byte that a row shows, and row the row that shows a byte.
	offset(row int) int
	row(offset int) int
	// reached tells whether the row of a byte is found.
	reached(offset int) bool
	searchText() searchText
}

type documentOptions struct {
	masked bool
	zone   *time.Location
	now    time.Time
	step   string // that a run failed at, or why that is not known
	// cameBack says of which operation the entry came; empty when of none.
	cameBack string
}

const (
	labelWidth = 18
	// headerWidth is the most that names of headers may take.
	headerWidth = 34
	// indentLimit is the depth from which JSON is shown as it came: indenting it would make it grow with the square of
	// its depth.
	indentLimit = 128
	// countUnsafeIn is how much of a body is searched for unsafe characters.
	countUnsafeIn = 1 << 20
)

// newDocument lays an entry out. It is slow for a large body, and so runs in a command.
func newDocument(d model.Detail, o documentOptions) *document {
	b := &documentBuilder{doc: &document{}, o: o}
	b.why(&d)
	b.response(&d)
	b.request(&d)
	b.origin(&d)
	for _, p := range b.doc.parts {
		b.doc.texts = append(b.doc.texts, p.searchText())
	}
	return b.doc
}

type documentBuilder struct {
	doc *document
	o   documentOptions
}

func (b *documentBuilder) add(p part) { b.doc.parts = append(b.doc.parts, p) }

func (b *documentBuilder) heading(s text.Safe) {
	if len(b.doc.parts) > 0 {
		b.add(&blank{})
	}
	b.add(&heading{s})
}

// field adds a label with its value; an empty value is left out.
func (b *documentBuilder) field(label text.Safe, value string) {
	if value == "" {
		return
	}
	b.doc.unsafe += text.Unsafe(value[:min(len(value), countUnsafeIn)])
	b.add(newField(label, value))
}

func (b *documentBuilder) url(label text.Safe, raw string) {
	if b.o.masked {
		raw = model.MaskURL(raw)
	}
	b.field(label, raw)
}

func (b *documentBuilder) number(label text.Safe, n int) {
	if n != 0 {
		b.add(newField(label, text.Int(n).String()))
	}
}

func (b *documentBuilder) time(label text.Safe, at time.Time) {
	b.timeWith(label, at, since(b.o.now, at))
}

func (b *documentBuilder) timeWith(label text.Safe, at time.Time, said text.Safe) {
	if at.IsZero() {
		return
	}
	in := at.In(b.o.zone)
	b.add(newField(label, in.Format("2006-01-02 15:04:05.000 MST")+"  ("+said.String()+")"))
}

func (b *documentBuilder) headers(label text.Safe, fields []model.HeaderField) {
	if len(fields) == 0 {
		return
	}
	b.heading(label)
	beside := labelWidth
	for _, f := range fields {
		beside = max(beside, min(text.Line(head(f.Name)).Width()+1, headerWidth))
	}
	for _, f := range fields {
		value := f.Value
		if b.o.masked {
			value = model.MaskHeader(f.Name, f.Value)
		}
		b.doc.unsafe += text.Unsafe(f.Name) + text.Unsafe(value[:min(len(value), countUnsafeIn)])
		name := newField(text.Line(head(f.Name)), value)
		name.beside = beside
		b.add(name)
	}
}

// why is what an engineer looks for first: what failed, when, and how.
func (b *documentBuilder) why(d *model.Detail) {
	b.field(text.Const("Problem"), d.Problem)
	b.field(text.Const("Method"), d.Method)
	b.url(text.Const("Destination"), d.URL)
	if d.Status == 0 {
		b.field(text.Const("Status"), "no response: the destination could not be reached, or did not answer in time")
	} else {
		b.field(text.Const("Status"), strings.TrimSpace(text.Int(d.Status).String()+" "+http.StatusText(d.Status)))
	}
	b.field(text.Const("Failed step"), b.o.step)
	b.time(text.Const("Failed"), d.FailedAt)
	b.time(text.Const("Created"), d.CreatedAt)
	b.add(newField(text.Const("Max retries"), text.Int(d.MaxRetries).String()))
	b.field(text.Const("Retry delay"), d.RetryDelayExpression)
	b.field(text.Const("Failure function"), d.FailureState)
	b.field(text.Const("Came back"), b.o.cameBack)
}

func (b *documentBuilder) response(d *model.Detail) {
	b.body(text.Const("Response body"), d.ResponseBody)
	b.headers(text.Const("Response headers"), d.ResponseHeader)
	if f := d.FailureFunction; f != nil {
		b.heading(text.Const("Failure function"))
		b.field(text.Const("State"), f.State)
		b.number(text.Const("Status"), f.Status)
		b.headers(text.Const("Failure function headers"), f.Header)
		b.body(text.Const("Failure function body"), f.Body)
	}
}

func (b *documentBuilder) request(d *model.Detail) {
	b.body(text.Const("Request body"), d.Body)
	b.headers(text.Const("Request headers"), d.Header)
}

func (b *documentBuilder) origin(d *model.Detail) {
	b.heading(text.Const("Message"))
	b.field(text.Const("Message id"), d.MessageID)
	b.field(text.Const("DLQ id"), d.Key.ID)
	b.field(text.Const("Workflow run"), d.WorkflowRunID)
	b.url(text.Const("Workflow URL"), d.WorkflowURL)
	b.time(text.Const("Run created"), d.WorkflowCreatedAt)
	b.field(text.Const("Queue"), d.QueueName)
	b.field(text.Const("URL group"), d.URLGroup)
	b.field(text.Const("Endpoint"), d.Endpoint)
	b.field(text.Const("Schedule"), d.ScheduleID)
	labels := strings.Join(d.Labels, ", ")
	if d.FirstLabelOnly {
		labels += "  (the first; others are not known)"
	}
	b.field(text.Const("Labels"), labels)
	b.field(text.Const("Flow control"), d.FlowControlKey)
	b.number(text.Const("Rate"), d.Flow.Rate)
	b.number(text.Const("Parallelism"), d.Flow.Parallelism)
	if d.Flow.Period > 0 {
		b.field(text.Const("Period"), d.Flow.Period.String())
	}
	b.timeWith(text.Const("Not before"), d.NotBefore, ago(b.o.now, d.NotBefore))
	b.field(text.Const("Caller IP"), d.CallerIP)
	b.url(text.Const("Callback"), d.Callback)
	b.headers(text.Const("Callback headers"), d.CallbackHeader)
	b.url(text.Const("Failure callback"), d.FailureCallback)
	b.headers(text.Const("Failure callback headers"), d.FailureCallbackHeader)
	if len(d.Unknown) > 0 {
		b.headers(text.Const("Other fields"), d.Unknown)
	}
}

// body adds a body: JSON indented, other text as it is, the rest as a hex dump.
func (b *documentBuilder) body(label text.Safe, body model.Body) {
	size := text.Line(humanize.IBytes(uint64(len(body.Bytes))))
	kind := text.Const("text")
	raw := body.Bytes
	var p part
	switch {
	case len(raw) == 0:
		b.heading(text.Concat(label, text.Const(" · empty")))
		return
	case isBinary(raw):
		kind, p = text.Const("binary"), &hexDump{raw: string(raw)}
	default:
		indented, isJSON := indent(raw)
		s := string(indented)
		if isJSON {
			kind = text.Const("JSON")
		}
		if b.o.masked {
			s = model.MaskText(s)
		}
		b.doc.unsafe += text.Unsafe(s[:min(len(s), countUnsafeIn)])
		p = newBodyText(s, isJSON)
	}
	if body.Base64 {
		kind = text.Concat(kind, text.Const(", decoded from base64"))
	}
	if bytes.HasPrefix(raw, []byte("REDACTED:")) {
		kind = text.Concat(kind, text.Const(", redacted: a retry delivers the original"))
	}
	b.heading(text.Join(text.Const(" · "), label, kind, size))
	b.add(p)
}

// isBinary tells whether a body is better read as a hex dump: it is not UTF-8, or begins with a NUL among its bytes.
func isBinary(b []byte) bool {
	if !utf8.Valid(b) {
		return true
	}
	return bytes.IndexByte(b[:min(len(b), 4096)], 0) >= 0
}

// indent lays JSON out; what is no JSON, or too deep, comes back as it is.
func indent(raw []byte) ([]byte, bool) {
	trimmed := bytes.TrimSpace(raw)
	if len(trimmed) == 0 || trimmed[0] != '{' && trimmed[0] != '[' {
		return raw, false
	}
	depth, deepest := 0, 0
	for _, c := range trimmed {
		switch c {
		case '{', '[':
			depth++
			deepest = max(deepest, depth)
		case '}', ']':
			depth--
		}
	}
	if deepest > indentLimit {
		return raw, json.Valid(trimmed)
	}
	var out bytes.Buffer
	if json.Indent(&out, trimmed, "", "  ") != nil {
		return raw, false
	}
	return out.Bytes(), true
}

// rows is the number of rows of the whole, as far as known.
func (d *document) rows() (n int, complete bool) {
	complete = true
	for _, p := range d.parts {
		rows, all := p.rows()
		n += rows
		if !all {
			// What follows is not reached before this part is known whole.
			return n, false
		}
	}
	return n, complete
}

func (d *document) setWidth(width int) {
	for _, p := range d.parts {
		p.setWidth(width)
	}
}

// place is a byte of a part: what stays where it is when the width changes.
type place struct{ part, offset int }

func (d *document) placeOf(row int) place {
	for i, p := range d.parts {
		rows, _ := p.rows()
		if row < rows {
			return place{i, p.offset(row)}
		}
		row -= rows
	}
	return place{part: len(d.parts)}
}

func (d *document) rowOf(at place) int {
	row := 0
	for i, p := range d.parts {
		if i == at.part {
			return row + p.row(at.offset)
		}
		rows, _ := p.rows()
		row += rows
	}
	return row
}

// reached tells whether the row of a place is found, and all rows before it.
func (d *document) reached(at place) bool {
	for i, p := range d.parts {
		if i == at.part {
			return p.reached(at.offset)
		}
		if _, all := p.rows(); !all {
			return false
		}
	}
	return true
}

// grow finds more rows, and tells whether all are found.
func (d *document) grow(size int) bool {
	for _, p := range d.parts {
		if _, all := p.rows(); !all {
			p.grow(size)
			return false
		}
	}
	return true
}

// draw puts the i-th row of the whole on the line.
func (d *document) draw(t *Theme, r *row, i int, s *search) {
	for n, p := range d.parts {
		rows, all := p.rows()
		if i < rows {
			p.draw(t, r, i, s.in(n))
			return
		}
		if !all {
			return
		}
		i -= rows
	}
}
