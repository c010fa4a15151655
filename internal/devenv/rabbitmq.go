package devenv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// RabbitMQ is a private broker: a node, its port mapper and its cookie.
type RabbitMQ struct {
	dir    *workdir
	node   string
	port   int // AMQP
	dist   int // between Erlang nodes, here for rabbitmqctl
	mapper int // epmd
	epmd   *process
	broker *process
}

// StartRabbitMQ makes a node and starts it. That takes about ten seconds.
func StartRabbitMQ(ctx context.Context) (*RabbitMQ, error) {
	dir, err := newWorkdir()
	if err != nil {
		return nil, err
	}
	r := &RabbitMQ{dir: dir, node: fmt.Sprintf("%s@localhost", filepath.Base(dir.path))}
	if err := r.create(); err != nil {
		_ = dir.remove()
		return nil, err
	}
	if err := r.Start(ctx); err != nil {
		_ = r.Close()
		return nil, err
	}
	return r, nil
}

// create chooses the ports and writes the configuration.
func (r *RabbitMQ) create() error {
	ports, err := freePorts(3)
	if err != nil {
		return err
	}
	r.port, r.dist, r.mapper = ports[0], ports[1], ports[2]
	files := map[string]string{
		"rabbitmq.conf":   r.configuration(),
		"enabled_plugins": "[].\n",
		"env.conf":        "",
	}
	for name, content := range files {
		if err := os.WriteFile(r.dir.join(name), []byte(content), 0o644); err != nil {
			return fmt.Errorf("write the broker's %s: %w", name, err)
		}
	}
	return nil
}

func (r *RabbitMQ) configuration() string {
	return fmt.Sprintf(`listeners.tcp.1 = 127.0.0.1:%d
disk_free_limit.absolute = 50MB
log.console = true
log.console.level = info
log.file = false
`, r.port)
}

// environment keeps the node away from every other one on the machine.
func (r *RabbitMQ) environment() []string {
	return []string{
		"PATH=" + os.Getenv("PATH"),
		"LANG=C.UTF-8", // Elixir tools warn without
		"HOME=" + r.dir.path,
		"ERL_EPMD_ADDRESS=127.0.0.1",
		"ERL_EPMD_PORT=" + strconv.Itoa(r.mapper),
		"RABBITMQ_NODENAME=" + r.node,
		"RABBITMQ_DIST_PORT=" + strconv.Itoa(r.dist),
		"RABBITMQ_CONF_ENV_FILE=" + r.dir.join("env.conf"),
		"RABBITMQ_CONFIG_FILE=" + r.dir.join("rabbitmq.conf"),
		"RABBITMQ_ENABLED_PLUGINS_FILE=" + r.dir.join("enabled_plugins"),
		"RABBITMQ_MNESIA_BASE=" + r.dir.join("mnesia"),
		"RABBITMQ_LOG_BASE=" + r.dir.join("log"),
		"RABBITMQ_PID_FILE=" + r.dir.join("pid"),
		// With input allowed the script becomes the Erlang machine instead of
		// starting one, so that signals reach it, the parent's death included.
		"RABBITMQ_ALLOW_INPUT=1",
		// -noinput: there is no terminal. +sbwt none: an idle broker sleeps
		// instead of spinning, which a small machine feels.
		"RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=-noinput -start_epmd false +sbwt none +sbwtdcpu none +sbwtdio none",
	}
}

// Start starts the node after a Kill or Stop and waits until it speaks AMQP.
func (r *RabbitMQ) Start(ctx context.Context) error {
	if r.broker != nil && !r.broker.exited() {
		return nil
	}
	if err := r.startMapper(ctx); err != nil {
		return err
	}
	script, err := findRabbit("rabbitmq-server")
	if err != nil {
		return err
	}
	cmd := exec.Command(script)
	cmd.Dir, cmd.Env = r.dir.path, r.environment()
	if r.broker, err = startProcess(cmd, r.LogPath(), nil, syscall.SIGKILL); err != nil {
		return err
	}
	return await(ctx, r.broker, "RabbitMQ", r.LogPath(), r.speaksAMQP)
}

// startMapper starts the port mapper. An Erlang node would start its own as a
// daemon, which would outlive everybody.
func (r *RabbitMQ) startMapper(ctx context.Context) error {
	if r.epmd != nil && !r.epmd.exited() {
		return nil
	}
	path, err := exec.LookPath("epmd")
	if err != nil {
		return &MissingError{Program: "epmd", Package: "rabbitmq-server"}
	}
	cmd := exec.Command(path, "-port", strconv.Itoa(r.mapper), "-address", "127.0.0.1")
	cmd.Dir = r.dir.path
	if r.epmd, err = startProcess(cmd, r.dir.join("epmd.log"), nil, syscall.SIGKILL); err != nil {
		return err
	}
	return await(ctx, r.epmd, "epmd", r.dir.join("epmd.log"), func(ctx context.Context) bool {
		return listens(ctx, r.mapper)
	})
}

// Running says whether the node was started and has not ended.
func (r *RabbitMQ) Running() bool { return r.broker != nil && !r.broker.exited() }

// Stop stops the node in order.
func (r *RabbitMQ) Stop() error { return r.broker.stop(syscall.SIGTERM, 30*time.Second) }

// Kill ends the node as a power cut would.
func (r *RabbitMQ) Kill() { r.broker.kill() }

// Close ends the node and removes all it wrote.
func (r *RabbitMQ) Close() error {
	for _, p := range []*process{r.broker, r.epmd} {
		if p != nil {
			p.kill()
		}
	}
	if err := r.dir.remove(); err != nil {
		return fmt.Errorf("remove the broker's directory: %w", err)
	}
	return nil
}

// Ctl runs rabbitmqctl on the node.
func (r *RabbitMQ) Ctl(ctx context.Context, args ...string) (string, error) {
	script, err := findRabbit("rabbitmqctl")
	if err != nil {
		return "", err
	}
	cmd := exec.CommandContext(ctx, script, append([]string{"--quiet"}, args...)...)
	cmd.Dir, cmd.Env = r.dir.path, r.environment()
	out, err := cmd.CombinedOutput()
	if err != nil {
		return string(out), fmt.Errorf("rabbitmqctl %v: %w\n%s", args, err, out)
	}
	return string(out), nil
}

// URL is how guest reaches a virtual host; "" is the default one.
func (r *RabbitMQ) URL(vhost string) string {
	return fmt.Sprintf("amqp://guest:guest@%s/%s", r.Addr(), vhost)
}

// Addr is the broker's TCP address, for a proxy in front of it.
func (r *RabbitMQ) Addr() string { return "127.0.0.1:" + strconv.Itoa(r.port) }

// LogPath is the broker's log.
func (r *RabbitMQ) LogPath() string { return r.dir.join("rabbitmq.log") }
