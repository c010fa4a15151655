package storecheck

import (
	"context"

	"github.com/odoobridge/odoobridge/cmd/odoobridge/internal/check"
	"github.com/odoobridge/odoobridge/internal/store/sqlite/ledger"
)

// Left wants no ledger of its own beside a shared one.
func Left(folder string) check.Question {
	const code = "store.ledger"
	return check.Question{Code: code, Ask: func(ctx context.Context) ([]check.Finding, error) {
		unmoved, err := ledger.Unmoved(ctx, folder)
		switch {
		case err != nil:
			return nil, err
		case unmoved:
			return []check.Finding{{Severity: check.Fail, Code: code, What: "ledger.db in " + folder + " has a ledger of commands that was not moved to the shared store; no bridge starts beside it",
				Why:    "the ids that channels know would be forgotten, and commands that come once more be carried out once more",
				Remedy: "odoobridge ledger move"}}, nil
		}
		return []check.Finding{check.Good(code, "no ledger of commands is left behind in "+folder)}, nil
	}}
}
