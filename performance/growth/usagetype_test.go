package growth

import "testing"

func TestAUsageTypeHasThePriceOfTheModelInEveryRegion(t *testing.T) {
	for _, usage := range []string{"ApiGatewayMessage", "USE1-ApiGatewayMessage", "EUC1-ApiGatewayMessage"} {
		if dollars, known := PriceOf("Amazon API Gateway", usage); !known || dollars != 1e-6 {
			t.Errorf("%s: $%v, known: %t", usage, dollars, known)
		}
	}
	if dollars, known := PriceOf("AmazonCloudWatch", "EU-CW:AlarmMonitorUsage"); !known || dollars != 0.1 {
		t.Errorf("an alarm: $%v, known: %t", dollars, known)
	}
	if dollars, known := PriceOf("AWS X-Ray", "XRay-TracesStored"); !known || dollars != 5e-6 {
		t.Errorf("a trace: $%v, known: %t", dollars, known)
	}
	// The storage of another service has another price.
	if dollars, known := PriceOf("Amazon Simple Storage Service", "EUC1-TimedStorage-ByteHrs"); known {
		t.Errorf("the model has no S3, and says $%v", dollars)
	}
}
