package template_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/template"
)

const pictures = `
  Pictures:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption: {ServerSideEncryptionConfiguration: []}
      PublicAccessBlockConfiguration: {BlockPublicAcls: true, BlockPublicPolicy: true}
      OwnershipControls: {Rules: [{ObjectOwnership: BucketOwnerEnforced}]}
      VersioningConfiguration: {Status: Enabled}
      CorsConfiguration:
        CorsRules:
          - AllowedOrigins: ['https://chat.example.com']
            AllowedMethods: [PUT, GET]
            AllowedHeaders: ['*']
            ExposedHeaders: [ETag]
            MaxAge: 300
      LifecycleConfiguration:
        Rules:
          - {Id: uploads, Status: Enabled, Prefix: uploads/, ExpirationInDays: 1}
          - {Status: Disabled, Prefix: kept/, ExpirationInDays: 1}
          - {Status: Enabled, AbortIncompleteMultipartUpload: {DaysAfterInitiation: 1}}
  Policy:
    Type: AWS::S3::BucketPolicy
    Properties:
      Bucket: !Ref Pictures
      PolicyDocument:
        Statement:
          - Effect: Deny
            Principal: '*'
            Action: 's3:*'
            Resource: '*'
            Condition: {Bool: {'aws:SecureTransport': false}}
`

func TestABucketIsReadWithItsRules(t *testing.T) {
	result := read(t, plainAPI()+pictures, template.Options{Strict: true})
	want := []template.Bucket{{
		LogicalID: "Pictures", Name: "recall-local-pictures", ARN: "arn:aws:s3:::recall-local-pictures",
		Domains: []string{
			"recall-local-pictures.s3.amazonaws.com", "recall-local-pictures.s3.us-east-1.amazonaws.com",
		},
		Versioned: true,
		Origins: []template.OriginRule{{
			Origins: []string{"https://chat.example.com"}, Methods: []string{"PUT", "GET"}, Headers: []string{"*"},
			Exposed: []string{"ETag"}, MaximumAge: 5 * time.Minute,
		}},
		Expirations: []template.Expiration{{Prefix: "uploads/", Days: 1}},
	}}
	if diff := cmp.Diff(want, result.Buckets); diff != "" {
		t.Error(diff)
	}
}

func TestABucketGivesItsNameAndAddresses(t *testing.T) {
	for expression, want := range map[string]string{
		"!Ref Pictures":                           "recall-local-pictures",
		"!GetAtt Pictures.Arn":                    "arn:aws:s3:::recall-local-pictures",
		"!GetAtt Pictures.DomainName":             "recall-local-pictures.s3.amazonaws.com",
		"!Sub '${Pictures.RegionalDomainName}'":   "recall-local-pictures.s3.us-east-1.amazonaws.com",
		"!Ref Named":                              "my-pictures",
		"!Sub '${Named.Arn}/*'":                   "arn:aws:s3:::my-pictures/*",
		"!Join ['', [!Ref Named, '.', !Ref Ann]]": "my-pictures.recall-local-ann",
	} {
		source := function("F", "X: "+expression) + pictures + `
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: my-pictures}}
  Ann: {Type: AWS::S3::Bucket}
`
		if got := read(t, source, template.Options{}).Functions[0].Environment["X"]; got != want {
			t.Errorf("%s is %q", expression, got)
		}
	}
}

func TestWhatABucketCannotDoHereIsNamed(t *testing.T) {
	for change, want := range map[string]string{
		"WebsiteConfiguration: {IndexDocument: index.html}":                     "does not emulate this property",
		"NotificationConfiguration: {EventBridgeConfiguration: {}}":             "does not emulate this property",
		"AccessControl: PublicRead":                                             "knows no access control lists",
		"OwnershipControls: {Rules: [{ObjectOwnership: ObjectWriter}]}":         "knows no access control lists",
		"PublicAccessBlockConfiguration: {BlockPublicPolicy: false}":            "allows no public access",
		"LifecycleConfiguration: {Rules: [{Status: Enabled, Transitions: []}]}": "does not emulate this property",
		"Unheard: of": "does not know this property",
	} {
		source := plainAPI() + "\n  Pictures: {Type: AWS::S3::Bucket, Properties: {" + change + "}}\n"
		_, err := template.Read([]byte(source), template.Options{Strict: true})
		if err == nil || !strings.Contains(err.Error(), "Pictures") || !strings.Contains(err.Error(), want) {
			t.Errorf("%s gives %v", change, err)
		}
	}
	source := plainAPI() + strings.Replace(pictures, "Effect: Deny", "Effect: Allow", 1)
	if _, err := template.Read([]byte(source), template.Options{Strict: true}); err == nil ||
		!strings.Contains(err.Error(), "Policy.PolicyDocument: the local stack does not evaluate policies of buckets") {
		t.Errorf("a policy that allows something gives %v", err)
	}
}

func TestABucketWhoseConditionIsFalseDoesNotExist(t *testing.T) {
	source := "Conditions: {Never: !Equals [a, b]}\n" + plainAPI() +
		"\n  Pictures: {Type: AWS::S3::Bucket, Condition: Never}\n"
	if result := read(t, source, template.Options{Strict: true}); len(result.Buckets) != 0 {
		t.Errorf("it has %v", result.Buckets)
	}
}
