package model

import (
	"encoding/binary"
	"hash/maphash"
	"math"
	"strings"
	"unsafe"
)

const (
	// pieceBits are the bits of a place in an [arena] that say where in a piece it is.
	pieceBits = 16
	pieceSize = 1 << pieceBits
	// longestPlaced is how long what is put into an arena may be, so that little of a piece stays empty.
	longestPlaced = pieceSize / 32
	// mostPieces is how many pieces an arena has at most: the highest bit of a place is free for other use.
	mostPieces = math.MaxInt32 >> pieceBits
)

// arena keeps bytes one after the other in pieces that are never moved. It has no pointers but those to its pieces, so that
// what is in it costs neither room nor work beyond its bytes. What was put in never changes, and may be read by any goroutine.
type arena struct {
	pieces []*[pieceSize]byte
	used   int // of the last piece
}

// add puts bytes in, and says where; false for what it cannot take.
func (a *arena) add(parts ...string) (place uint32, ok bool) {
	n := 0
	for _, p := range parts {
		n += len(p)
	}
	if n > longestPlaced {
		return 0, false
	}
	if len(a.pieces) == 0 || a.used+n > pieceSize {
		if len(a.pieces) == mostPieces {
			return 0, false
		}
		a.pieces, a.used = append(a.pieces, new([pieceSize]byte)), 0
	}
	last := len(a.pieces) - 1
	place = uint32(last<<pieceBits | a.used) //nolint:gosec // there are mostPieces at most
	for _, p := range parts {
		a.used += copy(a.pieces[last][a.used:], p)
	}
	return place, true
}

// text is what was put in at a place, without a copy: the bytes never change.
func (a *arena) text(place uint32, length int) string {
	if length == 0 {
		return ""
	}
	return unsafe.String(&a.pieces[place>>pieceBits][place%pieceSize], length)
}

// plainTexts are texts by number, as they are.
type plainTexts struct {
	bytes arena
	at    []uint32 // where each is, after its length; or isLong and its place among long
	long  []string
}

const isLong = 1 << 31

func (t *plainTexts) len() int { return len(t.at) }

func (t *plainTexts) get(n uint32) string {
	at := t.at[n]
	if at&isLong != 0 {
		return t.long[at&^isLong]
	}
	piece, i := t.bytes.pieces[at>>pieceBits], at%pieceSize
	length := int(piece[i])
	if length >= 0x80 {
		i++
		length = length&0x7f | int(piece[i])<<7
	}
	if length == 0 {
		return ""
	}
	return unsafe.String(&piece[i+1], length)
}

// add puts a text in, and returns its number. It is cut loose from the page it was decoded from.
func (t *plainTexts) add(v string) uint32 {
	var length [binary.MaxVarintLen64]byte
	at, ok := t.bytes.add(loose(length[:binary.PutUvarint(length[:], uint64(len(v)))]), v)
	if !ok {
		at = isLong | uint32(len(t.long)) //nolint:gosec // there are fewer than rows can have
		t.long = append(t.long, strings.Clone(v))
	}
	t.at = append(t.at, at)
	return uint32(len(t.at) - 1) //nolint:gosec // there are fewer texts than rows can have
}

// find is the number of a text that is there.
func (t *plainTexts) find(index *numbers, seed maphash.Seed, v string) (n uint32, known bool) {
	return index.find(maphash.String(seed, v), func(n uint32) bool { return t.get(n) == v })
}

// put adds a text that is not there.
func (t *plainTexts) put(index *numbers, seed maphash.Seed, v string) uint32 {
	n := t.add(v)
	index.put(n, maphash.String(seed, v), never, func(n uint32) (uint64, bool) { return maphash.String(seed, t.get(n)), true })
	return n
}

// numbers finds numbers by the hash of what they stand for. It keeps neither: who asks can tell whether it is the one.
type numbers struct {
	slots []uint32 // a number and 1; 0 for none
	used  int
}

// leastSlots is the room that numbers begin with.
const leastSlots = 64

// find is the number with the hash that is the one.
func (t *numbers) find(hash uint64, is func(uint32) bool) (n uint32, ok bool) {
	if len(t.slots) == 0 {
		return 0, false
	}
	if v := t.slots[t.slot(hash, is)]; v != 0 {
		return v - 1, true
	}
	return 0, false
}

// slot is where the number is that is the one, or would be.
func (t *numbers) slot(hash uint64, is func(uint32) bool) int {
	at := int((hash >> 32) * uint64(len(t.slots)) >> 32) //nolint:gosec // it is less than the length
	for t.slots[at] != 0 && !is(t.slots[at]-1) {
		if at++; at == len(t.slots) {
			at = 0
		}
	}
	return at
}

// put adds a number, or puts it in the place of the one that is. hashOf is the hash of each number below n, false for what is
// not to be found: they are taken in their order, in which they lie in memory.
func (t *numbers) put(n uint32, hash uint64, is func(uint32) bool, hashOf func(uint32) (uint64, bool)) {
	if 4*(t.used+1) > 3*len(t.slots) {
		t.slots = make([]uint32, max(leastSlots, len(t.slots)*3/2))
		for other := range n {
			if h, found := hashOf(other); found {
				t.slots[t.slot(h, never)] = other + 1
			}
		}
	}
	at := t.slot(hash, is)
	if t.slots[at] == 0 {
		t.used++
	}
	t.slots[at] = n + 1
}

func never(uint32) bool { return false }

// symbols number what rows share, each once.
type symbols struct {
	seed                maphash.Seed
	forms, texts        numbers
	causes              numbers
	shared              map[string]uint32 // by all that is in them
	key                 []byte
	form, words, record []byte // of the text that is looked for
}

func newSymbols() symbols { return symbols{seed: maphash.MakeSeed(), shared: map[string]uint32{}} }

// packedCause is a [Cause] whose texts are numbers.
type packedCause struct {
	id                      CauseID
	destination, text, step uint32
	status                  int32
	class                   Class
	transport               Transport
}

// cause is the number of a cause; false when it cannot be packed.
func (s *Store) cause(c Cause) (n uint32, ok bool) {
	if c.Status != int(int32(c.Status)) { //nolint:gosec // it is looked whether it fits
		return 0, false
	}
	p := packedCause{c.ID, s.text(c.Destination), s.text(c.Text), s.text(c.Step), int32(c.Status), c.Class, c.Transport} //nolint:gosec // it was looked whether it fits
	hash := maphash.Comparable(s.symbols.seed, p)
	n, known := s.symbols.causes.find(hash, func(n uint32) bool { return s.causes[n] == p })
	if !known {
		n = uint32(len(s.causes)) //nolint:gosec // there are fewer causes than rows can have
		s.causes = append(s.causes, p)
		s.symbols.causes.put(n, hash, never, func(n uint32) (uint64, bool) { return maphash.Comparable(s.symbols.seed, s.causes[n]), true })
	}
	return n, true
}
