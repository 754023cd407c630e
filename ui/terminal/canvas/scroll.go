package canvas

// leastGain is how many columns less have to be written for lines to be moved: moving takes some bytes too, and more time in
// a terminal.
const leastGain = 30

// scroll moves the lines that stand elsewhere already to where they are to stand, when that is less to write.
func (c *Canvas) scroll() {
	top, bottom, n := c.findScroll()
	if n == 0 {
		return
	}
	c.brush.scroll(top, bottom, n)
	moved := make([][]cell, bottom-top+1)
	for y := top; y <= bottom; y++ {
		line := c.stands[y]
		if to := y - n; to >= top && to <= bottom {
			moved[to-top] = line
			continue
		}
		for x := range line {
			line[x] = blank
		}
		// What leaves at one end is used for the line that comes at the other.
		moved[(y-n-top+2*len(moved))%len(moved)] = line
	}
	copy(c.stands[top:], moved)
}

// findScroll looks for the move that saves most: of the lines from top to bottom by n, up or, below zero, down. Zero when
// none saves enough.
func (c *Canvas) findScroll() (top, bottom, n int) {
	n = c.commonMove()
	if n == 0 {
		return 0, 0, 0
	}
	// Downwards is upwards on a screen that stands on its head.
	flip, by := false, n
	if n < 0 {
		flip, by = true, -n
	}
	row := func(lines [][]cell, y int) []cell {
		if flip {
			return lines[c.height-1-y]
		}
		return lines[y]
	}
	// stay, moved and gone are how many columns of the lines before one differ: with what stands there, with what would move there,
	// and with nothing.
	stay, moved, gone := make([]int, c.height+1), make([]int, c.height+1), make([]int, c.height+1)
	for y := range c.height {
		line := row(c.cells, y)
		stay[y+1] = stay[y] + differing(line, row(c.stands, y))
		gone[y+1] = gone[y] + inked(line)
		moved[y+1] = moved[y]
		if y+by < c.height {
			moved[y+1] += differing(line, row(c.stands, y+by))
		}
	}
	gain := leastGain
	found := false
	for a := range c.height {
		for end := a + 1; end+by <= c.height; end++ {
			saved := stay[end+by] - stay[a] - (moved[end] - moved[a]) - (gone[end+by] - gone[end])
			if saved > gain {
				gain, top, bottom, found = saved, a, end+by-1, true
			}
		}
	}
	switch {
	case !found:
		return 0, 0, 0
	case flip:
		top, bottom = c.height-1-bottom, c.height-1-top
	}
	return top, bottom, n
}

// commonMove is by how many lines most of those moved that are to stand where they do not.
func (c *Canvas) commonMove() (n int) {
	votes := make([]int, 2*c.height)
	most := 0
	for y, line := range c.lines {
		if line == "" || line == c.stood[y] {
			continue
		}
		for from, stood := range c.stood {
			if line != stood {
				continue
			}
			votes[from-y+c.height]++
			if v := votes[from-y+c.height]; v > most {
				most, n = v, from-y
			}
		}
	}
	return n
}

// differing is how many columns of two lines are not the same.
func differing(a, b []cell) (n int) {
	for x := range a {
		if a[x] != b[x] {
			n++
		}
	}
	return n
}

// inked is how many columns of a line are not blank.
func inked(line []cell) (n int) {
	for _, c := range line {
		if c != blank {
			n++
		}
	}
	return n
}
