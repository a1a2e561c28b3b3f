package policy_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"example.com/recall/local/policy"
)

// objectCalls are calls of S3, each with its operation, the action and the resource that it needs.
var objectCalls = []struct {
	method, path, operation, action, resource string
	header                                    map[string]string
	body                                      string
}{
	{method: "GET", path: "/pics/a/b%20c", operation: "GetObject", action: "GetObject", resource: "pics/a/b c"},
	{method: "HEAD", path: "/pics/a", operation: "HeadObject", action: "GetObject", resource: "pics/a"},
	{
		method: "GET", path: "/pics/a?versionId=1", operation: "GetObject", action: "GetObjectVersion",
		resource: "pics/a",
	},
	{
		method: "PUT", path: "/pics/a?X-Amz-Expires=300&x-id=PutObject", operation: "PutObject", action: "PutObject",
		resource: "pics/a",
	},
	{
		method: "PUT", path: "/pics/a?tagging", operation: "PutObjectTagging", action: "PutObjectTagging",
		resource: "pics/a",
	},
	{method: "DELETE", path: "/pics/a", operation: "DeleteObject", action: "DeleteObject", resource: "pics/a"},
	{
		method: "POST", path: "/pics/a?uploads", operation: "CreateMultipartUpload", action: "PutObject",
		resource: "pics/a",
	},
	{
		method: "PUT", path: "/pics/a?partNumber=1&uploadId=u", operation: "UploadPart", action: "PutObject",
		resource: "pics/a",
	},
	{
		method: "DELETE", path: "/pics/a?uploadId=u", operation: "AbortMultipartUpload", action: "AbortMultipartUpload",
		resource: "pics/a",
	},
	{
		method: "GET", path: "/pics?list-type=2&prefix=a/", operation: "ListObjects", action: "ListBucket",
		resource: "pics",
	},
	{method: "HEAD", path: "/pics", operation: "HeadBucket", action: "ListBucket", resource: "pics"},
	{
		method: "GET", path: "/pics/?location", operation: "GetBucketLocation", action: "GetBucketLocation",
		resource: "pics",
	},
	{
		method: "POST", path: "/pics?delete", operation: "DeleteObjects", action: "DeleteObject", resource: "pics/a",
		body: "<Delete><Object><Key>a</Key></Object></Delete>",
	},
}

func TestEachCallOfS3TakesItsActionOnItsResourceAndNoOther(t *testing.T) {
	for _, call := range objectCalls {
		arn := "arn:aws:s3:::" + call.resource
		for _, test := range []struct {
			action, resource string
			want             bool
		}{
			{call.action, arn, true}, {call.action + "s", arn, false}, {call.action, arn + "2", false},
		} {
			_, account := accountOf(t, "[{Effect: Allow, Action: 's3:"+test.action+"', Resource: '"+test.resource+"'}]")
			read := policy.ReadObjectCall(httptest.NewRequest(call.method, call.path, http.NoBody))
			if read.Operation != call.operation || read.NeedsBody() != (call.body != "") {
				t.Errorf("%s %s is read as %s", call.method, call.path, read.Operation)
			}
			got := allowed(t, account.Objects("SendFunction", read, []byte(call.body)))
			if got != test.want {
				t.Errorf("%s with the right to %s on %s: allowed is %v", call.operation, test.action, test.resource, got)
			}
		}
	}
}

func copyCall() policy.ObjectCall {
	request := httptest.NewRequest(http.MethodPut, "/pics/new", http.NoBody)
	request.Header.Set("X-Amz-Copy-Source", "/pics/old%20one?versionId=2")
	return policy.ReadObjectCall(request)
}

func TestACopyNeedsTheRightToReadItsSource(t *testing.T) {
	const write = "{Effect: Allow, Action: 's3:PutObject', Resource: 'arn:aws:s3:::pics/new'}"
	_, account := accountOf(t, "["+write+"]")
	if allowed(t, account.Objects("SendFunction", copyCall(), nil)) {
		t.Error("a copy of what the caller may not read is allowed")
	}
	const read = "{Effect: Allow, Action: 's3:GetObject', Resource: 'arn:aws:s3:::pics/old one'}"
	_, account = accountOf(t, "["+write+", "+read+"]")
	if !allowed(t, account.Objects("SendFunction", copyCall(), nil)) {
		t.Error("a copy is denied")
	}
	if got := copyCall().Operation; got != "CopyObject" {
		t.Errorf("it is read as %s", got)
	}
}

func TestAnUploadWithTagsNeedsTheRightToTag(t *testing.T) {
	request := httptest.NewRequest(http.MethodPut, "/pics/new", http.NoBody)
	request.Header.Set("X-Amz-Tagging", "a=b")
	_, account := accountOf(t, "[{Effect: Allow, Action: 's3:PutObject', Resource: '*'}]")
	if allowed(t, account.Objects("SendFunction", policy.ReadObjectCall(request), nil)) {
		t.Error("it is allowed without")
	}
}

func TestOneForbiddenKeyRefusesDeleteObjects(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Allow, Action: 's3:DeleteObject', Resource: 'arn:aws:s3:::pics/mine/*'}]")
	call := policy.ReadObjectCall(httptest.NewRequest(http.MethodPost, "/pics?delete", http.NoBody))
	body := "<Delete><Object><Key>mine/a</Key></Object><Object><Key>yours/a</Key></Object></Delete>"
	if allowed(t, account.Objects("SendFunction", call, []byte(body))) {
		t.Error("it is allowed")
	}
}

func TestThePrefixOfAListCanBeACondition(t *testing.T) {
	_, account := accountOf(t, `[{Effect: Allow, Action: 's3:ListBucket', Resource: '*',
              Condition: {StringLike: {'s3:prefix': 'mine/*'}}}]`)
	for path, want := range map[string]bool{"/pics?prefix=mine/a": true, "/pics?prefix=yours/a": false, "/pics": false} {
		call := policy.ReadObjectCall(httptest.NewRequest(http.MethodGet, path, http.NoBody))
		if got := allowed(t, account.Objects("SendFunction", call, nil)); got != want {
			t.Errorf("%s: allowed is %v", path, got)
		}
	}
}

func TestOnlyWhoMayListABucketLearnsThatAnObjectDoesNotExist(t *testing.T) {
	call := policy.ReadObjectCall(httptest.NewRequest(http.MethodGet, "/pics/a", http.NoBody))
	_, account := accountOf(t, "[{Effect: Allow, Action: 's3:GetObject', Resource: '*'}]")
	if allowed(t, account.Absence("SendFunction", call)) {
		t.Error("whoever may read objects learns it")
	}
	if denials := account.Denials(); len(denials) != 0 {
		t.Errorf("it counts as a refused call: %v", denials)
	}
	_, account = accountOf(t, "[{Effect: Allow, Action: 's3:ListBucket', Resource: 'arn:aws:s3:::pics'}]")
	if !allowed(t, account.Absence("SendFunction", call)) {
		t.Error("whoever may list the bucket does not learn it")
	}
	if uses := account.Uses(); len(uses) != 1 || uses[0].Times != 1 {
		t.Errorf("the right is not counted as used: %v", uses)
	}
}

func TestAnUnknownCallOfS3IsNeitherAllowedNorDenied(t *testing.T) {
	_, account := accountOf(t, "[{Effect: Allow, Action: 's3:*', Resource: '*'}]")
	call := policy.ReadObjectCall(httptest.NewRequest(http.MethodPut, "/pics?cors", http.NoBody))
	err := account.Objects("SendFunction", call, nil)
	if err == nil || err.Error() != "the local stack does not know which rights s3:PUT ?cors takes" {
		t.Errorf("the error is %v", err)
	}
}
