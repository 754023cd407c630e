package terminal

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// Endings are the signals that end the program, among them that of a terminal that is gone: not every terminal sends it. After
// stop one more is taken and does nothing, so that a key that was pressed twice does not cut off what is said at the end; the one
// after that ends the program as if nobody asked for them.
func Endings() (signals chan os.Signal, stop func()) {
	signals = make(chan os.Signal, 3)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGQUIT, syscall.SIGABRT)
	go func() {
		for {
			terminal := []unix.PollFd{{Fd: int32(os.Stdin.Fd())}}
			_, err := unix.Poll(terminal, -1)
			switch {
			case err == unix.EINTR:
			case err != nil:
				return
			case terminal[0].Revents != 0:
				signals <- syscall.SIGHUP
				return
			}
		}
	}()
	return signals, func() {
		go func() {
			<-signals
			signal.Stop(signals)
		}()
	}
}

// IsHungUp tells whether the terminal is gone.
func IsHungUp() bool {
	terminal := []unix.PollFd{{Fd: int32(os.Stdin.Fd())}}
	n, err := unix.Poll(terminal, 0)
	return err == nil && n > 0
}
