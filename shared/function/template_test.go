package function_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"go.yaml.in/yaml/v3"

	"example.com/recall/shared/function"
	"example.com/recall/shared/gateway"
	"example.com/recall/shared/recall"
)

// deployed are the numbers of template.yaml on which the times of notices and retries depend.
type deployed struct {
	timeouts       map[string]time.Duration
	batchingWindow time.Duration
	factor         int
	atOnce         int
	chunksAtATime  int
	chunksWindow   time.Duration
	visibility     time.Duration
	queueDelay     time.Duration
	retention      time.Duration
	receives       int
}

// template reads the numbers from the template.
func template(t *testing.T) deployed {
	t.Helper()
	source, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	type properties struct {
		Timeout                int `yaml:"Timeout"`
		VisibilityTimeout      int `yaml:"VisibilityTimeout"`
		DelaySeconds           int `yaml:"DelaySeconds"`
		MessageRetentionPeriod int `yaml:"MessageRetentionPeriod"`
		RedrivePolicy          struct {
			MaxReceiveCount int `yaml:"maxReceiveCount"`
		} `yaml:"RedrivePolicy"`
		Events map[string]struct {
			Properties struct {
				BatchSize                      int `yaml:"BatchSize"`
				MaximumBatchingWindowInSeconds int `yaml:"MaximumBatchingWindowInSeconds"`
				ParallelizationFactor          int `yaml:"ParallelizationFactor"`
				ScalingConfig                  struct {
					MaximumConcurrency int `yaml:"MaximumConcurrency"`
				} `yaml:"ScalingConfig"`
			} `yaml:"Properties"`
		} `yaml:"Events"`
	}
	var read struct {
		Globals struct {
			Function struct {
				Timeout int `yaml:"Timeout"`
			} `yaml:"Function"`
		} `yaml:"Globals"`
		Resources map[string]struct {
			Type       string     `yaml:"Type"`
			Properties properties `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(source, &read); err != nil {
		t.Fatal(err)
	}
	seconds := func(count int) time.Duration { return time.Duration(count) * time.Second }
	changes := read.Resources["FinishFunction"].Properties.Events["UnfinishedDeliveries"].Properties
	chunks := read.Resources["DeliverFunction"].Properties.Events["Chunks"].Properties
	queue := read.Resources["ChunksQueue"].Properties
	numbers := deployed{
		timeouts:       make(map[string]time.Duration),
		batchingWindow: seconds(changes.MaximumBatchingWindowInSeconds),
		factor:         changes.ParallelizationFactor,
		atOnce:         chunks.ScalingConfig.MaximumConcurrency,
		chunksAtATime:  chunks.BatchSize,
		chunksWindow:   seconds(chunks.MaximumBatchingWindowInSeconds),
		visibility:     seconds(queue.VisibilityTimeout),
		queueDelay:     seconds(queue.DelaySeconds),
		retention:      seconds(queue.MessageRetentionPeriod),
		receives:       queue.RedrivePolicy.MaxReceiveCount,
	}
	for _, name := range []string{
		"SendFunction", "RevokeFunction", "AdminFunction", "FinishFunction", "DeliverFunction",
	} {
		timeout := read.Resources[name].Properties.Timeout
		if timeout == 0 {
			timeout = read.Globals.Function.Timeout
		}
		numbers.timeouts[name] = seconds(timeout)
	}
	return numbers
}

// attempt is the longest that one attempt to reach a device takes: its posts hang, with a pause between them.
const attempt = gateway.PostAttempts*gateway.PostTimeout + 100*time.Millisecond

// TestADeviceIsClosedBetween60And90SecondsAfterTheCommit adds up the fastest way and the slowest one: by the stream,
// with a finish that runs for another batch as the change comes, and posts that hang.
func TestADeviceIsClosedBetween60And90SecondsAfterTheCommit(t *testing.T) {
	numbers := template(t)
	var pauses time.Duration
	for retry := range recall.Retries {
		pauses += recall.FirstRetryAfter << retry
	}
	if pauses != recall.GiveUpAfter || pauses < time.Minute {
		t.Errorf("the pauses are %v in all, GiveUpAfter is %v; want a minute or more", pauses, recall.GiveUpAfter)
	}
	attempts := (recall.Retries + 1) * attempt
	slowest := recall.FinishAfter + numbers.batchingWindow + recall.FinishAfter + pauses + attempts + gateway.PostTimeout
	if slowest > 90*time.Second {
		t.Errorf("a device may be closed %v after the commit", slowest)
	}
	if posts := (recall.Retries + 1) * gateway.PostAttempts; posts != 10 {
		t.Errorf("a stuck device gets %d posts", posts)
	}
}

func TestTheTemplateGivesEachStepTheTimeThatItTakes(t *testing.T) {
	numbers := template(t)
	const margin = 5 * time.Second // for the calls before the posts and for the answer
	for _, name := range []string{"SendFunction", "RevokeFunction", "AdminFunction"} {
		if need := recall.NoticeBudget + recall.SettleBudget + margin; numbers.timeouts[name] < need {
			t.Errorf("%s is stopped after %v, before it has queued the retries and settled; it needs %v", name,
				numbers.timeouts[name], need)
		}
	}
	if need := recall.ChunkBudget + margin; numbers.timeouts["DeliverFunction"] < need {
		t.Errorf("DeliverFunction is stopped after %v, before it has queued the retries; it needs %v",
			numbers.timeouts["DeliverFunction"], need)
	}
	if need := recall.FinishAfter + recall.SettleBudget + margin; numbers.timeouts["FinishFunction"] < need {
		t.Errorf("FinishFunction is stopped after %v; it needs %v", numbers.timeouts["FinishFunction"], need)
	}
	if numbers.chunksAtATime != 1 || numbers.chunksWindow != 0 || numbers.queueDelay != 0 {
		t.Errorf("a retry waits for others: batches of %d, gathered for %v, queued for %v", numbers.chunksAtATime,
			numbers.chunksWindow, numbers.queueDelay)
	}
	if numbers.visibility < 6*numbers.timeouts["DeliverFunction"] {
		t.Errorf("a chunk comes again after %v, while its function may still be at work or throttled", numbers.visibility)
	}
	if numbers.receives < 3 || numbers.retention < time.Duration(numbers.receives+1)*numbers.visibility {
		t.Errorf("a chunk whose function dies is brought %d times within %v", numbers.receives, numbers.retention)
	}
}

// TestTheFunctionsBehindTheClientsLeaveRoomInANewAccount: it has 10 concurrent executions (Lambda quotas), and a new
// on-demand table has up to four shards.
func TestTheFunctionsBehindTheClientsLeaveRoomInANewAccount(t *testing.T) {
	const shards, account = 4, 10
	numbers := template(t)
	if numbers.factor == 0 || numbers.atOnce == 0 || shards*numbers.factor+numbers.atOnce >= account {
		t.Errorf("%d runs of finish and %d of deliver leave nothing of %d for the clients", shards*numbers.factor,
			numbers.atOnce, account)
	}
}

// TestTheBucketKeepsNothingLongerThanItsMessages reads what CloudFormation gets. Versioning would keep what a recall
// deletes.
func TestTheBucketKeepsNothingLongerThanItsMessages(t *testing.T) {
	source, err := os.ReadFile("../../template.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var read struct {
		Parameters map[string]struct {
			Default  string `yaml:"Default"`
			MaxValue int64  `yaml:"MaxValue"`
		} `yaml:"Parameters"`
		Resources map[string]struct {
			Condition  string    `yaml:"Condition"`
			Properties yaml.Node `yaml:"Properties"`
		} `yaml:"Resources"`
	}
	if err := yaml.Unmarshal(source, &read); err != nil {
		t.Fatal(err)
	}
	if read.Parameters["Attachments"].Default != "off" {
		t.Error("attachments are on unless somebody turns them off")
	}
	largest := variables{"ATTACHMENTS_MAXIMUM_BYTES": fmt.Sprint(read.Parameters["AttachmentsMaximumBytes"].MaxValue)}
	if _, err := function.ReadEnvironment(largest.lookup); err != nil {
		t.Errorf("the template allows what the functions refuse: %v", err)
	}
	bucket := read.Resources["AttachmentsBucket"]
	encoded, err := yaml.Marshal(&bucket.Properties)
	if err != nil {
		t.Fatal(err)
	}
	text := string(encoded)
	for _, part := range []string{
		"BlockPublicAcls: true", "BlockPublicPolicy: true", "IgnorePublicAcls: true", "RestrictPublicBuckets: true",
		"SSEAlgorithm: AES256", "Prefix: uploads/, ExpirationInDays: 1}",
		"Prefix: messages/, ExpirationInDays: !Ref RetentionDays}", "AbortIncompleteMultipartUpload",
	} {
		if !strings.Contains(text, part) {
			t.Errorf("the bucket has no %s", part)
		}
	}
	if strings.Contains(text, "Versioning") || bucket.Condition != "HasAttachments" {
		t.Errorf("the bucket has the condition %q and these properties: %s", bucket.Condition, text)
	}
}
