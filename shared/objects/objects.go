// Package objects keeps the bytes of attachments in an S3 bucket.
package objects

import (
	"context"
	"errors"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"example.com/recall/shared/recall"
)

// API is what this package calls of the SDK's client for S3.
type API interface {
	HeadObject(context.Context, *s3.HeadObjectInput, ...func(*s3.Options)) (*s3.HeadObjectOutput, error)
	CopyObject(context.Context, *s3.CopyObjectInput, ...func(*s3.Options)) (*s3.CopyObjectOutput, error)
	DeleteObjects(context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options)) (*s3.DeleteObjectsOutput, error)
}

// Signer signs addresses. It calls nobody.
type Signer interface {
	PresignPutObject(
		context.Context, *s3.PutObjectInput, ...func(*s3.PresignOptions),
	) (*v4.PresignedHTTPRequest, error)
	PresignGetObject(
		context.Context, *s3.GetObjectInput, ...func(*s3.PresignOptions),
	) (*v4.PresignedHTTPRequest, error)
}

// Bucket is recall.Objects on a bucket of S3. What S3 answered is seen by every later request ("Strong consistency",
// Amazon S3 User Guide).
type Bucket struct {
	Client API
	Signer Signer
	Name   string
}

var _ recall.Objects = (*Bucket)(nil)

// New makes a Bucket with the SDK's clients. Without an endpoint they call the endpoint of the configuration's
// region.
func New(config aws.Config, endpoint *string, name string) recall.Objects {
	client := s3.NewFromConfig(config, func(options *s3.Options) {
		options.BaseEndpoint = endpoint
		options.UsePathStyle = endpoint != nil // a local server has no name for each bucket
	})
	return &Bucket{Client: client, Signer: s3.NewPresignClient(client), Name: name}
}

// nameMetadata is the metadata of an upload that holds its name, percent-encoded, since a header is ASCII.
const nameMetadata = "name"

// UploadAddress signs a PutObject. The signature holds the headers, of which content-length is the size.
func (b *Bucket) UploadAddress(
	ctx context.Context, key recall.ObjectKey, object recall.Object, from, until recall.Instant,
) (recall.Upload, error) {
	signed, err := b.Signer.PresignPutObject(ctx, &s3.PutObjectInput{
		Bucket:        &b.Name,
		Key:           aws.String(string(key)),
		ContentType:   aws.String(string(object.Type)),
		ContentLength: aws.Int64(int64(object.Size)),
		Metadata:      map[string]string{nameMetadata: url.PathEscape(string(object.Name))},
	}, between(from, until))
	if err != nil {
		return recall.Upload{}, fmt.Errorf("sign an upload: %w", err)
	}
	headers := make(map[string]string)
	for name, values := range signed.SignedHeader {
		// Every HTTP client writes these two by itself, and a browser lets nobody else do it.
		if name != "Host" && name != "Content-Length" {
			headers[strings.ToLower(name)] = values[0]
		}
	}
	return recall.Upload{Method: signed.Method, URL: signed.URL, Headers: headers}, nil
}

// DownloadAddress signs a GetObject.
func (b *Bucket) DownloadAddress(
	ctx context.Context, key recall.ObjectKey, from, until recall.Instant,
) (string, error) {
	signed, err := b.Signer.PresignGetObject(ctx,
		&s3.GetObjectInput{Bucket: &b.Name, Key: aws.String(string(key))}, between(from, until))
	if err != nil {
		return "", fmt.Errorf("sign a download: %w", err)
	}
	return signed.URL, nil
}

// between lets an address work from one instant until another.
func between(from, until recall.Instant) func(*s3.PresignOptions) {
	return func(options *s3.PresignOptions) {
		options.Expires = until.Sub(from)
		options.Presigner = signerAt{options.Presigner, from.Time()}
	}
}

// signerAt signs at a given time. The SDK would take the time of the machine.
type signerAt struct {
	s3.HTTPPresignerV4
	at time.Time
}

// PresignHTTP is s3.HTTPPresignerV4.
func (s signerAt) PresignHTTP(
	ctx context.Context, credentials aws.Credentials, request *http.Request, payloadHash, service, region string,
	_ time.Time, options ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	return s.HTTPPresignerV4.PresignHTTP(ctx, credentials, request, payloadHash, service, region, s.at, options...)
}

// Describe is one HeadObject.
func (b *Bucket) Describe(ctx context.Context, key recall.ObjectKey) (recall.Object, bool, error) {
	read, err := b.Client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: &b.Name, Key: aws.String(string(key))})
	if missing(err) {
		return recall.Object{}, false, nil
	}
	if err != nil {
		return recall.Object{}, false, fault("describe", err)
	}
	name, _ := url.PathUnescape(read.Metadata[nameMetadata])
	return recall.Object{
		Name:    recall.AttachmentName(name),
		Type:    recall.MediaType(aws.ToString(read.ContentType)),
		Size:    recall.AttachmentSize(aws.ToInt64(read.ContentLength)),
		Version: aws.ToString(read.ETag),
	}, true, nil
}

// Copy is one CopyObject. A browser saves what it reads at the address of the copy, and never shows it as a page. No
// cache keeps it, so it is gone when the object is.
func (b *Bucket) Copy(
	ctx context.Context, from recall.ObjectKey, object recall.Object, to recall.ObjectKey,
) (bool, error) {
	source := url.URL{Path: b.Name + "/" + string(from)}
	saved := mime.FormatMediaType("attachment", map[string]string{"filename": string(object.Name)})
	input := &s3.CopyObjectInput{
		Bucket:             &b.Name,
		Key:                aws.String(string(to)),
		CopySource:         aws.String(source.EscapedPath()),
		MetadataDirective:  types.MetadataDirectiveReplace,
		ContentType:        aws.String(string(object.Type)),
		CacheControl:       aws.String("no-store"),
		ContentDisposition: &saved,
	}
	if object.Version != "" {
		input.CopySourceIfMatch = &object.Version
	}
	_, err := b.Client.CopyObject(ctx, input)
	if missing(err) {
		return false, nil
	}
	if err != nil {
		return false, fault("copy", err)
	}
	return true, nil
}

// maximumDeleted is how many objects one DeleteObjects takes (API reference).
const maximumDeleted = 1_000

// Delete is one DeleteObjects for each 1,000 keys.
func (b *Bucket) Delete(ctx context.Context, keys []recall.ObjectKey) error {
	for some := range slices.Chunk(keys, maximumDeleted) {
		objects := make([]types.ObjectIdentifier, len(some))
		for i, key := range some {
			objects[i].Key = aws.String(string(key))
		}
		deleted, err := b.Client.DeleteObjects(ctx, &s3.DeleteObjectsInput{
			Bucket: &b.Name,
			Delete: &types.Delete{Objects: objects, Quiet: aws.Bool(true)},
		})
		if err != nil {
			return fault("delete", err)
		}
		if len(deleted.Errors) > 0 {
			first := deleted.Errors[0]
			return fault("delete", &smithy.GenericAPIError{
				Code: aws.ToString(first.Code), Message: aws.ToString(first.Message),
			})
		}
	}
	return nil
}

// missing reports whether S3 answered that there is no such object, or that it has another version.
func missing(err error) bool {
	var refusal smithy.APIError
	return errors.As(err, &refusal) &&
		slices.Contains([]string{"NotFound", "NoSuchKey", "PreconditionFailed"}, refusal.ErrorCode())
}

// fault maps an error of the SDK, after its retries. If a later retry may succeed, the error is unavailable. A refusal
// of the request itself is a bug or a wrong deployment and stays a plain error.
func fault(operation string, err error) error {
	err = fmt.Errorf("%s objects: %w", operation, err)
	var refusal smithy.APIError
	if errors.As(err, &refusal) {
		switch refusal.ErrorCode() {
		case "AccessDenied", "Forbidden", "NoSuchBucket", "InvalidArgument", "InvalidRequest", "MalformedXML",
			"SignatureDoesNotMatch", "InvalidAccessKeyId":
			return err
		}
	}
	return recall.Unreachable("the storage of files", err)
}
