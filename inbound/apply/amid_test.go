package apply

import "github.com/odoobridge/odoobridge/inbound/command"

// amid has somebody act at a step of the command that is carried out, once, and the process end at the point after so many that follow.
// It says whether it ended.
func (l *lab) amid(step string, act func(), after int) (killed *bool) {
	acted, passed := false, 0
	killed = new(bool)
	l.at = func(at string) error {
		if !acted {
			if at == step {
				acted = true
				act()
			}
			return nil
		}
		if !*killed {
			if passed++; passed > after {
				*killed = true
				return errKilled
			}
		}
		return nil
	}
	return killed
}

// persist sends a command that is cut off until it is decided.
func (l *lab) persist(name, subject string, data any) command.Outcome {
	l.t.Helper()
	out, err := l.send(name, subject, data)
	for tries := 0; err != nil && tries < 6; tries++ {
		out, err = l.send(name, subject, data)
	}
	if err != nil {
		l.t.Errorf("not decided: %s", whole(err))
	}
	return out
}
