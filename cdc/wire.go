package cdc

import (
	"encoding/binary"
	"io"
)

const (
	chunkSize  = 1 << 20   // memory that frames are read into
	leastRead  = 64 << 10  // a chunk with less room than this is replaced
	headerSize = 5         // a frame is a type byte and a length that counts itself
	maxFrame   = 1<<30 + 1 // what the server itself accepts as the longest message
)

// wire cuts the bytes of a connection into PostgreSQL's frames. Frames are not
// copied: they lie in chunks of memory that are written once and then left to
// whoever refers to them, so that row values can point into them.
//
// Until streaming begins, pgconn reads through it (Read) and gets no byte
// beyond the frame it is in; so the switch to next loses nothing.
type wire struct {
	r     io.Reader
	chunk []byte
	rp    int // next byte to be taken
	wp    int // next byte to be filled
	rest  int // bytes of the frame that Read is in

	total uint64 // bytes read so far
}

func newWire(r io.Reader) *wire { return &wire{r: r} }

// Read serves pgconn while the connection is set up.
func (w *wire) Read(p []byte) (int, error) {
	if w.rest == 0 {
		if err := w.need(headerSize); err != nil {
			return 0, err
		}
		size, err := frameSize(w.chunk[w.rp:])
		if err != nil {
			return 0, err
		}
		w.rest = size
	}
	if err := w.need(1); err != nil {
		return 0, err
	}
	n := copy(p[:min(len(p), w.rest)], w.chunk[w.rp:w.wp])
	w.rp += n
	w.rest -= n
	return n, nil
}

// next returns the next frame. Its body stays as it is for as long as anybody
// refers to it. After an error that was a time-out, next can be called again.
func (w *wire) next() (kind byte, body []byte, err error) {
	if err := w.need(headerSize); err != nil {
		return 0, nil, err
	}
	size, err := frameSize(w.chunk[w.rp:])
	if err != nil {
		return 0, nil, err
	}
	if err := w.need(size); err != nil {
		return 0, nil, err
	}
	frame := w.chunk[w.rp : w.rp+size : w.rp+size]
	w.rp += size
	return frame[0], frame[headerSize:], nil
}

// ready reports whether next can return a frame without reading.
func (w *wire) ready() bool {
	if w.wp-w.rp < headerSize {
		return false
	}
	size, err := frameSize(w.chunk[w.rp:])
	return err != nil || w.wp-w.rp >= size
}

// need reads until n bytes are there from rp on.
func (w *wire) need(n int) error {
	for w.wp-w.rp < n {
		if len(w.chunk)-w.rp < n || len(w.chunk)-w.wp < leastRead {
			w.renew(n)
		}
		got, err := w.r.Read(w.chunk[w.wp:])
		w.wp += got
		w.total += uint64(got)
		if err != nil && w.wp-w.rp < n {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	return nil
}

// renew takes a new chunk for n bytes from rp on. The old one is not written
// again: frames cut from it may be in use.
func (w *wire) renew(n int) {
	chunk := make([]byte, max(chunkSize, n+leastRead))
	w.wp = copy(chunk, w.chunk[w.rp:w.wp])
	w.rp = 0
	w.chunk = chunk
}

func frameSize(header []byte) (int, error) {
	size := binary.BigEndian.Uint32(header[1:])
	if size < 4 || size > maxFrame {
		return 0, protocolErrorf("a frame of type %q with length %d", header[0], size)
	}
	return int(size) + 1, nil
}
