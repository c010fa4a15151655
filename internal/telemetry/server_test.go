package telemetry

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"
)

type serving struct {
	health *Health
	base   string
}

func serve(t *testing.T, status StatusFunc) serving {
	t.Helper()
	health := NewHealth(HealthStreaming, HealthBroker)
	server, err := Listen("127.0.0.1:0", New("v1.2.3"), health, status, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- server.Serve(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Serve: %v", err)
		}
		http.DefaultClient.CloseIdleConnections()
	})
	return serving{health, "http://" + server.Addr()}
}

func (s serving) get(t *testing.T, path string) (int, string) {
	t.Helper()
	resp, err := http.Get(s.base + path)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(body)
}

func TestReadinessTellsTheReasonOfEachCheck(t *testing.T) {
	s := serve(t, nil)
	if code, body := s.get(t, "/readyz"); code != 503 || !strings.Contains(body, "has not started yet") {
		t.Errorf("before anything: %d %s", code, body)
	}
	s.health.Set(HealthStreaming, true, "")
	s.health.Set(HealthBroker, false, "connection refused")
	code, body := s.get(t, "/readyz")
	var got struct {
		Ready  bool
		Checks []Verdict
	}
	if err := json.Unmarshal([]byte(body), &got); err != nil {
		t.Fatal(err)
	}
	if code != 503 || got.Ready || len(got.Checks) != 2 || !got.Checks[0].OK || got.Checks[1].Reason != "connection refused" {
		t.Errorf("one broken: %d %s", code, body)
	}
	s.health.Set(HealthBroker, true, "")
	if code, body := s.get(t, "/readyz"); code != 200 || !strings.Contains(body, `"ready":true`) {
		t.Errorf("all well: %d %s", code, body)
	}
	s.health.Set(HealthStore, false, "disk full")
	if code, _ := s.get(t, "/readyz"); code != 503 {
		t.Errorf("a check that came later does not count: %d", code)
	}
}

func TestHealthDependsOnNothing(t *testing.T) {
	if code, _ := serve(t, nil).get(t, "/healthz"); code != 200 {
		t.Errorf("code %d", code)
	}
}

func TestMetricsAndStatusAreServed(t *testing.T) {
	failing := false
	s := serve(t, func(ctx context.Context) (any, error) {
		if _, limited := ctx.Deadline(); !limited {
			t.Error("no time limit")
		}
		if failing {
			return nil, errors.New("no")
		}
		return map[string]int{"lag": 3}, nil
	})
	if code, body := s.get(t, "/metrics"); code != 200 || !strings.Contains(body, `odoobridge_build_info{go_version=`) || !strings.Contains(body, `version="v1.2.3"`) {
		t.Errorf("metrics: %d", code)
	}
	if code, body := s.get(t, "/status"); code != 200 || body != "{\"lag\":3}\n" {
		t.Errorf("status: %d %s", code, body)
	}
	failing = true
	if code, body := s.get(t, "/status"); code != 500 || body != "{\"error\":\"no\"}\n" {
		t.Errorf("failing status: %d %s", code, body)
	}
	if resp, err := http.Post(s.base+"/status", "text/plain", nil); err != nil || resp.StatusCode != 405 {
		t.Errorf("POST: %v %v", resp, err)
	} else {
		resp.Body.Close()
	}
}

func TestATakenAddressIsAnError(t *testing.T) {
	first, err := Listen("127.0.0.1:0", New(""), NewHealth(), nil, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	defer first.listener.Close()
	if _, err := Listen(first.Addr(), New(""), NewHealth(), nil, slog.New(slog.DiscardHandler)); err == nil {
		t.Error("listens twice")
	}
}

func TestSinceMovesOnlyWhenAVerdictDoes(t *testing.T) {
	now := time.Unix(100, 0)
	h := NewHealth()
	h.now = func() time.Time { return now }
	h.Set("a", false, "x")
	now = now.Add(time.Minute)
	h.Set("a", false, "y")
	if _, checks := h.Ready(); checks[0].Since != time.Unix(100, 0) || checks[0].Reason != "y" {
		t.Errorf("got %+v", checks)
	}
	h.Set("a", true, "")
	if ready, checks := h.Ready(); !ready || checks[0].Since != now {
		t.Errorf("got %+v", checks)
	}
}
