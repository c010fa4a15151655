package devenv

import (
	"context"
	"net"
	"strconv"
	"time"
)

// protocolHeader opens an AMQP 0-9-1 connection; a broker that is up answers
// it with a method frame.
const protocolHeader = "AMQP\x00\x00\x09\x01"

// frameMethod is the first byte of a method frame.
const frameMethod = 1

// speaksAMQP says whether the broker answers the protocol header.
func (r *RabbitMQ) speaksAMQP(ctx context.Context) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", r.Addr())
	if err != nil {
		return false
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := conn.Write([]byte(protocolHeader)); err != nil {
		return false
	}
	var first [1]byte
	n, err := conn.Read(first[:])
	return err == nil && n == 1 && first[0] == frameMethod
}

// listens says whether somebody takes connections on the port.
func listens(ctx context.Context, port int) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "tcp", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return false
	}
	_ = conn.Close()
	return true
}
