package growth

import (
	"regexp"

	"example.com/recall/performance/measure"
)

// usageType is a line of AWS's bill: a service and what is counted, without the region.
type usageType struct{ service, name string }

// prices are those of the model, by the lines of the bill on which AWS charges them. The names are those of Cost
// Explorer.
func prices() map[usageType]float64 {
	return map[usageType]float64{
		{"Amazon API Gateway", "ApiGatewayMessage"}:          measure.PerFrame,
		{"Amazon API Gateway", "ApiGatewayMinute"}:           perConnectionMinute,
		{"Amazon API Gateway", "DataTransfer-Out-Bytes"}:     perGigabyteOut,
		{"Amazon DynamoDB", "ReadRequestUnits"}:              measure.PerReadUnit,
		{"Amazon DynamoDB", "WriteRequestUnits"}:             measure.PerWriteUnit,
		{"Amazon DynamoDB", "TimedStorage-ByteHrs"}:          perStoredGigabyte,
		{"Amazon DynamoDB", "TimedPITRStorage-ByteHrs"}:      perRecoverableGigabyte,
		{"AWS Lambda", "Request"}:                            measure.PerInvocation,
		{"AWS Lambda", "Request-ARM"}:                        measure.PerInvocation,
		{"AWS Lambda", "Lambda-GB-Second-ARM"}:               measure.PerGigabyteHour / 3600,
		{"AmazonCloudWatch", "DataProcessing-Bytes"}:         perLogGigabyte,
		{"AmazonCloudWatch", "CW:MetricMonitorUsage"}:        perMetric,
		{"AmazonCloudWatch", "CW:AlarmMonitorUsage"}:         perAlarmMetric,
		{"AmazonCloudWatch", "DashboardsUsageHour"}:          perDashboard,
		{"AmazonCloudWatch", "DashboardsUsageHour-Basic"}:    perDashboard,
		{"Amazon Simple Queue Service", "Requests-RBP"}:      perQueueRequest,
		{"AWS Secrets Manager", "AWSSecretsManager-Secrets"}: perSecret,
		{"AWS X-Ray", "XRay-TracesStored"}:                   perTrace,
	}
}

// ofARegion is how the name of a usage type begins outside us-east-1, and for some services there, too: EUC1-.
var ofARegion = regexp.MustCompile(`^[A-Z]{2,}\d*-`)

// WithoutRegion returns the name of a usage type without its region.
func WithoutRegion(usage string) string { return ofARegion.ReplaceAllString(usage, "") }

// PriceOf returns what the model says that one unit of a usage type costs in us-east-1. It does not know those that it
// takes to be free or negligible.
func PriceOf(service, usage string) (dollars float64, known bool) {
	dollars, known = prices()[usageType{service, WithoutRegion(usage)}]
	return dollars, known
}
