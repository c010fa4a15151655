package odoosim

// languageInstallModel is the wizard that switches languages on. Its table is
// not simulated: creating it answers and does nothing.
func languageInstallModel() *model {
	return &model{
		name: "base.language.install", table: "base_language_install", title: "Install Language",
		lines:  map[string]lines{"lang_ids": {"res.lang", "id"}},
		create: func(*env, vals) int64 { return 1 },
		methods: map[string]method{"lang_install": func(e *env, c *call) any {
			langs, _ := c.arg(1, "lang_ids").([]any)
			for _, id := range toIDs(langs) {
				e.write("res_lang", id, vals{"active": true})
			}
			return map[string]any{"type": "ir.actions.client", "tag": "reload_context"}
		}},
	}
}
