package outbound

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"os"
)

// tlsFiles are PEM files. Without an authority the system's are trusted;
// certificate and key identify us where the broker wants that.
type tlsFiles struct{ ca, cert, key string }

// tlsConfig reads the files once, at the start: what is wrong with them must
// not wait for the first reconnect.
func tlsConfig(server string, files tlsFiles) (*tls.Config, error) {
	c := &tls.Config{ServerName: server, MinVersion: tls.VersionTLS12}
	if files.ca != "" {
		pem, err := os.ReadFile(files.ca)
		if err != nil {
			return nil, fmt.Errorf("rabbitmq.ca_file: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("rabbitmq.ca_file: %s has no PEM certificate", files.ca)
		}
	}
	switch {
	case files.cert == "" && files.key == "":
		return c, nil
	case files.cert == "" || files.key == "":
		return nil, errors.New("rabbitmq.cert_file and rabbitmq.key_file are only of use together")
	}
	pair, err := tls.LoadX509KeyPair(files.cert, files.key)
	if err != nil {
		return nil, fmt.Errorf("rabbitmq.cert_file and rabbitmq.key_file: %w", err)
	}
	c.Certificates = []tls.Certificate{pair}
	return c, nil
}
