package template

import (
	"strings"
	"time"
)

// Bucket is an S3 bucket.
type Bucket struct {
	LogicalID, Name, ARN string
	// Domains are the names of the bucket's hosts on AWS.
	Domains []string
	// Versioned is true if the bucket keeps earlier versions of its objects.
	Versioned bool
	// Origins are the rules for calls from web pages of other origins.
	Origins []OriginRule
	// Expirations are the rules by which objects are deleted.
	Expirations []Expiration
}

// OriginRule lets pages of some origins use a bucket (S3 guide, "Elements of a CORS configuration").
type OriginRule struct {
	Origins, Methods, Headers, Exposed []string
	MaximumAge                         time.Duration // 0 = the template gives none
}

// Expiration deletes the objects whose keys begin with Prefix after some days.
type Expiration struct {
	Prefix string
	Days   int
}

func (r *reader) readBucket(from *resource) {
	f := r.fields(from)
	name := bucketName(r, from, f.text("BucketName", from.logicalID))
	bucket := Bucket{LogicalID: from.logicalID, Name: name, ARN: bucketARN(r, from, name)}
	bucket.Domains = []string{bucketDomain(r, from, name), regionalBucketDomain(r, from, name)}
	versioning := f.fields("VersioningConfiguration")
	bucket.Versioned = versioning.text("Status", "") == "Enabled"
	versioning.finish()
	cors := f.fields("CorsConfiguration")
	for _, item := range cors.list("CorsRules") {
		rule := newFields(f.where+".CorsConfiguration.CorsRules", item, &r.findings)
		bucket.Origins = append(bucket.Origins, OriginRule{
			Origins: rule.texts("AllowedOrigins"), Methods: rule.texts("AllowedMethods"),
			Headers: rule.texts("AllowedHeaders"), Exposed: rule.texts("ExposedHeaders"),
			MaximumAge: time.Duration(rule.integer("MaxAge", 0, 0, 1<<31-1)) * time.Second,
		})
		rule.harmless("Id")
		rule.finish()
	}
	cors.finish()
	bucket.Expirations = r.readLifecycle(f)
	checkAccess(f)
	f.harmless("BucketEncryption", "Tags", "LoggingConfiguration", "MetricsConfigurations", "AnalyticsConfigurations",
		"IntelligentTieringConfigurations", "InventoryConfigurations")
	f.notEmulated("AccelerateConfiguration", "NotificationConfiguration", "ObjectLockConfiguration",
		"ObjectLockEnabled", "ReplicationConfiguration", "WebsiteConfiguration")
	f.finish()
	r.result.Buckets = append(r.result.Buckets, bucket)
}

// readLifecycle reads the rules that delete objects by their age. What becomes of uploads in parts that nobody
// completes makes no difference here, because nothing outlives the stack.
func (r *reader) readLifecycle(f fields) []Expiration {
	var expirations []Expiration
	lifecycle := f.fields("LifecycleConfiguration")
	for _, item := range lifecycle.list("Rules") {
		rule := newFields(f.where+".LifecycleConfiguration.Rules", item, &r.findings)
		expiration := Expiration{Prefix: rule.text("Prefix", ""), Days: rule.integer("ExpirationInDays", 0, 1, 1<<31-1)}
		if rule.required("Status") == "Enabled" && expiration.Days > 0 {
			expirations = append(expirations, expiration)
		}
		rule.harmless("Id", "AbortIncompleteMultipartUpload")
		rule.notEmulated("TagFilters", "ObjectSizeGreaterThan", "ObjectSizeLessThan", "ExpirationDate",
			"ExpiredObjectDeleteMarker", "NoncurrentVersionExpiration", "NoncurrentVersionExpirationInDays",
			"NoncurrentVersionTransition", "NoncurrentVersionTransitions", "Transition", "Transitions")
		rule.finish()
	}
	lifecycle.finish()
	return expirations
}

// checkAccess reports what would let somebody read or write objects without the bucket owner's signature, which is
// never possible here.
func checkAccess(f fields) {
	block := f.fields("PublicAccessBlockConfiguration")
	for _, name := range []string{"BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"} {
		if !block.boolean(name, true) {
			block.noticeAt(name, "the local stack allows no public access")
		}
	}
	block.finish()
	ownership := f.fields("OwnershipControls")
	for _, item := range ownership.list("Rules") {
		rule := newFields(f.where+".OwnershipControls.Rules", item, f.findings)
		if rule.required("ObjectOwnership") != "BucketOwnerEnforced" {
			rule.noticeAt("ObjectOwnership", "the local stack knows no access control lists")
		}
		rule.finish()
	}
	ownership.finish()
	if f.text("AccessControl", "Private") != "Private" {
		f.noticeAt("AccessControl", "the local stack knows no access control lists")
	}
}

// readBucketPolicy reports the statements that would make a difference. Those that refuse calls without TLS make none,
// because no call leaves this machine.
func (r *reader) readBucketPolicy(from *resource) {
	f := r.fields(from)
	for _, statement := range statementsOf(f) {
		if !refusesOnlyPlainHTTP(statement) {
			f.noticeAt("PolicyDocument", "the local stack does not evaluate policies of buckets, "+
				"except that it needs no TLS")
			break
		}
	}
	f.required("Bucket")
	f.finish()
}

// refusesOnlyPlainHTTP recognizes the statement that AWS recommends (S3 guide, "Security best practices", "Enforce
// encryption of data in transit").
func refusesOnlyPlainHTTP(statement any) bool {
	properties, _ := statement.(map[string]any)
	conditions, _ := properties["Condition"].(map[string]any)
	tests, _ := conditions["Bool"].(map[string]any)
	value := tests["aws:SecureTransport"]
	return properties["Effect"] == "Deny" && len(conditions) == 1 && len(tests) == 1 &&
		(value == "false" || value == false)
}

// bucketName is the name that the template gives. Otherwise it is made of the names of the stack and of the resource,
// as CloudFormation does it, but without random characters.
func bucketName(r *reader, from *resource, name string) string {
	if name != from.logicalID {
		return name
	}
	return strings.ToLower(r.stackName + "-" + name)
}

func bucketARN(r *reader, from *resource, name string) string {
	return "arn:" + r.partition + ":s3:::" + bucketName(r, from, name)
}

func bucketDomain(r *reader, from *resource, name string) string {
	return bucketName(r, from, name) + ".s3." + r.suffix
}

func regionalBucketDomain(r *reader, from *resource, name string) string {
	return bucketName(r, from, name) + ".s3." + r.result.Region + "." + r.suffix
}
