package cdc

// The keys under which this package logs.
const (
	logSlot        = "slot"
	logPublication = "publication"
	logLSN         = "lsn"
	logHanded      = "handed"
	logConfirmed   = "confirmed"
	logPID         = "pid"
	logReader      = "reader"
	logError       = "error"
	logPause       = "pause"
	logSilence     = "silence"
	logVersion     = "server_version"
	logTimeline    = "timeline"
	logState       = "state"
	logTable       = "table"
	logRemedy      = "remedy"
)
