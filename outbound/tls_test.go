package outbound

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/odoobridge/odoobridge/internal/testkit"
)

// authority is a certificate authority of a test.
type authority struct {
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	der  []byte
}

func newAuthority(t testing.TB) *authority {
	t.Helper()
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "test authority"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	a := &authority{}
	a.der, a.key = sign(t, template, template, nil)
	var err error
	if a.cert, err = x509.ParseCertificate(a.der); err != nil {
		t.Fatal(err)
	}
	return a
}

func sign(t testing.TB, template, parent *x509.Certificate, signer *ecdsa.PrivateKey) ([]byte, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	if signer == nil {
		signer = key
	}
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, signer)
	if err != nil {
		t.Fatal(err)
	}
	return der, key
}

// issue makes a certificate for 127.0.0.1, as files and as a pair.
func (a *authority) issue(t testing.TB, name string) (certFile, keyFile string, pair tls.Certificate) {
	t.Helper()
	der, key := sign(t, &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
	}, a.cert, a.key)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	certFile, keyFile = pemFile(t, name+".crt", "CERTIFICATE", der), pemFile(t, name+".key", "PRIVATE KEY", raw)
	if pair, err = tls.LoadX509KeyPair(certFile, keyFile); err != nil {
		t.Fatal(err)
	}
	return certFile, keyFile, pair
}

func pemFile(t testing.TB, name, kind string, der []byte) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// terminate answers TLS in front of the broker's plain port and returns its
// address.
func terminate(t testing.TB, broker string, config *tls.Config) string {
	t.Helper()
	listener, err := tls.Listen("tcp", "127.0.0.1:0", config)
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	all.Go(func() {
		for {
			client, err := listener.Accept()
			if err != nil {
				return
			}
			all.Go(func() { relay(client, broker) })
		}
	})
	t.Cleanup(func() {
		_ = listener.Close()
		all.Wait()
	})
	return listener.Addr().String()
}

func relay(client net.Conn, broker string) {
	defer func() { _ = client.Close() }()
	server, err := net.Dial("tcp", broker)
	if err != nil {
		return
	}
	var back sync.WaitGroup
	back.Go(func() {
		_, _ = io.Copy(client, server)
		_ = client.Close()
	})
	_, _ = io.Copy(server, client)
	_ = server.Close()
	back.Wait()
}

func TestEventsGoOverTLS(t *testing.T) {
	rabbit := testkit.RabbitMQ(t)
	plain := rabbit.NewVhost(t)
	ca := newAuthority(t)
	caFile := pemFile(t, "ca.crt", "CERTIFICATE", ca.der)
	_, _, server := ca.issue(t, "broker")
	certFile, keyFile, _ := ca.issue(t, "bridge")
	pool := x509.NewCertPool()
	pool.AddCert(ca.cert)
	addr := terminate(t, rabbit.Addr(), &tls.Config{
		Certificates: []tls.Certificate{server}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert,
	})
	cfg := testConfig(strings.Replace(strings.Replace(plain, rabbit.Addr(), addr, 1), "amqp:", "amqps:", 1), Quorum)
	cfg.RabbitMQ.CAFile, cfg.RabbitMQ.CertFile, cfg.RabbitMQ.KeyFile = caFile, certFile, keyFile

	p := newTestPublisher(t, newTestBroker(t, cfg))
	connected(t, p)
	(&sender{t: t, p: p, topic: testQueue}).run(t.Context(), 1000)
	requireAll(t, plain, testQueue, 1000)

	t.Run("an unknown authority is refused", func(t *testing.T) {
		cfg := *cfg
		cfg.RabbitMQ.CAFile = pemFile(t, "other.crt", "CERTIFICATE", newAuthority(t).der)
		f := require(t, newTestBroker(t, &cfg).Verify(t.Context()), "RabbitMQ", Error, "certificate signed by unknown authority")
		if strings.Contains(f.String(), "guest:guest") {
			t.Errorf("shows the password: %s", f)
		}
	})
	t.Run("without our certificate the broker refuses", func(t *testing.T) {
		cfg := *cfg
		cfg.RabbitMQ.CertFile, cfg.RabbitMQ.KeyFile = "", ""
		require(t, newTestBroker(t, &cfg).Verify(t.Context()), "RabbitMQ", Error, "connect to")
	})
}

func TestTLSFilesAreReadAtTheStart(t *testing.T) {
	empty := filepath.Join(t.TempDir(), "empty.pem")
	if err := os.WriteFile(empty, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	type files struct{ ca, cert, key string }
	for name, c := range map[string]struct {
		files files
		want  string
	}{
		"missing":       {files{ca: "/nowhere/ca.pem"}, "rabbitmq.tls.ca"},
		"empty":         {files{ca: empty}, "no PEM certificate"},
		"without a key": {files{cert: empty}, "only of use together"},
		"no pair":       {files{cert: empty, key: empty}, "rabbitmq.tls.cert"},
	} {
		t.Run(name, func(t *testing.T) {
			cfg := testConfig("amqps://guest:guest@127.0.0.1/", Quorum)
			cfg.RabbitMQ.CAFile, cfg.RabbitMQ.CertFile, cfg.RabbitMQ.KeyFile = c.files.ca, c.files.cert, c.files.key
			if _, err := New(cfg, Options{}); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v", err)
			}
		})
	}
}
