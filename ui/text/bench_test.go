package text_test

import (
	"strings"
	"testing"

	"redrive/ui/text"
)

const bodySize = 10_000_000

func bodyOf(pattern string) string {
	return strings.Repeat(pattern, bodySize/len(pattern))
}

var bodies = []struct{ name, raw string }{
	{"ASCII", bodyOf("0123456789abcdef")},
	{"lines", bodyOf("{\"id\": 4711, \"state\": \"failed after nine tries\"}\n")},
	{"Latin", bodyOf("Grüße aus Köln, schöne Straße; ")},
	{"Han", bodyOf("注文の処理に失敗しました。")},
	{"hostile", bodyOf("a\x1b[2J\u202eb\u009bc\xffd\u0301\u0301\u0301\u0301")},
}

func BenchmarkLine(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			b.SetBytes(int64(len(body.raw)))
			b.ReportAllocs()
			for b.Loop() {
				text.Line(body.raw)
			}
		})
	}
}

func BenchmarkUnsafe(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			b.SetBytes(int64(len(body.raw)))
			b.ReportAllocs()
			for b.Loop() {
				text.Unsafe(body.raw)
			}
		})
	}
}

func BenchmarkCellOfTenMegabytes(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				text.Cell(body.raw, 80)
			}
		})
	}
}

func BenchmarkCellOfATable(b *testing.B) {
	for name, raw := range map[string]string{
		"fits": "orders-dlq",
		"cut":  "https://sqs.eu-central-1.amazonaws.com/123456789012/orders-dlq",
	} {
		b.Run(name, func(b *testing.B) {
			var row []byte
			b.ReportAllocs()
			for b.Loop() {
				row = text.AppendFit(row[:0], text.Cell(raw, 30), 30)
			}
		})
	}
}

func BenchmarkBlockOpenAndDrawFortyRows(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				block := text.NewBlock(body.raw, 120)
				for i := range 40 {
					block.Row(i)
				}
			}
		})
	}
}

func BenchmarkBlockFindAllRows(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			b.SetBytes(int64(len(body.raw)))
			b.ReportAllocs()
			for b.Loop() {
				text.NewBlock(body.raw, 120).Grow(len(body.raw))
			}
		})
	}
}

func BenchmarkBlockDrawFortyRowsInTheMiddle(b *testing.B) {
	for _, body := range bodies {
		b.Run(body.name, func(b *testing.B) {
			block := text.NewBlock(body.raw, 120)
			top := block.RowAt(len(body.raw) / 2)
			b.ReportAllocs()
			for b.Loop() {
				for i := range 40 {
					block.Row(top + i)
				}
			}
		})
	}
}
