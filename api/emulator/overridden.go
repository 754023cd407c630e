package emulator

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// message is the copy of an entry that is going to be delivered.
func (o *override) message(e *entry, id string, now instant) Entry {
	bag := e.Entry
	bag.DLQID, bag.MessageID = "", id
	bag.CreatedAt = now.time()
	bag.NotBefore = o.start(e, now).time()
	for _, change := range o.changes {
		change(&bag)
	}
	return bag
}

// start is the earliest time of delivery; a point in time wins over a delay.
func (o *override) start(e *entry, now instant) instant {
	if o.delaysAgain {
		return now.plus(max(0, e.NotBefore.Sub(e.CreatedAt)))
	}
	if o.notBefore != 0 {
		return max(now, o.notBefore)
	}
	return now.plus(o.delay)
}

// identity is what equal messages have in common; "" means that the message
// is not compared with others.
func (o *override) identity(bag *Entry) string {
	if o.deduplicationID != "" {
		return identityOf(o.deduplicationID)
	}
	if !o.contentBased && o.keepsIdentity && bag.DeduplicationID != "" {
		return identityOf(bag.DeduplicationID)
	}
	if !o.contentBased {
		return ""
	}
	full := bag.full()
	sum := sha256.New()
	_, _ = fmt.Fprintf(sum, "%q %q %q", full.URL, full.Header, full.Body)
	return "content:" + hex.EncodeToString(sum.Sum(nil))
}

// forward sets a header for the destination.
func (e *Entry) forward(name, value string) {
	*e = *e.full()
	e.Header = e.Header.with(name, value)
}

// with is a copy with one header set.
func (h Header) with(name, value string) Header {
	header := maps.Clone(h)
	if header == nil {
		header = Header{}
	}
	header[name] = []string{value}
	return header
}

// label changes the labels as the switch says.
func (o *override) label(labels []string) {
	o.changes = append(o.changes, func(e *Entry) {
		switch o.labels {
		case LabelsReplaced:
			e.Labels = labels
		case LabelsAdded:
			e.Labels = unique(slices.Concat(e.Labels, labels))
		case LabelsKept:
		}
	})
}

func identityOf(deduplicationID string) string { return "id:" + deduplicationID }

func labelList(value string) []string {
	var labels []string
	for label := range strings.SplitSeq(value, ",") {
		if label = strings.TrimSpace(label); label != "" {
			labels = append(labels, label)
		}
	}
	return labels
}
