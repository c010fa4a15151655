package odoosim

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
)

// authenticate returns the user's id, or 0.
func (s *Server) authenticate(ctx context.Context, database, login, password string) (int64, error) {
	if err := s.checkDatabase(database); err != nil {
		return 0, err
	}
	var uid int64
	err := s.pool.QueryRow(ctx, "SELECT id FROM res_users WHERE login = $1 AND active", login).Scan(&uid)
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("look up the user: %w", err)
	}
	if !s.passwordIs(login, password) {
		return 0, nil
	}
	return uid, nil
}

// check lets a call in.
func (s *Server) check(ctx context.Context, database string, uid int64, password string) error {
	if err := s.checkDatabase(database); err != nil {
		return err
	}
	var login string
	err := s.pool.QueryRow(ctx, "SELECT login FROM res_users WHERE id = $1 AND active", uid).Scan(&login)
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return fmt.Errorf("look up the user: %w", err)
	}
	if err != nil || !s.passwordIs(login, password) {
		return &odooError{"odoo.exceptions.AccessDenied", "Access Denied"}
	}
	return nil
}

func (s *Server) passwordIs(login, password string) bool {
	return subtle.ConstantTimeCompare([]byte(s.password(login)), []byte(password)) == 1
}

func (s *Server) checkDatabase(name string) error {
	if name == s.database {
		return nil
	}
	return &odooError{"psycopg2.OperationalError", fmt.Sprintf("connection to server failed: FATAL:  database %q does not exist\n", name)}
}
