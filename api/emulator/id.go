package emulator

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

const (
	base58Alphabet = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
	nanoidAlphabet = "useandom-26T198340PX75pxJACKVERYMINDBUSHWOLF_GQZbfghjklqvwyzrict"

	messageIDRandom = 56
	runIDRandom     = 21
)

// idSource draws ids, delays and shuffles from one seed, so that a whole
// session can be repeated.
type idSource struct {
	random *rand.Rand
}

func newIDSource(seed uint64) *idSource {
	return &idSource{random: rand.New(rand.NewPCG(seed, 0x9e3779b97f4a7c15))}
}

func (s *idSource) messageID() string { return s.drawn("msg_", base58Alphabet, messageIDRandom) }

func (s *idSource) runID() string { return s.drawn("wfr_", nanoidAlphabet, runIDRandom) }

// drawn takes ten characters from each random number: 64 to the power of ten
// still fits.
func (s *idSource) drawn(prefix, alphabet string, length int) string {
	const perDraw = 10
	id := make([]byte, 0, len(prefix)+length)
	id = append(id, prefix...)
	size := uint64(len(alphabet))
	for drawn := 0; drawn < length; {
		number := s.random.Uint64()
		for i := 0; i < perDraw && drawn < length; i++ {
			id = append(id, alphabet[number%size])
			number /= size
			drawn++
		}
	}
	return string(id)
}

// between draws a duration from low up to high.
func (s *idSource) between(low, high time.Duration) time.Duration {
	return low + time.Duration(s.random.Int64N(int64(high-low)))
}

// instant is a point in time in Unix milliseconds, the unit of every
// timestamp of the API.
type instant int64

func instantOf(t time.Time) instant { return instant(t.UnixMilli()) }

func (i instant) plus(d time.Duration) instant { return i + instant(d.Milliseconds()) }

func (i instant) since(earlier instant) time.Duration {
	return time.Duration(i-earlier) * time.Millisecond
}

func (i instant) time() time.Time { return time.UnixMilli(int64(i)) }

// orderKey is the place of an entry or log record in time: the two halves of
// an id of the form <ms>-<seq>.
type orderKey struct {
	at  instant
	seq int
}

func (k orderKey) String() string {
	return strconv.FormatInt(int64(k.at), 10) + "-" + strconv.Itoa(k.seq)
}

func (k orderKey) compare(other orderKey) int {
	switch {
	case k.at < other.at:
		return -1
	case k.at > other.at:
		return 1
	default:
		return k.seq - other.seq
	}
}

func parseOrderKey(text string) (orderKey, bool) {
	ms, seq, found := strings.Cut(text, "-")
	if !found {
		return orderKey{}, false
	}
	at, err := strconv.ParseInt(ms, 10, 64)
	if err != nil {
		return orderKey{}, false
	}
	number, err := strconv.Atoi(seq)
	if err != nil {
		return orderKey{}, false
	}
	return orderKey{instant(at), number}, true
}
