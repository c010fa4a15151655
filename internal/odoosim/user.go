package odoosim

// contextGet tells callers who they are, and how they want to be spoken to.
func contextGet(e *env, _ *call) any {
	partner := e.get("res_partner", e.get("res_users", e.uid).int("partner_id"))
	told := map[string]any{"lang": "en_US", "tz": false, "uid": e.uid}
	for _, field := range []string{"lang", "tz"} {
		if text := partner[field]; text != "" {
			told[field] = text
		}
	}
	return told
}
