package broker

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"

	"github.com/odoobridge/odoobridge/internal/config"
)

// tlsConfig reads the PEM files that the configuration names once, at the start: what is wrong with them must
// not wait for the first reconnect. Without an authority the system's are trusted; certificate and key
// identify us where the broker wants that.
func tlsConfig(server string, cfg *config.RabbitMQ) (*tls.Config, error) {
	c := &tls.Config{ServerName: server, MinVersion: tls.VersionTLS12}
	if cfg.CAFile != "" {
		pem, err := os.ReadFile(cfg.CAFile)
		if err != nil {
			return nil, fmt.Errorf("rabbitmq.tls.ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("rabbitmq.tls.ca: %s has no PEM certificate", cfg.CAFile)
		}
	}
	switch {
	case cfg.CertFile == "" && cfg.KeyFile == "":
		return c, nil
	case cfg.CertFile == "" || cfg.KeyFile == "":
		return nil, errors.New("rabbitmq.tls.cert and rabbitmq.tls.key are only of use together")
	}
	pair, err := tls.LoadX509KeyPair(cfg.CertFile, cfg.KeyFile)
	if err != nil {
		return nil, fmt.Errorf("rabbitmq.tls.cert and rabbitmq.tls.key: %w", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}
