package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"

	"github.com/odoobridge/odoobridge/internal/odoosim"
)

// shop is the simulated Odoo, used through its API as any client would.
type shop struct {
	odoo   *odoosim.Server
	web    *http.Server
	ended  chan error
	base   string // as a client of Odoo's API needs it
	client *http.Client
}

// The users the story acts as.
const (
	admin       = 2
	webshop     = 8
	marketplace = 10
	warehouse   = 11
)

var logins = map[int]string{admin: "admin", webshop: "channel_shopify", marketplace: "channel_marketplace", warehouse: "channel_warehouse"}

func openShop(ctx context.Context, dsn string) (*shop, error) {
	odoo, err := odoosim.New(ctx, dsn, odoosim.Options{})
	if err != nil {
		return nil, fmt.Errorf("open the shop: %w", err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		odoo.Close()
		return nil, fmt.Errorf("open the shop: %w", err)
	}
	s := &shop{
		odoo: odoo, web: &http.Server{Handler: odoo, ReadHeaderTimeout: 10 * time.Second}, ended: make(chan error, 1),
		base: "http://" + l.Addr().String(), client: &http.Client{Timeout: time.Minute, Transport: &http.Transport{}},
	}
	go func() { s.ended <- s.web.Serve(l) }()
	return s, nil
}

func (s *shop) close() error {
	s.client.CloseIdleConnections()
	err := s.web.Close()
	if served := <-s.ended; !errors.Is(served, http.ErrServerClosed) {
		err = errors.Join(err, served)
	}
	s.odoo.Close()
	return err
}

// quiet is the context that skips Odoo's questions.
var quiet = map[string]any{"skip_sms": true, "skip_backorder": true, "disable_cancel_warning": true, "inventory_mode": true}

// call does one API call: one transaction.
func (s *shop) call(ctx context.Context, user int, model, method string, args ...any) (json.RawMessage, error) {
	body, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "method": "call", "id": 1, "params": map[string]any{
		"service": "object", "method": "execute_kw",
		"args": []any{s.odoo.Database(), user, logins[user], model, method, args, map[string]any{"context": quiet}},
	}})
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", model, method, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, s.base+"/jsonrpc", bytes.NewReader(body))
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", model, method, err)
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := s.client.Do(request)
	if err != nil {
		return nil, fmt.Errorf("%s.%s: %w", model, method, err)
	}
	defer func() { _ = response.Body.Close() }()
	var answer struct {
		Result json.RawMessage
		Error  *struct {
			Data struct{ Name, Message string }
		}
	}
	if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
		return nil, fmt.Errorf("%s.%s: read the answer: %w", model, method, err)
	}
	if answer.Error != nil {
		return nil, fmt.Errorf("%s.%s: %s: %s", model, method, answer.Error.Data.Name, answer.Error.Data.Message)
	}
	return answer.Result, nil
}

// id does a call that answers with an id.
func (s *shop) id(ctx context.Context, user int, model, method string, args ...any) (int, error) {
	raw, err := s.call(ctx, user, model, method, args...)
	if err != nil {
		return 0, err
	}
	var id int
	if err := json.Unmarshal(raw, &id); err != nil {
		return 0, fmt.Errorf("%s.%s: read the answer: %w", model, method, err)
	}
	return id, nil
}

// find does a search_read.
func (s *shop) find(ctx context.Context, model string, domain []any, fields ...string) ([]map[string]any, error) {
	raw, err := s.call(ctx, admin, model, "search_read", domain, fields)
	if err != nil {
		return nil, err
	}
	var rows []map[string]any
	if err := json.Unmarshal(raw, &rows); err != nil {
		return nil, fmt.Errorf("%s.search_read: read the answer: %w", model, err)
	}
	return rows, nil
}
