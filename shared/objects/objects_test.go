package objects_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"example.com/recall/local/objectstore/objectstoretest"
	"example.com/recall/shared/objects"
	"example.com/recall/shared/recall"
	"example.com/recall/shared/recall/recalltest"
)

// server is one S3 server for all tests here.
var server objectstoretest.Server

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

func TestTheObjectsInABucketConform(t *testing.T) {
	recalltest.RunObjects(t, func(t *testing.T) recalltest.Files {
		bucket := server.Bucket(t)
		return recalltest.Files{
			Objects: &objects.Bucket{
				Client: bucket.Client, Signer: s3.NewPresignClient(bucket.Client), Name: bucket.Name,
			},
			Client: http.DefaultClient,
			Clock:  recall.SystemClock{},
		}
	})
}

// onAWS is a bucket in a region, which is never called.
func onAWS(region string) recall.Objects {
	return objects.New(aws.Config{
		Region: region,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "AKIA", SecretAccessKey: "secret", SessionToken: "token"}, nil
		}),
	}, nil, "files-of-recall")
}

const noon recall.Instant = 1_790_000_000_000

func TestAnAddressIsSignedForItsRegionAndTimeAndForAllHeaders(t *testing.T) {
	object := recall.Object{Name: "猫 1.png", Type: "image/png", Size: 7}
	upload, err := onAWS("cn-north-1").UploadAddress(t.Context(), "uploads/x-alice@example.org", object,
		noon, noon.Add(recall.AddressFor))
	if err != nil {
		t.Fatal(err)
	}
	address, err := url.Parse(upload.URL)
	if err != nil {
		t.Fatal(err)
	}
	query := address.Query()
	if address.Scheme != "https" || address.Host != "files-of-recall.s3.cn-north-1.amazonaws.com.cn" ||
		address.Path != "/uploads/x-alice@example.org" {
		t.Errorf("%s", address)
	}
	if query.Get("X-Amz-Date") != "20260921T141320Z" || query.Get("X-Amz-Expires") != "300" ||
		query.Get("X-Amz-SignedHeaders") != "content-length;content-type;host;x-amz-meta-name" {
		t.Errorf("%v", query)
	}
	// A checksum would be that of an empty file: the SDK does not know the bytes.
	if strings.Contains(strings.ToLower(upload.URL), "checksum") {
		t.Errorf("%s", upload.URL)
	}
	want := map[string]string{"content-type": "image/png", "x-amz-meta-name": "%E7%8C%AB%201.png"}
	if len(upload.Headers) != len(want) {
		t.Errorf("headers %v", upload.Headers)
	}
	for name, value := range want {
		if upload.Headers[name] != value {
			t.Errorf("headers %v, want %s: %s", upload.Headers, name, value)
		}
	}
}

// refusing is a bucket that answers every call with an error.
type refusing struct{ err error }

func (r refusing) HeadObject(
	context.Context, *s3.HeadObjectInput, ...func(*s3.Options),
) (*s3.HeadObjectOutput, error) {
	return nil, r.err
}

func (r refusing) CopyObject(
	context.Context, *s3.CopyObjectInput, ...func(*s3.Options),
) (*s3.CopyObjectOutput, error) {
	return nil, r.err
}

// DeleteObjects fails for one object only, as S3 may.
func (r refusing) DeleteObjects(
	context.Context, *s3.DeleteObjectsInput, ...func(*s3.Options),
) (*s3.DeleteObjectsOutput, error) {
	refusal, known := errors.AsType[smithy.APIError](r.err)
	if !known {
		return nil, r.err
	}
	return &s3.DeleteObjectsOutput{Errors: []types.Error{{Code: aws.String(refusal.ErrorCode())}}}, nil
}

func TestAFailureOfTheStorageIsUnavailableAndAWrongDeploymentIsNot(t *testing.T) {
	for _, each := range []struct {
		err  error
		name recall.Name
	}{
		{errors.New("no answer"), recall.Unavailable},
		{&smithy.GenericAPIError{Code: "SlowDown"}, recall.Unavailable},
		{&smithy.GenericAPIError{Code: "InternalError"}, recall.Unavailable},
		{&smithy.GenericAPIError{Code: "AccessDenied"}, recall.Internal},
		{&smithy.GenericAPIError{Code: "NoSuchBucket"}, recall.Internal},
	} {
		bucket := &objects.Bucket{Client: refusing{each.err}, Name: "files"}
		_, _, described := bucket.Describe(t.Context(), "uploads/x")
		_, copied := bucket.Copy(t.Context(), "uploads/x", recall.Object{}, "messages/x")
		deleted := bucket.Delete(t.Context(), []recall.ObjectKey{"messages/x"})
		for operation, err := range map[string]error{"describe": described, "copy": copied, "delete": deleted} {
			if err == nil || recall.NameOf(err) != each.name {
				t.Errorf("%s after %v: %v, want %s", operation, each.err, err, each.name)
			}
		}
	}
}
