package dynamo

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"example.com/recall/shared/recall"
)

// Devices is recall.DeviceStore on the Push table. Each device has an item of its own, which says whose it is. The
// item of a user lists the user's devices as <registeredAt>:<device ID>. If the two do not agree, the device's item is
// right, so a device never belongs to two users.
type Devices struct {
	Client API
	Table  string
}

var _ recall.DeviceStore = (*Devices)(nil)

// Keys of the Push table. A sort key must not be empty.
const (
	devicePrefix = "device#"
	pushedPrefix = "pushed#"
	deviceSort   = "device"
	devicesSort  = "devices"
	partPrefix   = "part#"
)

func deviceKey(id recall.DeviceID) item { return key(devicePrefix+string(id), deviceSort) }

func devicesKey(user recall.UserID) item { return key(userPrefix+string(user), devicesSort) }

// RegisterDevice writes the device's item first, because that takes the device from its former user. Then it lists the
// device with its user, and removes those that lose their place.
func (d *Devices) RegisterDevice(ctx context.Context, device recall.Device, limit int) error {
	stored := deviceKey(device.ID())
	for name, value := range map[string]string{
		"user": string(device.User), "kind": string(device.Kind), "address": string(device.Address),
		"p256dh": string(device.PublicKey), "auth": string(device.Auth), "topic": string(device.Topic),
	} {
		if value != "" {
			stored[name] = text(value)
		}
	}
	stored["registeredAt"] = number(int64(device.RegisteredAt))
	if _, err := d.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &d.Table, Item: stored}); err != nil {
		return fault("register device", err)
	}
	for attempt := range maximumAttempts {
		listed, err := d.list(ctx, device.User)
		if err != nil {
			return err
		}
		kept, dropped := withDevice(listed, device, limit)
		done, err := d.replace(ctx, device.User, listed, kept)
		if err != nil {
			return err
		}
		if done {
			return d.removeAll(ctx, device.User, dropped)
		}
		if err := pause(ctx, attempt); err != nil {
			return err
		}
	}
	return recall.Unreachable("storage", errContended)
}

// list reads the entries of a user's devices.
func (d *Devices) list(ctx context.Context, user recall.UserID) ([]string, error) {
	read, err := d.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      &d.Table,
		Key:            devicesKey(user),
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, fault("read devices", err)
	}
	return setOf(read.Item, "devices"), nil
}

// withDevice returns the entries with the device as the newest one, and the devices that lose their place.
func withDevice(listed []string, device recall.Device, limit int) (kept []string, dropped []recall.DeviceID) {
	id := device.ID()
	for _, text := range listed {
		if _, other, ok := deviceEntry(text); ok && other != id {
			kept = append(kept, text)
		}
	}
	slices.SortFunc(kept, func(a, b string) int {
		atA, idA, _ := deviceEntry(a)
		atB, idB, _ := deviceEntry(b)
		if atA != atB {
			return int(atA - atB)
		}
		return strings.Compare(string(idA), string(idB))
	})
	for _, text := range kept[:max(0, len(kept)-limit+1)] {
		_, other, _ := deviceEntry(text)
		dropped = append(dropped, other)
	}
	kept = kept[len(dropped):]
	return append(kept, entryOf(device.RegisteredAt, id)), dropped
}

func entryOf(at recall.Instant, id recall.DeviceID) string {
	return strconv.FormatInt(int64(at), 10) + ":" + string(id)
}

func deviceEntry(text string) (at recall.Instant, id recall.DeviceID, ok bool) {
	before, after, found := strings.Cut(text, ":")
	number, err := strconv.ParseInt(before, 10, 64)
	return recall.Instant(number), recall.DeviceID(after), found && err == nil
}

// replace writes the entries if they are still as they were read.
func (d *Devices) replace(ctx context.Context, user recall.UserID, before, after []string) (done bool, err error) {
	values := item{":after": &types.AttributeValueMemberSS{Value: after}}
	condition := "attribute_not_exists(devices)"
	if len(before) > 0 {
		condition = "devices=:before"
		values[":before"] = &types.AttributeValueMemberSS{Value: before}
	}
	_, err = d.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &d.Table,
		Key:                       devicesKey(user),
		UpdateExpression:          aws.String("SET devices=:after"),
		ConditionExpression:       &condition,
		ExpressionAttributeValues: values,
	})
	if _, failed := failedCondition(err); failed {
		return false, nil
	}
	if err != nil {
		return false, fault("list device", err)
	}
	return true, nil
}

func (d *Devices) removeAll(ctx context.Context, user recall.UserID, ids []recall.DeviceID) error {
	for _, id := range ids {
		if _, _, err := d.delete(ctx, user, id); err != nil {
			return err
		}
	}
	return nil
}

// delete deletes the item of a device that belongs to the user, and returns when it was registered.
func (d *Devices) delete(
	ctx context.Context, user recall.UserID, id recall.DeviceID,
) (registeredAt recall.Instant, deleted bool, err error) {
	answer, err := d.Client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName:                 &d.Table,
		Key:                       deviceKey(id),
		ConditionExpression:       aws.String("#user=:user"),
		ExpressionAttributeNames:  map[string]string{"#user": "user"},
		ExpressionAttributeValues: item{":user": text(string(user))},
		ReturnValues:              types.ReturnValueAllOld,
	})
	if _, failed := failedCondition(err); failed {
		return 0, false, nil
	}
	if err != nil {
		return 0, false, fault("remove device", err)
	}
	return recall.Instant(numberOf(answer.Attributes, "registeredAt")), true, nil
}

// RemoveDevice deletes the device's item first: from then on it gets nothing. An entry that stays in the user's list,
// because the function dies in between, leads to no device, and leaves when it is the oldest.
func (d *Devices) RemoveDevice(ctx context.Context, user recall.UserID, id recall.DeviceID) error {
	registeredAt, deleted, err := d.delete(ctx, user, id)
	if err != nil || !deleted {
		return err
	}
	_, err = d.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &d.Table,
		Key:              devicesKey(user),
		UpdateExpression: aws.String("DELETE devices :entry"),
		ExpressionAttributeValues: item{
			":entry": &types.AttributeValueMemberSS{Value: []string{entryOf(registeredAt, id)}},
		},
	})
	if err != nil {
		return fault("remove device", err)
	}
	return nil
}

// DevicesOf reads the lists of the users and then the devices, 100 items a call.
func (d *Devices) DevicesOf(ctx context.Context, users []recall.UserID) ([]recall.Device, error) {
	keys := make([]item, len(users))
	for i, user := range users {
		keys[i] = devicesKey(user)
	}
	lists, err := batchGet(ctx, d.Client, d.Table, keys, "read devices")
	if err != nil {
		return nil, err
	}
	var ids []recall.DeviceID
	for _, list := range lists {
		for _, text := range setOf(list, "devices") {
			if _, id, ok := deviceEntry(text); ok {
				ids = append(ids, id)
			}
		}
	}
	devices, err := d.Devices(ctx, ids)
	return slices.DeleteFunc(devices, func(each recall.Device) bool { return !slices.Contains(users, each.User) }), err
}

// Devices reads the items of the devices, 100 a call.
func (d *Devices) Devices(ctx context.Context, ids []recall.DeviceID) ([]recall.Device, error) {
	ids = slices.Clone(ids)
	slices.Sort(ids)
	var keys []item
	for _, id := range slices.Compact(ids) {
		keys = append(keys, deviceKey(id))
	}
	items, err := batchGet(ctx, d.Client, d.Table, keys, "read devices")
	if err != nil {
		return nil, err
	}
	devices := make([]recall.Device, len(items))
	for i, from := range items {
		devices[i] = recall.Device{
			User:         recall.UserID(textOf(from, "user")),
			Kind:         recall.PushKind(textOf(from, "kind")),
			Address:      recall.PushAddress(textOf(from, "address")),
			PublicKey:    recall.PushKey(textOf(from, "p256dh")),
			Auth:         recall.PushKey(textOf(from, "auth")),
			Topic:        recall.PushTopic(textOf(from, "topic")),
			RegisteredAt: recall.Instant(numberOf(from, "registeredAt")),
		}
	}
	return devices, nil
}

func pushedPartition(message recall.PushedMessage) string {
	return pushedPrefix + message.Conversation.Key() + "#" + string(message.ID)
}

// AddPushed is one UpdateItem on the item of that part. With UsersPerPush users of DevicesPerUser devices each, the
// item has at most 50 KB.
func (d *Devices) AddPushed(ctx context.Context, message recall.PushedMessage, part string,
	devices []recall.DeviceID, until recall.Instant,
) error {
	ids := make([]string, len(devices))
	for i, id := range devices {
		ids[i] = string(id)
	}
	_, err := d.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &d.Table,
		Key:              key(pushedPartition(message), partPrefix+part),
		UpdateExpression: aws.String("SET expiresAt=:until ADD devices :devices"),
		ExpressionAttributeValues: item{
			":until":   number(expirySeconds(until)),
			":devices": &types.AttributeValueMemberSS{Value: ids},
		},
	})
	if err != nil {
		return fault("remember notifications", err)
	}
	return nil
}

// Pushed queries the parts of the message, consistently.
func (d *Devices) Pushed(
	ctx context.Context, message recall.PushedMessage, part string,
) ([]recall.DeviceID, error) {
	condition, values := "pk=:pk", item{":pk": text(pushedPartition(message))}
	if part != "" {
		condition, values[":part"] = "pk=:pk AND sk=:part", text(partPrefix+part)
	}
	var ids []recall.DeviceID
	var from item
	for {
		page, err := d.Client.Query(ctx, &dynamodb.QueryInput{
			TableName:                 &d.Table,
			KeyConditionExpression:    &condition,
			ExpressionAttributeValues: values,
			ConsistentRead:            aws.Bool(true),
			ExclusiveStartKey:         from,
		})
		if err != nil {
			return nil, fault("read notifications", err)
		}
		for _, found := range page.Items {
			for _, id := range setOf(found, "devices") {
				ids = append(ids, recall.DeviceID(id))
			}
		}
		if from = page.LastEvaluatedKey; from == nil {
			slices.Sort(ids)
			return slices.Compact(ids), nil
		}
	}
}

func setOf(from item, name string) []string {
	if set, ok := from[name].(*types.AttributeValueMemberSS); ok {
		return set.Value
	}
	return nil
}
