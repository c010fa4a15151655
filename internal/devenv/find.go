package devenv

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
)

// MissingError says which program is not on this machine.
type MissingError struct {
	Program string
	Package string // what to install on Debian
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s is not installed (on Debian: apt-get install %s)", e.Program, e.Package)
}

// Find returns the path of a PostgreSQL program such as psql: the newest
// version under Debian's directories, else what PATH has.
func Find(program string) (string, error) {
	found, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + program)
	if len(found) > 0 {
		// Lengths first: version 9 comes before version 15.
		sort.Slice(found, func(i, j int) bool {
			if len(found[i]) != len(found[j]) {
				return len(found[i]) < len(found[j])
			}
			return found[i] < found[j]
		})
		return found[len(found)-1], nil
	}
	if path, err := exec.LookPath(program); err == nil {
		return path, nil
	}
	return "", &MissingError{Program: program, Package: "postgresql"}
}

// findRabbit returns the path of one of RabbitMQ's own scripts. Debian's
// wrappers in /usr/sbin change to the user rabbitmq and its directory, so the
// scripts behind them come first.
func findRabbit(script string) (string, error) {
	for _, pattern := range []string{"/usr/lib/rabbitmq/lib/rabbitmq_server-*/sbin/", "/usr/lib/rabbitmq/bin/", "/opt/rabbitmq/sbin/"} {
		if found, _ := filepath.Glob(pattern + script); len(found) > 0 {
			return found[len(found)-1], nil
		}
	}
	if path, err := exec.LookPath(script); err == nil {
		return path, nil
	}
	return "", &MissingError{Program: script, Package: "rabbitmq-server"}
}

// freePorts returns n different ports of the loopback address nobody listens on.
func freePorts(n int) ([]int, error) {
	ports := make([]int, n)
	for i := range ports {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a free port: %w", err)
		}
		// All stay open until all are found, so that they differ.
		defer func() { _ = l.Close() }()
		ports[i] = l.Addr().(*net.TCPAddr).Port
	}
	return ports, nil
}

// tail returns the last lines of a log, for an error message.
func tail(path string) string {
	raw, err := os.ReadFile(path)
	if err != nil {
		return "(no log: " + err.Error() + ")"
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")
	if len(lines) > 20 {
		lines = lines[len(lines)-20:]
	}
	return strings.Join(lines, "\n")
}
