package dynamodblocal_test

import (
	"context"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"example.com/recall/local/dynamodblocal"
)

func start(t *testing.T, options dynamodblocal.Options) *dynamodblocal.Server {
	t.Helper()
	server, err := dynamodblocal.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	return server
}

func TestItAnswersOnAFreePortOfTheLoopbackInterfaceOnly(t *testing.T) {
	server := start(t, dynamodblocal.Options{})
	if !strings.HasPrefix(server.Endpoint(), "http://127.0.0.1:") {
		t.Fatalf("endpoint is %s", server.Endpoint())
	}
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(server.Endpoint()),
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	if _, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{}); err != nil {
		t.Fatal(err)
	}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := strings.Cut(strings.TrimPrefix(server.Endpoint(), "http://"), ":")
	for _, address := range addresses {
		ip, ok := address.(*net.IPNet)
		if !ok || ip.IP.IsLoopback() || ip.IP.IsLinkLocalUnicast() {
			continue
		}
		connection, err := net.DialTimeout("tcp", net.JoinHostPort(ip.IP.String(), port), time.Second)
		if err == nil {
			_ = connection.Close()
			t.Errorf("it answers on %s too", ip.IP)
		}
	}
}

func TestCloseLeavesNoProcess(t *testing.T) {
	server := start(t, dynamodblocal.Options{})
	id := server.ProcessID()
	server.Close()
	server.Close()
	if err := syscall.Kill(id, 0); err != syscall.ESRCH {
		t.Errorf("process %d after Close: %v", id, err)
	}
}

func TestATakenPortIsSaidPlainly(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	port := listener.Addr().(*net.TCPAddr).Port
	_, err = dynamodblocal.Start(t.Context(), dynamodblocal.Options{Port: port})
	if err == nil || !strings.Contains(err.Error(), "is taken") {
		t.Fatalf("error is %v", err)
	}
}

func TestMissingPartsAreSaidWithTheCommandThatBringsThem(t *testing.T) {
	_, err := dynamodblocal.Start(t.Context(), dynamodblocal.Options{JarDirectory: t.TempDir()})
	if err == nil || !strings.Contains(err.Error(), "scripts/require.sh java dynamodb-local") {
		t.Errorf("without jars: %v", err)
	}
	t.Setenv("PATH", t.TempDir())
	_, err = dynamodblocal.Start(t.Context(), dynamodblocal.Options{})
	if err == nil || !strings.Contains(err.Error(), "scripts/require.sh java dynamodb-local") {
		t.Errorf("without Java: %v", err)
	}
}

func TestStartEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if server, err := dynamodblocal.Start(ctx, dynamodblocal.Options{}); err == nil {
		server.Close()
		t.Fatal("it started")
	}
}
