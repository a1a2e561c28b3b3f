package measure

// Prices of us-east-1 in dollars (docs/performance.md names the pages).
const (
	PerWriteUnit     = 0.625e-6
	PerReadUnit      = 0.125e-6
	PerFrame         = 1.00e-6 // of at most 32 KB, in either direction
	PerInvocation    = 0.20e-6
	PerGigabyteHour  = 0.0000133334 * 3600 // of a function on arm64
	hoursPerDuration = 1.0 / 3600e9        // a duration counts nanoseconds
)

// Consumption is how much of the services of AWS something used.
type Consumption struct {
	DynamoDBCalls float64 `json:"dynamodbCalls"`
	Posts         float64 `json:"posts"`
	// Frames are messages of the WebSocket API: requests, replies and posts.
	Frames      float64 `json:"frames"`
	ReadUnits   float64 `json:"readUnits"`
	WriteUnits  float64 `json:"writeUnits"`
	Invocations float64 `json:"invocations"`
	// GigabyteHours are functions' memory times their running time.
	GigabyteHours float64 `json:"gigabyteHours"`
}

// Dollars returns the cost of the consumption.
func (c Consumption) Dollars() float64 {
	return c.ReadUnits*PerReadUnit + c.WriteUnits*PerWriteUnit + c.Frames*PerFrame + c.Invocations*PerInvocation +
		c.GigabyteHours*PerGigabyteHour
}

// GigabyteHours are those of functions with a memory that ran for a time in all.
func GigabyteHours(gigabytes float64, nanoseconds int64) float64 {
	return gigabytes * float64(nanoseconds) * hoursPerDuration
}
