package apply

import (
	"strings"

	"github.com/odoobridge/odoobridge/inbound/command"
	"github.com/odoobridge/odoobridge/inbound/odoo"
	"github.com/odoobridge/odoobridge/schema"
)

// held is Right.Held, asked once in a while. A right that is not there is asked for again: somebody may just have given it.
func (r *run) held(right Right) (bool, error) {
	held, _, err := lookUp(r.x.cache, "right/"+right.String(), func() (bool, bool, error) {
		held, err := right.Held(r.ctx, r.x.odoo, r.context())
		return held, held, err
	})
	return held, err
}

// permitted looks, before the first change in Odoo, for the rights that all commands of the name need, where several groups
// give them: one that is missing later would leave something half done. One right of each group tells.
func (r *run) permitted() error {
	if speaks[r.c.Name] {
		if err := r.addressed(); err != nil {
			return err
		}
	}
	all := rights[r.c.Name]
	several := false
	for _, right := range all {
		several = several || right.Group != all[0].Group
	}
	if !several {
		return nil
	}
	asked := map[string]bool{}
	for _, right := range all {
		if right.When != "" || asked[right.Group] {
			continue
		}
		asked[right.Group] = true
		held, err := r.held(right)
		if err != nil && !absent(err) {
			return err
		}
		if err == nil && !held {
			return r.park(command.Reference{}, missing(right))
		}
	}
	return nil
}

// missing is a right that the bridge's user has not got, as a reason.
func missing(right Right) command.Problem {
	what := "Odoo does not let the bridge's user " + right.String()
	if right.When != "" {
		what += ", which " + right.When + " need"
	}
	p := problem(schema.CodeNotAllowed, "", what)
	p.Remedy = "Give the bridge's user the group " + right.GroupName() + " in Odoo, or another that may " + right.String() + ", then retry the command."
	if right.Operation == "" {
		p.Remedy = "Give the bridge's user the group " + right.GroupName() + " in Odoo, then retry the command."
	}
	return p
}

// refusal is what Odoo refused as reasons. Where rights are missing, they are the reasons: Odoo does not always say so. load() tells
// of a missing right as of a wrong value, a verb as of a rule of its own, and both in the user's language.
func (r *run) refusal(call *odoo.Error) []command.Problem {
	var problems []command.Problem
	for _, right := range rights[r.c.Name] {
		if !suspect(call, right) {
			continue
		}
		if held, err := r.held(right); err == nil && !held {
			problems = append(problems, missing(right))
		}
	}
	if len(problems) == 0 {
		return []command.Problem{refused(call)}
	}
	return problems
}

// suspect says whether a right that is missing can be why a call was refused.
func suspect(call *odoo.Error, right Right) bool {
	switch {
	case call.Kind == odoo.Access, call.Kind == odoo.Validation && strings.HasSuffix(call.Call, ".load"):
		return true
	case call.Kind == odoo.User:
		return right.Operation == ""
	}
	return false
}

// refused is Odoo's refusal as a reason.
func refused(call *odoo.Error) command.Problem {
	p := problem(schema.CodeRefused, "", "Odoo refused "+call.Call)
	switch call.Kind {
	case odoo.Access:
		p = problem(schema.CodeNotAllowed, "", "Odoo does not let the bridge's user do "+call.Call)
	case odoo.Faulty, odoo.Unsendable:
		p = problem(schema.CodeNotSupported, "", "this Odoo cannot do "+call.Call)
	}
	if reason := call.Reason(); reason != "" {
		p.Message += ": " + reason
	}
	return p
}
