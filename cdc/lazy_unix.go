//go:build unix

package cdc

import (
	"net"
	"syscall"
)

// setLowWater sets how many bytes must be there before a reader is woken.
func setLowWater(conn net.Conn, bytes int) {
	c, ok := conn.(syscall.Conn)
	if !ok {
		return
	}
	raw, err := c.SyscallConn()
	if err != nil {
		return
	}
	// A connection that is gone fails at the next read anyway.
	_ = raw.Control(func(fd uintptr) {
		_ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVLOWAT, bytes)
	})
}
