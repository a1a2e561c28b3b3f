package policy

import (
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// objectOperation is an operation of S3 and the right that it needs on its object or bucket (Service Authorization
// Reference, "Amazon S3"; S3 guide, "Required permissions for Amazon S3 API operations").
type objectOperation struct{ name, action string }

// objectOperations are the known operations on objects, by the method and the part of the query that selects them.
var objectOperations = map[string]objectOperation{
	"GET":              {"GetObject", "GetObject"},
	"HEAD":             {"HeadObject", "GetObject"},
	"PUT":              {"PutObject", "PutObject"},
	"DELETE":           {"DeleteObject", "DeleteObject"},
	"GET tagging":      {"GetObjectTagging", "GetObjectTagging"},
	"PUT tagging":      {"PutObjectTagging", "PutObjectTagging"},
	"DELETE tagging":   {"DeleteObjectTagging", "DeleteObjectTagging"},
	"GET acl":          {"GetObjectAcl", "GetObjectAcl"},
	"PUT acl":          {"PutObjectAcl", "PutObjectAcl"},
	"POST uploads":     {"CreateMultipartUpload", "PutObject"},
	"PUT uploadId":     {"UploadPart", "PutObject"},
	"POST uploadId":    {"CompleteMultipartUpload", "PutObject"},
	"DELETE uploadId":  {"AbortMultipartUpload", "AbortMultipartUpload"},
	"GET uploadId":     {"ListParts", "ListMultipartUploadParts"},
	"GET versionId":    {"GetObject", "GetObjectVersion"},
	"HEAD versionId":   {"HeadObject", "GetObjectVersion"},
	"DELETE versionId": {"DeleteObject", "DeleteObjectVersion"},
}

// bucketOperations are the known operations on buckets.
var bucketOperations = map[string]objectOperation{
	"GET":          {"ListObjects", "ListBucket"},
	"HEAD":         {"HeadBucket", "ListBucket"},
	"GET versions": {"ListObjectVersions", "ListBucketVersions"},
	"GET uploads":  {"ListMultipartUploads", "ListBucketMultipartUploads"},
	"GET location": {"GetBucketLocation", "GetBucketLocation"},
	"POST delete":  {"DeleteObjects", "DeleteObject"},
}

// selecting are the parts of a query that select an operation. The others are its parameters.
var selecting = []string{
	"accelerate", "acl", "analytics", "attributes", "cors", "delete", "encryption", "intelligent-tiering", "inventory",
	"legal-hold", "lifecycle", "location", "logging", "metrics", "notification", "object-lock", "ownershipControls",
	"policy", "policyStatus", "publicAccessBlock", "replication", "requestPayment", "restore", "retention", "select",
	"tagging", "torrent", "uploadId", "uploads", "versionId", "versioning", "versions", "website",
}

// ObjectCall is a call of S3 whose bucket is in the path of its address.
type ObjectCall struct {
	// Operation is the name of the operation; empty = this package does not know it.
	Operation   string
	Bucket, Key string // empty if the call is about none
	action      string
	request     *http.Request
}

// ReadObjectCall finds out which call of S3 a request is.
func ReadObjectCall(r *http.Request) ObjectCall {
	call := ObjectCall{request: r}
	call.Bucket, call.Key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	query, form := r.URL.Query(), r.Method
	for _, name := range selecting {
		if query.Has(name) {
			form += " " + name
			break
		}
	}
	operations := objectOperations
	switch {
	case call.Bucket == "" && form == http.MethodGet:
		call.Operation, call.action = "ListBuckets", "ListAllMyBuckets"
		return call
	case call.Key == "":
		operations = bucketOperations
	}
	known := operations[form]
	call.Operation, call.action = known.name, known.action
	if call.source() != "" {
		call.Operation = strings.NewReplacer("PutObject", "CopyObject", "UploadPart", "UploadPartCopy").Replace(known.name)
	}
	return call
}

// NeedsBody reports whether the rights that a call needs depend on its body.
func (c ObjectCall) NeedsBody() bool { return c.Operation == "DeleteObjects" }

// source is the object that is copied, with its bucket.
func (c ObjectCall) source() string {
	given, _, _ := strings.Cut(c.request.Header.Get("X-Amz-Copy-Source"), "?")
	source, err := url.PathUnescape(given)
	if err != nil {
		return given
	}
	return strings.TrimPrefix(source, "/")
}

// Objects decides whether a call of S3 is allowed. If one of the objects that DeleteObjects names may not be deleted,
// the whole call is refused, where AWS deletes the others.
func (a *Account) Objects(accessKey string, call ObjectCall, body []byte) error {
	by := a.callers[accessKey]
	if by == nil {
		return nil
	}
	if call.Operation == "" {
		return unknown("s3", call.request.Method+" ?"+call.request.URL.RawQuery)
	}
	requests, err := call.requests(body)
	if err != nil {
		return err
	}
	return a.decide(by, requests)
}

// Absence decides whether a caller may learn that an object does not exist. AWS answers with a refusal if the caller
// may not list the bucket (S3 API reference, "GetObject", "Permissions").
func (a *Account) Absence(accessKey string, call ObjectCall) error {
	by := a.callers[accessKey]
	if by == nil {
		return nil
	}
	request := Request{Action: "s3:ListBucket", Resource: bucketARN(call.Bucket)}
	if allowed, _ := by.policy.Allows(request); !allowed {
		return a.denied(by, request)
	}
	return a.decide(by, []Request{request})
}

func bucketARN(bucket string) string { return "arn:aws:s3:::" + bucket }

func (c ObjectCall) requests(body []byte) ([]Request, error) {
	resource := bucketARN(c.Bucket)
	switch c.Operation {
	case "ListBuckets":
		return []Request{{Action: "s3:" + c.action, Resource: "*"}}, nil
	case "DeleteObjects":
		return deletions(resource, body)
	case "ListObjects":
		return []Request{{
			Action: "s3:" + c.action, Resource: resource,
			Keys: map[string][]string{prefixKey: {c.request.URL.Query().Get("prefix")}},
		}}, nil
	}
	if c.Key != "" {
		resource += "/" + c.Key
	}
	requests := []Request{{Action: "s3:" + c.action, Resource: resource}}
	if source := c.source(); source != "" {
		requests = append(requests, Request{Action: "s3:GetObject", Resource: bucketARN(source)})
	}
	if c.action == "PutObject" {
		for header, action := range map[string]string{"X-Amz-Tagging": "PutObjectTagging", "X-Amz-Acl": "PutObjectAcl"} {
			if c.request.Header.Get(header) != "" {
				requests = append(requests, Request{Action: "s3:" + action, Resource: resource})
			}
		}
	}
	return requests, nil
}

func deletions(bucket string, body []byte) ([]Request, error) {
	var call struct {
		Objects []struct {
			Key       string
			VersionID string `xml:"VersionId"`
		} `xml:"Object"`
	}
	if err := xml.Unmarshal(body, &call); err != nil {
		return nil, fmt.Errorf("the body of DeleteObjects: %w", err)
	}
	var requests []Request
	for _, object := range call.Objects {
		action := "s3:DeleteObject"
		if object.VersionID != "" {
			action = "s3:DeleteObjectVersion"
		}
		requests = append(requests, Request{Action: action, Resource: bucket + "/" + object.Key})
	}
	return requests, nil
}
