package objectstore_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/aws/smithy-go"

	"example.com/recall/local/objectstore"
	"example.com/recall/local/objectstore/objectstoretest"
)

var server objectstoretest.Server

func TestMain(m *testing.M) { os.Exit(server.Run(m)) }

// code is the name of S3's error.
func code(err error) string {
	var failure smithy.APIError
	if errors.As(err, &failure) {
		return failure.ErrorCode()
	}
	return ""
}

func put(t *testing.T, bucket objectstoretest.Bucket, key, content string) {
	t.Helper()
	if _, err := bucket.Client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket.Name, Key: &key, Body: strings.NewReader(content), ContentType: aws.String("image/png"),
		Metadata: map[string]string{"name": "cat.png"},
	}); err != nil {
		t.Fatal(err)
	}
}

func presignedGet(t *testing.T, bucket objectstoretest.Bucket, key string) string {
	t.Helper()
	signed, err := s3.NewPresignClient(bucket.Client).PresignGetObject(t.Context(), &s3.GetObjectInput{
		Bucket: &bucket.Name, Key: &key,
	})
	if err != nil {
		t.Fatal(err)
	}
	return signed.URL
}

func TestAPresignedUploadTakesOnlyWhatWasSigned(t *testing.T) {
	bucket := server.Bucket(t)
	signed, err := s3.NewPresignClient(bucket.Client).PresignPutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket.Name, Key: aws.String("uploads/ann/1"), ContentLength: aws.Int64(5),
		ContentType: aws.String("image/png"), Metadata: map[string]string{"name": "cat.png"},
	})
	if err != nil {
		t.Fatal(err)
	}
	header := http.Header{"Content-Type": {"image/png"}, "X-Amz-Meta-Name": {"cat.png"}}
	with := func(name, value string) http.Header {
		changed := header.Clone()
		changed.Set(name, value)
		return changed
	}
	withoutName := header.Clone()
	withoutName.Del("X-Amz-Meta-Name")
	last := signed.URL[len(signed.URL)-1:]
	other := map[bool]string{true: "1", false: "0"}[last == "0"]
	for name, attempt := range map[string]struct {
		method, address string
		header          http.Header
		body            string
	}{
		"a longer content":    {http.MethodPut, signed.URL, header, "123456"},
		"a shorter content":   {http.MethodPut, signed.URL, header, "1234"},
		"no content":          {http.MethodPut, signed.URL, header, ""},
		"another type":        {http.MethodPut, signed.URL, with("Content-Type", "text/html"), "12345"},
		"another name":        {http.MethodPut, signed.URL, with("X-Amz-Meta-Name", "dog.png"), "12345"},
		"no name":             {http.MethodPut, signed.URL, withoutName, "12345"},
		"further metadata":    {http.MethodPut, signed.URL, with("X-Amz-Meta-More", "x"), "12345"},
		"an access list":      {http.MethodPut, signed.URL, with("X-Amz-Acl", "public-read"), "12345"},
		"another key":         {http.MethodPut, strings.Replace(signed.URL, "ann/1", "ann/2", 1), header, "12345"},
		"another signature":   {http.MethodPut, signed.URL[:len(signed.URL)-1] + other, header, "12345"},
		"no signature":        {http.MethodPut, bucket.Endpoint + "/" + bucket.Name + "/uploads/ann/1", header, "12345"},
		"reading instead":     {http.MethodGet, signed.URL, header, ""},
		"deleting instead":    {http.MethodDelete, signed.URL, header, ""},
		"an unsigned reading": {http.MethodGet, bucket.Endpoint + "/" + bucket.Name, nil, ""},
	} {
		status, _ := objectstoretest.Fetch(t, attempt.method, attempt.address, attempt.header, attempt.body)
		if status != http.StatusForbidden {
			t.Errorf("%s is answered with %d", name, status)
		}
	}
	listed, err := bucket.Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket.Name})
	if err != nil || len(listed.Contents) != 0 {
		t.Fatalf("the refused uploads left %v, %v", listed.Contents, err)
	}
	if status, body := objectstoretest.Fetch(t, http.MethodPut, signed.URL, header, "12345"); status != http.StatusOK {
		t.Errorf("the upload as it was signed is answered with %d: %s", status, body)
	}
}

func TestAnAddressWorksNoLongerThanItWasSignedFor(t *testing.T) {
	bucket := server.Bucket(t)
	put(t, bucket, "1", "12345")
	for age, want := range map[time.Duration]int{
		time.Minute: http.StatusOK, time.Hour: http.StatusForbidden,
	} {
		signed, err := s3.NewPresignClient(bucket.Client).PresignGetObject(t.Context(),
			&s3.GetObjectInput{Bucket: &bucket.Name, Key: aws.String("1")},
			s3.WithPresignExpires(30*time.Minute),
			func(o *s3.PresignOptions) { o.Presigner = earlier{v4.NewSigner(), age} },
		)
		if err != nil {
			t.Fatal(err)
		}
		if status, body := objectstoretest.Fetch(t, http.MethodGet, signed.URL, nil, ""); status != want {
			t.Errorf("%v after it was signed for 30 minutes, the answer is %d: %s", age, status, body)
		}
	}
}

// earlier signs as if less time had passed.
type earlier struct {
	signer *v4.Signer
	by     time.Duration
}

func (e earlier) PresignHTTP(
	ctx context.Context, credentials aws.Credentials, r *http.Request, hash, service, region string, at time.Time,
	change ...func(*v4.SignerOptions),
) (string, http.Header, error) {
	return e.signer.PresignHTTP(ctx, credentials, r, hash, service, region, at.Add(-e.by), append(change,
		func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })...)
}

func TestNoAddressOfADeletedObjectWorks(t *testing.T) {
	bucket := server.Bucket(t)
	put(t, bucket, "messages/1", "12345")
	address := presignedGet(t, bucket, "messages/1")
	status, body := objectstoretest.Fetch(t, http.MethodGet, address, nil, "")
	if status != http.StatusOK || body != "12345" {
		t.Fatalf("%d %s", status, body)
	}
	deleted, err := bucket.Client.DeleteObjects(t.Context(), &s3.DeleteObjectsInput{
		Bucket: &bucket.Name,
		Delete: &types.Delete{Objects: []types.ObjectIdentifier{
			{Key: aws.String("messages/1")}, {Key: aws.String("messages/none")},
		}},
	})
	if err != nil || len(deleted.Deleted) != 2 || len(deleted.Errors) != 0 {
		t.Fatalf("deleted %v, errors %v, %v", deleted.Deleted, deleted.Errors, err)
	}
	for _, given := range []string{address, presignedGet(t, bucket, "messages/1")} {
		if status, _ := objectstoretest.Fetch(t, http.MethodGet, given, nil, ""); status != http.StatusNotFound {
			t.Errorf("after the object was deleted, the answer is %d", status)
		}
	}
}

func TestACopyHasTheTypeAndTheMetadataOfItsSource(t *testing.T) {
	bucket := server.Bucket(t)
	put(t, bucket, "uploads/ann/1", "12345")
	copied := func(source string) error {
		_, err := bucket.Client.CopyObject(t.Context(), &s3.CopyObjectInput{
			Bucket: &bucket.Name, Key: aws.String("messages/1"), CopySource: aws.String(bucket.Name + "/" + source),
		})
		return err
	}
	if err := copied("uploads/ann/2"); code(err) != "NoSuchKey" {
		t.Errorf("the copy of nothing gives %v", err)
	}
	if err := copied("uploads/ann/1"); err != nil {
		t.Fatal(err)
	}
	head, err := bucket.Client.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: &bucket.Name, Key: aws.String("messages/1"),
	})
	if err != nil || *head.ContentLength != 5 || *head.ContentType != "image/png" || head.Metadata["name"] != "cat.png" {
		t.Errorf("the copy is %v, %v", head, err)
	}
}

func TestRangesAndConditionsHold(t *testing.T) {
	bucket := server.Bucket(t)
	put(t, bucket, "1", "12345")
	address := presignedGet(t, bucket, "1")
	status, body := objectstoretest.Fetch(t, http.MethodGet, address, http.Header{"Range": {"bytes=1-2"}}, "")
	if status != http.StatusPartialContent || body != "23" {
		t.Errorf("a range is answered with %d %q", status, body)
	}
	_, err := bucket.Client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: &bucket.Name, Key: aws.String("1"), Body: strings.NewReader("x"), IfNoneMatch: aws.String("*"),
	})
	if code(err) != "PreconditionFailed" {
		t.Errorf("the second object under a key gives %v", err)
	}
}

func TestEachCallerHasASecretOfTheirOwn(t *testing.T) {
	store, err := objectstore.Start(t.Context(), objectstore.Options{
		Region: "eu-central-1", Secrets: map[string]string{"SendFunction": "the secret"},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(store.Close)
	listener := httptest.NewServer(store)
	t.Cleanup(listener.Close)
	for secret, want := range map[string]string{"the secret": "", "another": "SignatureDoesNotMatch"} {
		client := objectstore.Client(listener.URL, "eu-central-1", func(o *s3.Options) {
			o.Credentials = aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "SendFunction", SecretAccessKey: secret}, nil
			})
		})
		if _, err := client.ListBuckets(t.Context(), nil); code(err) != want {
			t.Errorf("with the secret %q: %v", secret, err)
		}
	}
}

func TestNothingIsLeftAfterClose(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	store, err := objectstore.Start(t.Context(), objectstore.Options{})
	if err != nil {
		t.Fatal(err)
	}
	made := &s3.CreateBucketInput{Bucket: aws.String("pictures")}
	if _, err := store.Client().CreateBucket(t.Context(), made); err != nil {
		t.Error(err)
	}
	store.Close()
	<-store.Done()
	if left, err := os.ReadDir(os.TempDir()); err != nil || len(left) != 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func TestAServerThatCannotStartSaysWhatToDo(t *testing.T) {
	fails, err := exec.LookPath("false")
	if err != nil {
		t.Fatal(err)
	}
	_, err = objectstore.Start(t.Context(), objectstore.Options{Program: fails})
	if err == nil || !strings.Contains(err.Error(), "it ended (exit status 1)") ||
		!strings.Contains(err.Error(), "scripts/require.sh versitygw") {
		t.Errorf("the error is %v", err)
	}
}
