package template_test

import (
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"example.com/recall/local/template"
)

func read(t *testing.T, source string, options template.Options) *template.Template {
	t.Helper()
	result, err := template.Read([]byte(source), options)
	if err != nil {
		t.Fatal(err)
	}
	return result
}

// environmentOf reads a template of one function whose variable X is an expression. It returns the value of X.
func environmentOf(t *testing.T, sections, expression string) string {
	t.Helper()
	result := read(t, sections+function("F", "X: "+expression), template.Options{})
	return result.Functions[0].Environment["X"]
}

func function(name, variable string) string {
	return `
Resources:
  ` + name + `:
    Type: AWS::Serverless::Function
    Properties:
      Runtime: provided.al2023
      Environment:
        Variables:
          ` + variable + `
  Queue:
    Type: AWS::SQS::Queue
  Table:
    Type: AWS::DynamoDB::Table
    Properties:
      TableName: !Sub ${AWS::StackName}-messages
      AttributeDefinitions: [{AttributeName: pk, AttributeType: S}]
      KeySchema: [{AttributeName: pk, KeyType: HASH}]
`
}

func TestFunctionsOfTheTemplateLanguageGiveWhatCloudFormationGives(t *testing.T) {
	const sections = `
Parameters:
  Stage: {Type: String, Default: dev}
  Number: {Type: Number, Default: 07}
  List: {Type: CommaDelimitedList, Default: 'a, b ,c'}
  Empty: {Type: String, Default: ''}
Mappings:
  Sizes:
    dev: {small: 1, names: [x, y]}
Conditions:
  IsDev: !Equals [!Ref Stage, dev]
  IsProd: !Equals [prod, !Ref Stage]
  Both: !And [!Condition IsDev, {Condition: IsProd}]
  Either: !Or [!Condition IsProd, !Not [!Condition IsProd]]
`
	for expression, want := range map[string]string{
		"!Ref Stage":                 "dev",
		"{Ref: Number}":              "07",
		"!Ref Empty":                 "",
		"!Ref AWS::Region":           "us-east-1",
		"!Ref Table":                 "recall-local-messages",
		"!Ref Queue":                 "https://sqs.us-east-1.amazonaws.com/123456789012/Queue",
		"!GetAtt Table.Arn":          "arn:aws:dynamodb:us-east-1:123456789012:table/recall-local-messages",
		"!GetAtt [Queue, QueueName]": "Queue",
		"{'Fn::GetAtt': Queue.Arn}":  "arn:aws:sqs:us-east-1:123456789012:Queue",
		"!Sub 'a-${Stage}-${!Stage}-${Queue.Arn}'":           "a-dev-${Stage}-arn:aws:sqs:us-east-1:123456789012:Queue",
		"!Sub ['${A}${Stage}', {A: !Join ['', [1, 2]]}]":     "12dev",
		"!If [IsDev, yes it is, !GetAtt Missing.Arn]":        "yes it is",
		"!If [Both, 1, 2]":                                   "2",
		"!If [Either, 1, 2]":                                 "1",
		"!Join ['-', !Ref List]":                             "a-b-c",
		"!Select [1, !Split ['|', 'p|q|r']]":                 "q",
		"!FindInMap [Sizes, !Ref Stage, small]":              "1",
		"!Select [1, !FindInMap [Sizes, dev, names]]":        "y",
		"!FindInMap [Sizes, prod, small, {DefaultValue: 9}]": "9",
		"!Base64 {'Fn::Sub': '${Stage}'}":                    "ZGV2",
		"!Select [0, !GetAZs '']":                            "us-east-1a",
		"true":                                               "true",
		"!Sub ['${R}-${A}', {R: !Ref AWS::Region, A: b}]":    "us-east-1-b",
		"012":          "012",
		"1.50":         "1.50",
		"'{\"a\": 1}'": `{"a": 1}`,
		"{'Fn::ToJsonString': {a: [1, 'x', true]}}": `{"a":[1,"x",true]}`,
		"{'Fn::Length': !Ref List}":                 "3",
	} {
		if got := environmentOf(t, sections, expression); got != want {
			t.Errorf("%s gives %q, want %q", expression, got, want)
		}
	}
}

func TestWhatIsNotKnownIsRefusedWithResourcePropertyAndLine(t *testing.T) {
	for name, test := range map[string]struct{ source, want string }{
		"property": {
			"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties:\n      Colour: red\n",
			"line 5: Q.Colour: the local stack does not know this property",
		},
		"resource type": {
			"Resources:\n  X:\n    Type: AWS::EC2::Instance\n",
			"line 3: X: the local stack does not know resources of type AWS::EC2::Instance",
		},
		"function": {
			"Resources:\n  Q:\n    Type: AWS::SQS::Queue\n    Properties: {QueueName: !ImportValue x}\n",
			"line 4: the local stack does not know the exports of other stacks",
		},
		"section":   {"Hooks: {}\nResources: {}\n", "the local stack does not know the section Hooks"},
		"reference": {function("F", "X: !Ref Nothing"), `there is no parameter or resource "Nothing"`},
		"attribute": {function("F", "X: !GetAtt Queue.Colour"), "does not know the attribute Colour of Queue"},
		"event": {
			strings.Replace(function("F", "X: 1"),
				"      Runtime", "      Events: {E: {Type: SNS, Properties: {}}}\n      Runtime", 1),
			"does not know events of type SNS",
		},
		"number": {
			strings.Replace(function("F", "X: 1"), "      Runtime", "      Timeout: 901\n      Runtime", 1),
			"F.Timeout: must be from 1 to 900, not 901",
		},
		"circle": {
			"Resources:\n  A: {Type: AWS::SQS::Queue, Properties: {QueueName: !Ref B}}\n" +
				"  B: {Type: AWS::SQS::Queue, Properties: {QueueName: !GetAtt A.QueueName}}\n",
			"circle",
		},
		"condition": {
			"Conditions: {A: !Condition B, B: !Condition A}\nResources: {X: {Type: AWS::SQS::Queue, Condition: A}}\n",
			"depends on itself",
		},
		"absent": {
			"Conditions: {No: !Equals [a, b]}\n" + strings.Replace(function("F", "X: !Ref Queue"),
				"Type: AWS::SQS::Queue", "Type: AWS::SQS::Queue\n    Condition: No", 1),
			"its condition No does not hold",
		},
		"alias": {"Resources: &x {}\nOutputs: *x\n", "anchors and aliases are not supported"},
		"twice": {"Resources: {}\nResources: {}\n", "is here a second time"},
		"empty": {"# nothing\n", "the template is empty"},
		"visibility": {
			strings.Replace(function("F", "X: 1"), "      Runtime",
				"      Timeout: 31\n      Events: {E: {Type: SQS, Properties: {Queue: !GetAtt Queue.Arn}}}\n      Runtime", 1),
			"VisibilityTimeout is shorter",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := template.Read([]byte(test.source), template.Options{Strict: true})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v\nand should say %s", err, test.want)
			}
		})
	}
}

func TestParametersAreCheckedAndTheirValuesNotRepeated(t *testing.T) {
	const source = `
Parameters:
  Secret: {Type: String, NoEcho: true, AllowedPattern: '.{4,}'}
  Level: {Type: String, Default: info, AllowedValues: [info, debug]}
  Days: {Type: Number, Default: 1, MaxValue: 9}
Resources: {}
`
	for name, test := range map[string]struct {
		given map[string]string
		want  string
	}{
		"missing": {nil, "--parameter Secret=…"},
		"pattern": {map[string]string{"Secret": "xyz"}, "does not match"},
		"allowed": {map[string]string{"Secret": "long enough", "Level": "loud"}, "must be one of info, debug"},
		"bound":   {map[string]string{"Secret": "long enough", "Days": "10"}, "beyond MaxValue 9"},
		"unknown": {map[string]string{"Secret": "long enough", "Colour": "red"}, `no parameter "Colour"`},
	} {
		_, err := template.Read([]byte(source), template.Options{Parameters: test.given})
		if err == nil || !strings.Contains(err.Error(), test.want) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if err != nil && strings.Contains(err.Error(), "xyz") {
			t.Errorf("%s: the error repeats the secret", name)
		}
	}
	result := read(t, source, template.Options{Parameters: map[string]string{"Secret": "long enough"}})
	want := map[string]string{"Secret": "long enough", "Level": "info", "Days": "1"}
	if difference := cmp.Diff(want, result.Parameters); difference != "" {
		t.Error(difference)
	}
}

func TestGlobalsAreMergedAsSAMMergesThem(t *testing.T) {
	own := strings.Replace(function("F", "B: own"), "      Runtime: provided.al2023", "      Timeout: 5", 1)
	result := read(t, `
Globals:
  Function:
    Runtime: provided.al2023
    Timeout: 20
    MemorySize: 256
    Environment: {Variables: {A: global, B: global}}
`+own, template.Options{})
	f := result.Functions[0]
	if f.Timeout != 5*time.Second || f.MemoryMegabytes != 256 {
		t.Errorf("Timeout %v, memory %d", f.Timeout, f.MemoryMegabytes)
	}
	if difference := cmp.Diff(map[string]string{"A": "global", "B": "own"}, f.Environment); difference != "" {
		t.Error(difference)
	}
}

func TestRulesOfTheTemplateAreHeld(t *testing.T) {
	const source = `
Parameters: {Secret: {Type: String, Default: ''}}
Rules:
  Safe:
    Assertions:
      - Assert: !Not [!Equals [!Ref Secret, '']]
        AssertDescription: Give a secret.
Resources: {}
`
	if _, err := template.Read([]byte(source), template.Options{}); err == nil ||
		!strings.Contains(err.Error(), "Give a secret.") {
		t.Errorf("the error is %v", err)
	}
	read(t, source, template.Options{Parameters: map[string]string{"Secret": "x"}})
}

func TestTheProjectsTemplateTakesAKeySetOnlyWithIssuerAndAudience(t *testing.T) {
	load := func(issuer, audience string) error {
		_, err := template.Load("../../template.yaml", template.Options{Parameters: map[string]string{
			"StageName":     "local",
			"TokenJwksUrl":  "https://issuer.example.com/keys",
			"TokenIssuer":   issuer,
			"TokenAudience": audience,
		}})
		return err
	}
	if err := load("https://issuer.example.com/", "recall"); err != nil {
		t.Error(err)
	}
	for _, each := range [][2]string{{"", ""}, {"https://issuer.example.com/", ""}, {"", "recall"}} {
		if err := load(each[0], each[1]); err == nil ||
			!strings.Contains(err.Error(), "Give TokenIssuer and TokenAudience") {
			t.Errorf("issuer %q, audience %q: error %v", each[0], each[1], err)
		}
	}
}

func TestTheProjectsTemplateTakesExactlyOneWayToVerifyTokens(t *testing.T) {
	keySet := map[string]string{
		"TokenJwksUrl":  "https://issuer.example.com/keys",
		"TokenIssuer":   "issuer",
		"TokenAudience": "recall",
	}
	stored := map[string]string{
		"TokenSecretArn": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:recall/token-AbCdEf",
	}
	given := map[string]string{"TokenSecret": strings.Repeat("x", 32)}
	load := func(ways ...map[string]string) error {
		parameters := map[string]string{"StageName": "local"}
		for _, way := range ways {
			maps.Copy(parameters, way)
		}
		_, err := template.Load("../../template.yaml", template.Options{Parameters: parameters})
		return err
	}
	canary := map[string]string{"CanarySchedule": "rate(5 minutes)"} // the canary signs its own tokens
	for _, ways := range [][]map[string]string{{keySet}, {stored}, {given}, {stored, canary}, {given, canary}} {
		if err := load(ways...); err != nil {
			t.Errorf("%v: %v", ways, err)
		}
	}
	for _, each := range []struct {
		ways []map[string]string
		want string
	}{
		{nil, "Without one of them no token can be verified"},
		{[]map[string]string{keySet, stored}, "Give either TokenJwksUrl or a secret"},
		{[]map[string]string{keySet, given}, "Give either TokenJwksUrl or a secret"},
		{[]map[string]string{stored, given}, "Give either TokenSecretArn or TokenSecret"},
		{[]map[string]string{{"TokenSecretArn": "recall/token"}}, "TokenSecretArn"},
		{[]map[string]string{keySet, canary}, "CanarySchedule needs"},
	} {
		if err := load(each.ways...); err == nil || !strings.Contains(err.Error(), each.want) {
			t.Errorf("%v: error %v, want %q", each.ways, err, each.want)
		}
	}
}

// The template that is deployed must be readable.
func TestTheProjectsTemplateIsRead(t *testing.T) {
	result, err := template.Load("../../template.yaml", template.Options{
		Parameters: map[string]string{"StageName": "local", "TokenSecret": strings.Repeat("x", 32)}, Strict: true,
	})
	if err != nil {
		t.Fatal(err)
	}
	answering := map[string]bool{}
	for _, route := range result.API.Routes {
		answering[route.Key] = route.RouteResponse
	}
	want := map[string]bool{
		"$connect": false, "$disconnect": false, "$default": true, "hello": true, "send": true, "revoke": true, "sync": true,
		"read": true, "conversations": true, "attach": true, "download": true, "push": true,
	}
	if difference := cmp.Diff(want, answering); difference != "" {
		t.Error(difference)
	}
	sources := map[string]bool{}
	for _, source := range result.EventSources {
		sources[source.Table+source.Queue] = source.ReportBatchItemFailures
	}
	if difference := cmp.Diff(map[string]bool{"MessagesTable": true, "ChunksQueue": true}, sources); difference != "" {
		t.Error(difference)
	}
	for _, function := range result.Functions {
		if role, _ := result.Role(function.RoleARN); len(role.Statements) == 0 {
			t.Errorf("%s has no rights", function.LogicalID)
		}
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte(function("F", "X: !Sub '${Queue.Arn}'")))
	f.Add([]byte("Conditions: {A: !Condition B, B: !Condition A}\n" +
		"Resources: {X: {Type: AWS::SQS::Queue, Condition: A}}\n"))
	f.Add([]byte("Resources: {X: {Type: AWS::SQS::Queue, Properties: " +
		"{QueueName: !Join [a, !Split [!Ref X, {Ref: X}]]}}}"))
	for _, file := range []string{"../../template.yaml", "testdata/plain.yaml"} {
		source, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(source)
	}
	f.Fuzz(func(t *testing.T, source []byte) {
		// Whatever the bytes are, the reader returns either a template or an error, never both and never neither.
		result, err := template.Read(source, template.Options{})
		if (result == nil) == (err == nil) {
			t.Errorf("template %v, error %v", result, err)
		}
	})
}

func TestManagedPoliciesAreNamedWhereTheirRightsCannotBeRead(t *testing.T) {
	result := read(t, `
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties: {Runtime: provided.al2023, Policies: [AWSXRayDaemonWriteAccess, {Statement: {Effect: Allow}}]}
  R:
    Type: AWS::IAM::Role
    Properties: {ManagedPolicyArns: ['arn:aws:iam::aws:policy/ReadOnlyAccess']}
`, template.Options{})
	made, _ := result.Role(result.Functions[0].RoleARN)
	if difference := cmp.Diff([]string{"AWSLambdaBasicExecutionRole", "AWSXRayDaemonWriteAccess"},
		made.ManagedPolicies); difference != "" {
		t.Error(difference)
	}
	if len(made.Statements) != 1 {
		t.Errorf("the statements are %v", made.Statements)
	}
	if difference := cmp.Diff([]string{"arn:aws:iam::aws:policy/ReadOnlyAccess"},
		result.Roles[1].ManagedPolicies); difference != "" {
		t.Error(difference)
	}
}
