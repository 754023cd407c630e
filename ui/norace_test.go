//go:build !race

package ui_test

// underRace is by how much less is done when the race detector makes everything slow.
const underRace = 1
