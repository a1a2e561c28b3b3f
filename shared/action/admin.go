package action

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func adminRevoke() function.Action {
	return function.NewAction("revoke", admin, wire.DecodeAdminRevoke,
		func(ctx context.Context, call function.Call, request recall.AdminRevoke) ([]byte, error) {
			page := recall.AdminRevokePage{Results: call.Service.AdminRevoke(ctx, request)}
			return revokedByAdmin(ctx, call, request.Operator, page), nil
		})
}

func adminRevokeBySender() function.Action {
	return function.NewAction("revokeBySender", admin, wire.DecodeAdminRevokeBySender,
		func(ctx context.Context, call function.Call, request recall.AdminRevokeBySender) ([]byte, error) {
			page, err := call.Service.AdminRevokeBySender(ctx, request)
			if err != nil {
				return nil, err
			}
			return revokedByAdmin(ctx, call, request.Operator, page), nil
		})
}

func revokedByAdmin(ctx context.Context, call function.Call, operator recall.UserID, page recall.AdminRevokePage) []byte {
	if operator == "" {
		operator = recall.AdminOperator
	}
	call.LogRecalls(ctx, operator, page.Results)
	return wire.AdminRevokeReply(call.Frame.Envelope, page, call.Reference)
}

func putGroup() function.Action {
	return function.NewAction("putGroup", admin, wire.DecodeAdminPutGroup,
		func(ctx context.Context, call function.Call, request recall.AdminPutGroup) ([]byte, error) {
			return done(call, call.Service.PutGroup(ctx, request))
		})
}

func getGroup() function.Action {
	return function.NewAction("getGroup", admin, wire.DecodeAdminGroup,
		func(ctx context.Context, call function.Call, group recall.GroupID) ([]byte, error) {
			description, err := call.Service.Group(ctx, group)
			if err != nil {
				return nil, err
			}
			return wire.AdminGroupReply(call.Frame.Envelope, description), nil
		})
}

// deleteGroup goes on until the group is deleted or the function's time is nearly over; then the caller calls again.
func deleteGroup() function.Action {
	return function.NewAction("deleteGroup", admin, wire.DecodeAdminGroup,
		func(ctx context.Context, call function.Call, group recall.GroupID) ([]byte, error) {
			for {
				deleted, err := call.Service.DeleteGroup(ctx, group)
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
	return function.NewAction("putMember", admin, wire.DecodeAdminPutMember,
		func(ctx context.Context, call function.Call, request recall.AdminPutMember) ([]byte, error) {
			return done(call, call.Service.PutMember(ctx, request))
		})
}

func deleteMember() function.Action {
	return function.NewAction("deleteMember", admin, wire.DecodeAdminDeleteMember,
		func(ctx context.Context, call function.Call, member wire.Member) ([]byte, error) {
			return done(call, call.Service.DeleteMember(ctx, member.Group, member.User))
		})
}

func disconnect() function.Action {
	return function.NewAction("disconnect", admin, wire.DecodeAdminDisconnect,
		func(ctx context.Context, call function.Call, user recall.UserID) ([]byte, error) {
			disconnected, err := call.Service.AdminDisconnect(ctx, user)
			if err != nil {
				return nil, err
			}
			return wire.AdminDisconnectReply(call.Frame.Envelope, disconnected), nil
		})
}

func getSettings() function.Action {
	return function.NewAction("getSettings", admin, wire.DecodeNothing,
		func(ctx context.Context, call function.Call, _ wire.Nothing) ([]byte, error) {
			window, err := call.Service.Settings(ctx)
			if err != nil {
				return nil, err
			}
			return wire.AdminSettingsReply(call.Frame.Envelope, window), nil
		})
}

func putSettings() function.Action {
	return function.NewAction("putSettings", admin, wire.DecodeAdminPutSettings,
		func(ctx context.Context, call function.Call, window recall.Window) ([]byte, error) {
			if err := call.Service.PutSettings(ctx, window); err != nil {
				return nil, err
			}
			return wire.AdminSettingsReply(call.Frame.Envelope, window), nil
		})
}

func audit() function.Action {
	return function.NewAction("audit", admin, wire.DecodeAdminAudit,
		func(ctx context.Context, call function.Call, request recall.AdminAudit) ([]byte, error) {
			page, err := call.Service.Audit(ctx, request)
			if err != nil {
				return nil, err
			}
			return wire.AdminAuditReply(call.Frame.Envelope, page), nil
		})
}
