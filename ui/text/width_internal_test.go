package text

import "testing"

func TestTheEllipsisIsAsWideAsItIsTakenFor(t *testing.T) {
	if got := cells(ellipsis); got != ellipsisWidth {
		t.Errorf("it takes %d cells, and is taken for %d", got, ellipsisWidth)
	}
}
