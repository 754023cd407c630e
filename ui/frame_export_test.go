package ui

// DrawAfresh draws the screen with nothing kept of what was drawn before.
func (m *Model) DrawAfresh() string {
	kept := m.frame
	defer func() { m.frame = kept }()
	m.frame = frame{}
	content, _, _ := m.draw()
	return content
}
