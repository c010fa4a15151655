package control

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// maxRequest bounds what a verb may send, in bytes.
const maxRequest = 16 << 20

// ErrInUse reports that another bridge answers on the socket.
var ErrInUse = errors.New("another bridge answers on the control socket")

// Handler does what a verb asks for and returns what it is told, a value that
// encodes to JSON. An error with a method ExitCode() int chooses how the verb ends. It runs until it is
// done or ctx ends: the verb went away, or the bridge stops.
type Handler func(ctx context.Context, r *Request) (any, error)

// Server listens on the socket of one store.
type Server struct {
	path     string
	listener net.Listener
	mux      *http.ServeMux
	server   *http.Server
	file     os.FileInfo
}

// Listen opens the socket in the store's folder, which it makes where there is none. The caller holds
// the store, so a socket file that is there and does not answer is a dead bridge's.
// doing says what the bridge is at while it starts and not every name is registered yet.
func Listen(folder string, doing func() string, log *slog.Logger) (*Server, error) {
	s := &Server{path: Path(folder), mux: http.NewServeMux()}
	s.mux.HandleFunc("POST /v1/", func(w http.ResponseWriter, r *http.Request) { serve(w, r, unknown(doing)) })
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder of the control socket: %w", err)
	}
	if answers(folder) {
		return nil, fmt.Errorf("%w: %s", ErrInUse, s.path)
	}
	// In a folder that only we may enter, so that there is no moment at which others could connect.
	private, err := os.MkdirTemp(folder, ".control")
	if err != nil {
		return nil, fmt.Errorf("make the control socket: %w", err)
	}
	defer os.RemoveAll(private) //nolint:errcheck // empty by then
	if err := within(private, "s", s.bind); err != nil {
		return nil, fmt.Errorf("make the control socket: %w", err)
	}
	if err := s.place(filepath.Join(private, "s")); err != nil {
		return nil, fmt.Errorf("make the control socket: %w", errors.Join(err, s.listener.Close()))
	}
	s.server = &http.Server{
		Handler: s.mux, ReadHeaderTimeout: 5 * time.Second, MaxHeaderBytes: 16 << 10,
		ErrorLog: slog.NewLogLogger(log.With(telemetry.KeyComponent, telemetry.ComponentControl).Handler(), slog.LevelWarn),
	}
	return s, nil
}

func (s *Server) bind(address string) error {
	l, err := net.Listen("unix", address)
	if err != nil {
		return err
	}
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	s.listener = l
	return nil
}

// place gives the socket its mode, then its name, in place of a dead bridge's.
func (s *Server) place(from string) (err error) {
	if err := os.Chmod(from, 0o600); err != nil {
		return err
	}
	if err := os.Rename(from, s.path); err != nil {
		return err
	}
	s.file, err = os.Lstat(s.path)
	return err
}

// answers reports whether somebody listens on the folder's socket.
func answers(folder string) bool {
	return within(folder, socketName, func(address string) error {
		c, err := net.DialTimeout("unix", address, time.Second)
		if err != nil {
			return err
		}
		return c.Close()
	}) == nil
}

// Handle registers what is done under a name. It may be called while Serve runs,
// once for each name.
func (s *Server) Handle(name string, h Handler) {
	s.mux.HandleFunc("POST /v1/"+name, func(w http.ResponseWriter, r *http.Request) { serve(w, r, h) })
}

// unknown answers for a name that is not registered.
func unknown(doing func() string) Handler {
	return func(context.Context, *Request) (any, error) {
		if at := doing(); at != "" {
			return nil, fmt.Errorf("the bridge is still starting (%s): ask again when `odoobridge status` shows its lanes", at)
		}
		return nil, errors.New("the running bridge does not know this verb: it is of another version than this program")
	}
}

// Serve answers until the context ends; handlers under way are then told to end, and waited for.
func (s *Server) Serve(ctx context.Context) error {
	s.server.BaseContext = func(net.Listener) context.Context { return ctx }
	failed := make(chan error, 1)
	go func() { failed <- s.server.Serve(s.listener) }()
	var err error
	select {
	case err = <-failed:
	case <-ctx.Done():
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
		defer cancel()
		if s.server.Shutdown(grace) != nil {
			_ = s.server.Close()
		}
		err = <-failed
	}
	s.remove()
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the control socket: %w", err)
	}
	return nil
}

// Close is for a server whose Serve was never called.
func (s *Server) Close() error {
	s.remove()
	return s.listener.Close()
}

// remove takes the socket's name away unless another bridge has it by now.
func (s *Server) remove() {
	if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.file) {
		_ = os.Remove(s.path) // left behind it would be replaced by the next
	}
}

// line is one line of an answer.
type line struct {
	Progress json.RawMessage `json:"progress,omitempty"`
	Result   json.RawMessage `json:"result,omitempty"`
	Error    string          `json:"error,omitempty"`
	Exit     int             `json:"exit,omitempty"`
}

// serve answers one call.
func serve(w http.ResponseWriter, r *http.Request, h Handler) {
	w.Header().Set("Content-Type", "application/x-ndjson")
	request := &Request{out: w}
	var value any
	// All of it first: until then the server does not notice that a verb went away.
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxRequest))
	if err == nil {
		request.body = bytes.NewReader(body)
		value, err = h(r.Context(), request)
	}
	if err == nil {
		err = request.write(func(l *line) (err error) { l.Result, err = json.Marshal(value); return err })
		if err == nil {
			return
		}
	}
	_ = request.write(func(l *line) error { // a verb that is gone does not hear it
		l.Error, l.Exit = err.Error(), exitOf(err)
		return nil
	})
}

// exitOf is the exit code that an error asks for, 1 as a rule.
func exitOf(err error) int {
	var coded interface{ ExitCode() int }
	if errors.As(err, &coded) && coded.ExitCode() != 0 {
		return coded.ExitCode()
	}
	return 1
}
