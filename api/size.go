package api

import (
	"errors"
	"io"
	"sync"

	"redrive/model"
)

// readInPart is the problem of an entry that was read without its long texts.
const readInPart = "it is larger than a page may be, so that long texts in it were not read"

// pageSize is how many entries the next page is asked for: the server's maximum until a page turns out to be too large.
type pageSize struct {
	mu    sync.Mutex
	count int // 0 stands for the maximum
	most  int // the maximum; 0 stands for model.PageSize
	// suspect is how many of the entries that follow have one among them that does not fit with others.
	suspect int
}

func (p *pageSize) get() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.count == 0 {
		return p.max()
	}
	return p.count
}

func (p *pageSize) max() int {
	if p.most == 0 {
		return model.PageSize
	}
	return p.most
}

// shrink takes note that a page of so many entries was too large.
func (p *pageSize) shrink(count int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.count, p.suspect = max(count/4, 1), count
}

// grow takes note that a page of so many entries was read. Once what was too large lies behind, small pages are followed
// by larger ones.
func (p *pageSize) grow(count int, small bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.suspect = max(p.suspect-count, 0)
	if small && p.suspect == 0 {
		p.count = min(4*count, p.max())
	}
}

// paged asks for a page with fewer and fewer entries until it fits. The function reads one with so many entries from
// the answer, through [Client.fit].
func (c *Client) paged(size *pageSize, page func(count int) (bytes int64, err error)) error {
	for {
		count := size.get()
		bytes, err := page(count)
		var lost *model.LostAnswerError
		switch {
		case err == nil:
			size.grow(count, bytes < c.pageCap/16)
		case errors.Is(err, errTooLarge) && count > 1:
			size.shrink(count)
			continue
		case errors.Is(err, errTooLarge):
			return &model.UnreadableError{Host: c.host, What: "a single entry is too large"}
		case errors.As(err, &lost) && bytes > 0:
			// It came too slowly, or broke off: less has a better chance when it is asked for again.
			size.shrink(count)
		}
		return err
	}
}

// fit bounds what is read of a page. A page of one entry cannot be made smaller by asking for less; of that one long
// texts are left out while it is read.
func (c *Client) fit(a *answer, count int) io.Reader {
	if count > 1 {
		a.cap = c.pageCap
		return a
	}
	return c.elided(a)
}

// elided reads an answer of any size without its long texts. What is left has a cap too, so that the memory needed is
// bounded.
func (c *Client) elided(a *answer) io.Reader {
	return &capped{r: &elider{r: a}, left: max(c.pageCap, DefaultPageCap)}
}

// capped gives errTooLarge instead of more than so many bytes.
type capped struct {
	r    io.Reader
	left int64
}

func (c *capped) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	if c.left -= int64(n); c.left < 0 {
		return 0, errTooLarge
	}
	return n, err
}
