package objectstore

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"example.com/recall/local/template"
)

// Create creates all buckets of a template with their versioning and their rules for web pages.
func Create(ctx context.Context, client *s3.Client, from *template.Template) error {
	for _, bucket := range from.Buckets {
		if err := create(ctx, client, bucket); err != nil {
			return fmt.Errorf("create the bucket %s: %w", bucket.Name, err)
		}
	}
	return nil
}

func create(ctx context.Context, client *s3.Client, bucket template.Bucket) error {
	input := &s3.CreateBucketInput{Bucket: &bucket.Name}
	// S3 refuses the name of its first region here.
	if region := client.Options().Region; region != "us-east-1" {
		input.CreateBucketConfiguration = &types.CreateBucketConfiguration{
			LocationConstraint: types.BucketLocationConstraint(region),
		}
	}
	if _, err := client.CreateBucket(ctx, input); err != nil {
		return err
	}
	if bucket.Versioned {
		if _, err := client.PutBucketVersioning(ctx, &s3.PutBucketVersioningInput{
			Bucket:                  &bucket.Name,
			VersioningConfiguration: &types.VersioningConfiguration{Status: types.BucketVersioningStatusEnabled},
		}); err != nil {
			return err
		}
	}
	if len(bucket.Origins) == 0 {
		return nil
	}
	configuration := &types.CORSConfiguration{}
	for _, rule := range bucket.Origins {
		added := types.CORSRule{
			AllowedOrigins: rule.Origins, AllowedMethods: rule.Methods, AllowedHeaders: rule.Headers,
			ExposeHeaders: rule.Exposed,
		}
		if rule.MaximumAge > 0 {
			added.MaxAgeSeconds = aws.Int32(int32(rule.MaximumAge / time.Second)) // #nosec G115 -- the reader limits it
		}
		configuration.CORSRules = append(configuration.CORSRules, added)
	}
	_, err := client.PutBucketCors(ctx, &s3.PutBucketCorsInput{Bucket: &bucket.Name, CORSConfiguration: configuration})
	return err
}

// Expire deletes the objects that have expired. An object expires at the first midnight UTC after the days of its rule
// have passed (S3 guide, "Lifecycle rules: based on an object's age").
func Expire(ctx context.Context, client *s3.Client, bucket template.Bucket, now time.Time) error {
	for _, rule := range bucket.Expirations {
		if err := expire(ctx, client, bucket.Name, rule, now); err != nil {
			return fmt.Errorf("delete what has expired in the bucket %s: %w", bucket.Name, err)
		}
	}
	return nil
}

func expire(ctx context.Context, client *s3.Client, bucket string, rule template.Expiration, now time.Time) error {
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: &bucket, Prefix: &rule.Prefix})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, object := range page.Contents {
			if now.Before(expiry(*object.LastModified, rule.Days)) {
				continue
			}
			if _, err := client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: &bucket, Key: object.Key}); err != nil {
				return err
			}
		}
	}
	return nil
}

// expiry is the end of an object that was made at an instant and has these days.
func expiry(made time.Time, days int) time.Time {
	const day = 24 * time.Hour
	end := made.AddDate(0, 0, days).UTC()
	if midnight := end.Truncate(day); midnight.Equal(end) {
		return end
	}
	return end.Truncate(day).Add(day)
}
