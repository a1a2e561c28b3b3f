package objectstore_test

import (
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"example.com/recall/local/objectstore"
	"example.com/recall/local/objectstore/objectstoretest"
	"example.com/recall/local/template"
)

func TestOnlyPagesOfTheAllowedOriginsMayUseABucket(t *testing.T) {
	bucket := server.Bucket(t)
	const origin = "https://chat.example.com"
	if err := objectstore.Create(t.Context(), bucket.Client, &template.Template{Buckets: []template.Bucket{{
		Name: bucket.Name + "-pages",
		Origins: []template.OriginRule{{
			Origins: []string{origin}, Methods: []string{"PUT", "GET"}, Headers: []string{"*"}, MaximumAge: time.Minute,
		}},
	}}}); err != nil {
		t.Fatal(err)
	}
	for from, want := range map[string]int{origin: http.StatusOK, "https://other.example.com": http.StatusForbidden} {
		status, body := objectstoretest.Fetch(t, http.MethodOptions, bucket.Endpoint+"/"+bucket.Name+"-pages/a", http.Header{
			"Origin": {from}, "Access-Control-Request-Method": {"PUT"},
			"Access-Control-Request-Headers": {"content-type,x-amz-meta-name"},
		}, "")
		if status != want {
			t.Errorf("the preflight of %s is answered with %d: %s", from, status, body)
		}
	}
}

func TestAVersionedBucketKeepsEarlierVersions(t *testing.T) {
	bucket := server.Bucket(t)
	bucket.Name += "-versions"
	if err := objectstore.Create(t.Context(), bucket.Client, &template.Template{
		Buckets: []template.Bucket{{Name: bucket.Name, Versioned: true}},
	}); err != nil {
		t.Fatal(err)
	}
	put(t, bucket, "1", "first")
	put(t, bucket, "1", "second")
	listed, err := bucket.Client.ListObjectVersions(t.Context(), &s3.ListObjectVersionsInput{Bucket: &bucket.Name})
	if err != nil || len(listed.Versions) != 2 {
		t.Errorf("it has %d versions, %v", len(listed.Versions), err)
	}
}

func TestObjectsExpireAtTheMidnightAfterTheirDays(t *testing.T) {
	bucket := server.Bucket(t)
	for _, key := range []string{"uploads/1", "uploads/2", "messages/1"} {
		put(t, bucket, key, "12345")
	}
	described := template.Bucket{Name: bucket.Name, Expirations: []template.Expiration{{Prefix: "uploads/", Days: 1}}}
	expired := func(at time.Time) []string {
		t.Helper()
		if err := objectstore.Expire(t.Context(), bucket.Client, described, at); err != nil {
			t.Fatal(err)
		}
		listed, err := bucket.Client.ListObjectsV2(t.Context(), &s3.ListObjectsV2Input{Bucket: &bucket.Name})
		if err != nil {
			t.Fatal(err)
		}
		var keys []string
		for _, object := range listed.Contents {
			keys = append(keys, *object.Key)
		}
		return keys
	}
	head, err := bucket.Client.HeadObject(t.Context(), &s3.HeadObjectInput{
		Bucket: &bucket.Name, Key: aws.String("uploads/1"),
	})
	if err != nil {
		t.Fatal(err)
	}
	const day = 24 * time.Hour
	if keys := expired(head.LastModified.Add(day - time.Second)); len(keys) != 3 {
		t.Errorf("a second before a day has passed, there are %v", keys)
	}
	// All objects were made before the second midnight after the first of them.
	if keys := expired(head.LastModified.Add(3 * day)); !slices.Equal(keys, []string{"messages/1"}) {
		t.Errorf("three days later there are %v", keys)
	}
}
