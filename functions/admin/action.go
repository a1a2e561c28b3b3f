package main

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

func (h handler) actions() map[string]function.Action {
	return map[string]function.Action{
		"revoke":         h.revoke,
		"revokeBySender": h.revokeBySender,
		"putGroup":       h.putGroup,
		"deleteGroup":    h.deleteGroup,
		"putMember":      h.putMember,
		"deleteMember":   h.deleteMember,
		"disconnect":     h.disconnect,
		"getSettings":    h.getSettings,
		"putSettings":    h.putSettings,
		"audit":          h.audit,
		"getGroup":       h.getGroup,
	}
}

func (h handler) revoke(ctx context.Context, frame function.Request) ([]byte, error) {
	request, err := wire.DecodeAdminRevoke(frame.Body)
	if err != nil {
		return nil, err
	}
	page := recall.AdminRevokePage{Results: h.frames.Service.AdminRevoke(ctx, request)}
	h.logRecalls(ctx, request.Operator, page.Results)
	return wire.AdminRevokeReply(frame.Envelope, page, frame.Reference), nil
}

func (h handler) revokeBySender(ctx context.Context, frame function.Request) ([]byte, error) {
	request, err := wire.DecodeAdminRevokeBySender(frame.Body)
	if err != nil {
		return nil, err
	}
	page, err := h.frames.Service.AdminRevokeBySender(ctx, request)
	if err != nil {
		return nil, err
	}
	h.logRecalls(ctx, request.Operator, page.Results)
	return wire.AdminRevokeReply(frame.Envelope, page, frame.Reference), nil
}

func (h handler) logRecalls(ctx context.Context, operator recall.UserID, results []recall.RevokeResult) {
	if operator == "" {
		operator = recall.AdminOperator
	}
	function.LogRecalls(ctx, h.frames.Log, h.frames.Metrics, operator, results)
}

func (h handler) putGroup(ctx context.Context, frame function.Request) ([]byte, error) {
	request, err := wire.DecodeAdminPutGroup(frame.Body)
	if err != nil {
		return nil, err
	}
	return done(frame.Envelope, h.frames.Service.PutGroup(ctx, request))
}

func (h handler) getGroup(ctx context.Context, frame function.Request) ([]byte, error) {
	group, err := wire.DecodeAdminGroup(frame.Body)
	if err != nil {
		return nil, err
	}
	description, err := h.frames.Service.Group(ctx, group)
	if err != nil {
		return nil, err
	}
	return wire.AdminGroupReply(frame.Envelope, description), nil
}

// deleteGroup goes on until the group is deleted or the function's time is nearly over; then the caller calls again.
func (h handler) deleteGroup(ctx context.Context, frame function.Request) ([]byte, error) {
	group, err := wire.DecodeAdminGroup(frame.Body)
	if err != nil {
		return nil, err
	}
	for {
		deleted, err := h.frames.Service.DeleteGroup(ctx, group)
		if ctx.Err() != nil && !deleted {
			err = recall.Fail(recall.Unavailable, "the group is not deleted completely yet; call deleteGroup again")
		}
		if deleted || err != nil {
			return done(frame.Envelope, err)
		}
	}
}

func (h handler) putMember(ctx context.Context, frame function.Request) ([]byte, error) {
	request, err := wire.DecodeAdminPutMember(frame.Body)
	if err != nil {
		return nil, err
	}
	return done(frame.Envelope, h.frames.Service.PutMember(ctx, request))
}

func (h handler) deleteMember(ctx context.Context, frame function.Request) ([]byte, error) {
	group, user, err := wire.DecodeAdminDeleteMember(frame.Body)
	if err != nil {
		return nil, err
	}
	return done(frame.Envelope, h.frames.Service.DeleteMember(ctx, group, user))
}

func (h handler) disconnect(ctx context.Context, frame function.Request) ([]byte, error) {
	user, err := wire.DecodeAdminDisconnect(frame.Body)
	if err != nil {
		return nil, err
	}
	disconnected, err := h.frames.Service.AdminDisconnect(ctx, user)
	if err != nil {
		return nil, err
	}
	return wire.AdminDisconnectReply(frame.Envelope, disconnected), nil
}

func (h handler) getSettings(ctx context.Context, frame function.Request) ([]byte, error) {
	window, err := h.frames.Service.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return wire.AdminSettingsReply(frame.Envelope, window), nil
}

func (h handler) putSettings(ctx context.Context, frame function.Request) ([]byte, error) {
	window, err := wire.DecodeAdminPutSettings(frame.Body)
	if err != nil {
		return nil, err
	}
	if err := h.frames.Service.PutSettings(ctx, window); err != nil {
		return nil, err
	}
	return wire.AdminSettingsReply(frame.Envelope, window), nil
}

func (h handler) audit(ctx context.Context, frame function.Request) ([]byte, error) {
	request, err := wire.DecodeAdminAudit(frame.Body)
	if err != nil {
		return nil, err
	}
	page, err := h.frames.Service.Audit(ctx, request)
	if err != nil {
		return nil, err
	}
	return wire.AdminAuditReply(frame.Envelope, page), nil
}

func done(envelope wire.Envelope, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return wire.AdminReply(envelope), nil
}
