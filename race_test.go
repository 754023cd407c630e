//go:build race

package main

// underRace is by how much less is done when the race detector makes everything slow.
const underRace = 10
