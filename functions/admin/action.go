package main

import (
	"context"

	"example.com/recall/shared/function"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/wire"
)

// action answers one kind of request.
type action func(ctx context.Context, envelope wire.AdminEnvelope, body []byte, reference string) ([]byte, error)

func (h handler) actions() map[string]action {
	return map[string]action{
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

func (h handler) revoke(ctx context.Context, envelope wire.AdminEnvelope, body []byte, reference string) ([]byte, error) {
	request, err := wire.DecodeAdminRevoke(body)
	if err != nil {
		return nil, err
	}
	page := recall.AdminRevokePage{Results: h.service.AdminRevoke(ctx, request)}
	h.logRecalls(ctx, request.Operator, page.Results)
	return wire.AdminRevokeReply(envelope, page, reference), nil
}

func (h handler) revokeBySender(ctx context.Context, envelope wire.AdminEnvelope, body []byte, reference string) ([]byte, error) {
	request, err := wire.DecodeAdminRevokeBySender(body)
	if err != nil {
		return nil, err
	}
	page, err := h.service.AdminRevokeBySender(ctx, request)
	if err != nil {
		return nil, err
	}
	h.logRecalls(ctx, request.Operator, page.Results)
	return wire.AdminRevokeReply(envelope, page, reference), nil
}

func (h handler) logRecalls(ctx context.Context, operator recall.UserID, results []recall.RevokeResult) {
	if operator == "" {
		operator = recall.AdminOperator
	}
	function.LogRecalls(ctx, h.log, h.metrics, operator, results)
}

func (h handler) putGroup(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	request, err := wire.DecodeAdminPutGroup(body)
	if err != nil {
		return nil, err
	}
	return done(envelope, h.service.PutGroup(ctx, request))
}

func (h handler) getGroup(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	group, err := wire.DecodeAdminGroup(body)
	if err != nil {
		return nil, err
	}
	description, err := h.service.Group(ctx, group)
	if err != nil {
		return nil, err
	}
	return wire.AdminGroupReply(envelope, description), nil
}

// deleteGroup goes on until the group is deleted or the function's time is nearly over; then the caller calls again.
func (h handler) deleteGroup(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	group, err := wire.DecodeAdminGroup(body)
	if err != nil {
		return nil, err
	}
	for {
		deleted, err := h.service.DeleteGroup(ctx, group)
		if ctx.Err() != nil && !deleted {
			err = recall.Fail(recall.Unavailable, "the group is not deleted completely yet; call deleteGroup again")
		}
		if deleted || err != nil {
			return done(envelope, err)
		}
	}
}

func (h handler) putMember(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	request, err := wire.DecodeAdminPutMember(body)
	if err != nil {
		return nil, err
	}
	return done(envelope, h.service.PutMember(ctx, request))
}

func (h handler) deleteMember(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	group, user, err := wire.DecodeAdminDeleteMember(body)
	if err != nil {
		return nil, err
	}
	return done(envelope, h.service.DeleteMember(ctx, group, user))
}

func (h handler) disconnect(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	user, err := wire.DecodeAdminDisconnect(body)
	if err != nil {
		return nil, err
	}
	disconnected, err := h.service.AdminDisconnect(ctx, user)
	if err != nil {
		return nil, err
	}
	return wire.AdminDisconnectReply(envelope, disconnected), nil
}

func (h handler) getSettings(ctx context.Context, envelope wire.AdminEnvelope, _ []byte, _ string) ([]byte, error) {
	window, err := h.service.Settings(ctx)
	if err != nil {
		return nil, err
	}
	return wire.AdminSettingsReply(envelope, window), nil
}

func (h handler) putSettings(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	window, err := wire.DecodeAdminPutSettings(body)
	if err != nil {
		return nil, err
	}
	if err := h.service.PutSettings(ctx, window); err != nil {
		return nil, err
	}
	return wire.AdminSettingsReply(envelope, window), nil
}

func (h handler) audit(ctx context.Context, envelope wire.AdminEnvelope, body []byte, _ string) ([]byte, error) {
	request, err := wire.DecodeAdminAudit(body)
	if err != nil {
		return nil, err
	}
	page, err := h.service.Audit(ctx, request)
	if err != nil {
		return nil, err
	}
	return wire.AdminAuditReply(envelope, page), nil
}

func done(envelope wire.AdminEnvelope, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return wire.AdminReply(envelope), nil
}
