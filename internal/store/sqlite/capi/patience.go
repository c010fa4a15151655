package capi

import "time"

// Patience is how long a lock is waited for that a person's sqlite3 holds.
const Patience = 5 * time.Second
