package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func adminRevoke() function.Action {
	return function.NewAction("revoke", admin,
		func(ctx context.Context, call function.Call, request wire.AdminRevoke) ([]byte, error) {
			page := recall.AdminRevokePage{Results: call.Service.AdminRevoke(ctx, recall.AdminRevoke(request))}
			return revokedByAdmin(ctx, call, request.Operator, page)
		})
}

func adminRevokeBySender() function.Action {
	return function.NewAction("revokeBySender", admin,
		func(ctx context.Context, call function.Call, request wire.AdminRevokeBySender) ([]byte, error) {
			page, err := call.Service.AdminRevokeBySender(ctx, recall.AdminRevokeBySender(request))
			if err != nil {
				return nil, err
			}
			return revokedByAdmin(ctx, call, request.Operator, page)
		})
}

func revokedByAdmin(
	ctx context.Context, call function.Call, operator recall.UserID, page recall.AdminRevokePage,
) ([]byte, error) {
	if operator == "" {
		operator = recall.AdminOperator
	}
	call.LogRecalls(ctx, operator, page.Results)
	return wire.AdminRevokeReply(call.Frame.Envelope, page, call.Reference)
}

func putGroup() function.Action {
	return function.NewAction("putGroup", admin,
		func(ctx context.Context, call function.Call, request wire.AdminPutGroup) ([]byte, error) {
			return done(call, call.Service.PutGroup(ctx, recall.AdminPutGroup(request)))
		})
}

func getGroup() function.Action {
	return function.NewAction("getGroup", admin,
		func(ctx context.Context, call function.Call, request wire.AdminGroup) ([]byte, error) {
			description, err := call.Service.Group(ctx, request.Group)
			if err != nil {
				return nil, err
			}
			return wire.AdminGroupReply(call.Frame.Envelope, description)
		})
}

// deleteGroup goes on until the group is deleted or the function's time is nearly over; then the caller calls again.
func deleteGroup() function.Action {
	return function.NewAction("deleteGroup", admin,
		func(ctx context.Context, call function.Call, request wire.AdminGroup) ([]byte, error) {
			for {
				deleted, err := call.Service.DeleteGroup(ctx, request.Group)
				if ctx.Err() != nil && !deleted {
					err = recall.Fail(recall.Unavailable, "the group is not deleted completely yet; call deleteGroup again")
				}
				if deleted || err != nil {
					return done(call, err)
				}
			}
		})
}

func putMember() function.Action {
	return function.NewAction("putMember", admin,
		func(ctx context.Context, call function.Call, request wire.AdminPutMember) ([]byte, error) {
			return done(call, call.Service.PutMember(ctx, recall.AdminPutMember(request)))
		})
}

func deleteMember() function.Action {
	return function.NewAction("deleteMember", admin,
		func(ctx context.Context, call function.Call, member wire.AdminMember) ([]byte, error) {
			return done(call, call.Service.DeleteMember(ctx, member.Group, member.User))
		})
}

func disconnect() function.Action {
	return function.NewAction("disconnect", admin,
		func(ctx context.Context, call function.Call, request wire.AdminUser) ([]byte, error) {
			disconnected, err := call.Service.AdminDisconnect(ctx, request.User)
			if err != nil {
				return nil, err
			}
			return wire.AdminDisconnectReply(call.Frame.Envelope, disconnected)
		})
}

func getSettings() function.Action {
	return function.NewAction("getSettings", admin,
		func(ctx context.Context, call function.Call, _ wire.Nothing) ([]byte, error) {
			window, err := call.Service.Settings(ctx)
			if err != nil {
				return nil, err
			}
			return wire.AdminSettingsReply(call.Frame.Envelope, window)
		})
}

func putSettings() function.Action {
	return function.NewAction("putSettings", admin,
		func(ctx context.Context, call function.Call, request wire.AdminSettings) ([]byte, error) {
			if err := call.Service.PutSettings(ctx, request.Window); err != nil {
				return nil, err
			}
			return wire.AdminSettingsReply(call.Frame.Envelope, request.Window)
		})
}

func audit() function.Action {
	return function.NewAction("audit", admin,
		func(ctx context.Context, call function.Call, request wire.AdminAudit) ([]byte, error) {
			page, err := call.Service.Audit(ctx, recall.AdminAudit(request))
			if err != nil {
				return nil, err
			}
			return wire.AdminAuditReply(call.Frame.Envelope, page)
		})
}
