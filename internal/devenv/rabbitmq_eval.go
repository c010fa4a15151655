package devenv

import (
	"bytes"
	"context"
	"encoding/base64"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Eval has the node evaluate Erlang expressions, which end with a full stop, and returns the
// value of the last as Erlang writes it. It is what rabbitmqctl eval does, at a fiftieth of the
// CPU where erl_call is installed, which does not start an Erlang machine for it.
func (r *RabbitMQ) Eval(ctx context.Context, expressions string) (string, error) {
	caller, err := findCaller()
	if err != nil {
		return r.Ctl(ctx, "eval", expressions)
	}
	expressions = strings.TrimSuffix(strings.TrimSpace(expressions), ".")
	// The outermost expression answers with an ASCII string, whatever the value is.
	wrapped := fmt.Sprintf(`binary_to_list(base64:encode(unicode:characters_to_binary(io_lib:format("~0p", [begin %s end])))).`+"\n", expressions)
	// -r: calls that happen at the same time need names of their own. The cookie is in HOME.
	cmd := exec.CommandContext(ctx, caller, "-r", "-address", "127.0.0.1:"+strconv.Itoa(r.dist), "-e")
	cmd.Dir, cmd.Env = r.dir.path, r.environment()
	cmd.Stdin = strings.NewReader(wrapped)
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("erl_call: %w\n%s%s", err, out.Bytes(), errs.Bytes())
	}
	value := answered.FindSubmatch(out.Bytes())
	if value == nil {
		return "", fmt.Errorf("eval %s: %s%s", expressions, out.Bytes(), errs.Bytes())
	}
	raw, err := base64.StdEncoding.DecodeString(string(value[1]))
	if err != nil {
		return "", fmt.Errorf("eval %s: decode the answer: %w", expressions, err)
	}
	return string(raw), nil
}

// answered is what erl_call prints of an evaluation that did not fail.
var answered = regexp.MustCompile(`^\{ok, "([A-Za-z0-9+/=]*)"\}`)

// findCaller returns the path of erl_call, which comes with Erlang.
func findCaller() (string, error) {
	if path, err := exec.LookPath("erl_call"); err == nil {
		return path, nil
	}
	if found, _ := filepath.Glob("/usr/lib/erlang/lib/erl_interface-*/bin/erl_call"); len(found) > 0 {
		return found[len(found)-1], nil
	}
	return "", &MissingError{Program: "erl_call", Package: "erlang-base"}
}
