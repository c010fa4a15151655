package dba

import (
	"crypto/hmac"
	"crypto/pbkdf2"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
)

// scramVerifier is what PostgreSQL stores for a password (RFC 5802, and
// scram_build_secret in its source). Sending it in place of the password
// keeps the password out of the server's log. Only ASCII: other characters
// would have to be normalised first.
func scramVerifier(password string) string {
	salt := make([]byte, 16)
	_, _ = rand.Read(salt) // never fails
	return verifierFor(password, salt, 4096)
}

func verifierFor(password string, salt []byte, iterations int) string {
	salted, err := pbkdf2.Key(sha256.New, password, salt, iterations, sha256.Size)
	if err != nil {
		panic(err) // lengths are ours
	}
	sum := func(text string) []byte {
		mac := hmac.New(sha256.New, salted)
		mac.Write([]byte(text))
		return mac.Sum(nil)
	}
	stored := sha256.Sum256(sum("Client Key"))
	b64 := base64.StdEncoding.EncodeToString
	return fmt.Sprintf("SCRAM-SHA-256$%d:%s$%s:%s", iterations, b64(salt), b64(stored[:]), b64(sum("Server Key")))
}

// ASCII reports whether a password can be sent as a verifier.
func ASCII(password string) bool {
	for _, r := range password {
		if r < ' ' || r > '~' {
			return false
		}
	}
	return true
}
