package lambda

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"example.com/recall/local/signature"
)

// environment returns the environment of a process on provided.al2023 (Lambda guide, "Defined runtime environment
// variables"). The function's own variables cannot override Lambda's reserved ones.
func (s *Service) environment(function Function, runtimeAPI string) []string {
	variables := map[string]string{
		"LANG":            "en_US.UTF-8",
		"PATH":            "/usr/local/bin:/usr/bin:/bin:/opt/bin",
		"LD_LIBRARY_PATH": "/lib64:/usr/lib64:/var/runtime:/var/task:/opt/lib",
		"GOMAXPROCS":      strconv.Itoa(processors(function.MemoryMegabytes)),
	}
	maps.Copy(variables, function.Environment)
	maps.Copy(variables, s.options.Environment)
	stream := s.options.Now().UTC().Format("2006/01/02") + "/[$LATEST]" + strings.ReplaceAll(requestID(), "-", "")
	maps.Copy(variables, map[string]string{
		"_HANDLER":                        function.Handler,
		"TZ":                              ":UTC",
		"AWS_SAM_LOCAL":                   "true", // functions that read it know that they do not run on AWS
		"AWS_REGION":                      s.options.Region,
		"AWS_DEFAULT_REGION":              s.options.Region,
		"AWS_LAMBDA_FUNCTION_NAME":        function.Name,
		"AWS_LAMBDA_FUNCTION_MEMORY_SIZE": strconv.Itoa(function.MemoryMegabytes),
		"AWS_LAMBDA_FUNCTION_VERSION":     "$LATEST",
		"AWS_LAMBDA_INITIALIZATION_TYPE":  "on-demand",
		"AWS_LAMBDA_LOG_GROUP_NAME":       "/aws/lambda/" + function.Name,
		"AWS_LAMBDA_LOG_STREAM_NAME":      stream,
		"AWS_LAMBDA_RUNTIME_API":          runtimeAPI,
		"LAMBDA_TASK_ROOT":                function.directory(),
		"LAMBDA_RUNTIME_DIR":              "/var/runtime",
		// Each function has its own credentials, so that the receiver of a signed request knows which function sent
		// it.
		"AWS_ACCESS_KEY_ID":     signature.AccessKey(function.Name),
		"AWS_SECRET_ACCESS_KEY": s.options.Keys.Secret(function.Name),
		"AWS_SESSION_TOKEN":     "local",
	})
	if s.options.NoSessionToken {
		delete(variables, "AWS_SESSION_TOKEN")
	}
	result := make([]string, 0, len(variables))
	for _, key := range slices.Sorted(maps.Keys(variables)) {
		result = append(result, key+"="+variables[key])
	}
	return result
}

// megabytesPerProcessor is the memory for which a function gets a whole processor (Lambda guide, "Configure Lambda
// function memory").
const megabytesPerProcessor = 1769

// processors returns how many processors a function gets for its memory, at least one. Lambda gives a smaller
// function a share of the machine's time. Here a Go program gets as many threads, unless its template says otherwise.
// Otherwise dozens of functions on a developer's machine would wake all processors for each invocation.
func processors(megabytes int) int {
	return max(1, (megabytes+megabytesPerProcessor-1)/megabytesPerProcessor)
}
