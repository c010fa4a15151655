package bridge

import (
	"context"
	"log/slog"
	"sync"

	"github.com/odoobridge/odoobridge/internal/config"
	"github.com/odoobridge/odoobridge/internal/telemetry"
)

// apiKey is a user's key. One that is in a file is read again from that file alone, so that it
// can be rotated without a restart, whatever state odoobridge.yaml is in meanwhile.
type apiKey struct {
	log *slog.Logger

	mu   sync.Mutex
	file string // "": the configuration holds the key itself
	key  config.Secret
}

// take is told what the configuration says of the key.
func (k *apiKey) take(cfg *config.Config, setting string, key config.Secret) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.file, k.key = cfg.SecretFiles[setting], key
}

// read gives the key that counts now. A file that cannot be read, or is empty, is half way to a
// new key: the former one counts on.
func (k *apiKey) read(context.Context) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.file == "" {
		return k.key.Reveal(), nil
	}
	key, err := config.ReadSecret(k.file)
	if err != nil {
		k.log.Warn("an API key of Odoo cannot be read again: the former one counts on", telemetry.KeyError, err.Error(),
			telemetry.KeyRemedy, "put the key into that file, readable for the user that runs odoobridge")
		return k.key.Reveal(), nil
	}
	k.key = key
	return key.Reveal(), nil
}
