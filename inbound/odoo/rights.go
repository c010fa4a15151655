package odoo

import "context"

// HasAccess asks whether the client's user may do an operation ("read", "write", "create", "unlink") with a
// model's records in general, by Odoo's access rights. Record rules may keep single records from the user all the same.
func (c *Client) HasAccess(ctx context.Context, model, operation string, callContext map[string]any) (bool, error) {
	release, err := c.Release(ctx)
	if err != nil {
		return false, err
	}
	call := Call{Model: model, Method: "has_access", IDs: []int64{}, Args: []any{operation}, Context: callContext}
	if release.Major < 18 {
		call = Call{Model: model, Method: "check_access_rights", Args: []any{operation, false}, Context: callContext}
	}
	var may bool
	err = c.Do(ctx, call, &may)
	return may, err
}

// HasGroup asks whether the client's user is in a group, by its external id ("stock.group_stock_manager"), or in one that implies it.
func (c *Client) HasGroup(ctx context.Context, group string) (bool, error) {
	uid, err := c.UID(ctx)
	if err != nil {
		return false, err
	}
	release, err := c.Release(ctx)
	if err != nil {
		return false, err
	}
	call := Call{Model: "res.users", Method: "has_group", Args: []any{group}}
	if release.Major >= 18 { // there it is asked of a user
		call.IDs = []int64{uid}
	}
	var in bool
	err = c.Do(ctx, call, &in)
	return in, err
}
