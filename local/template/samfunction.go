package template

// lowerFunction lowers an AWS::Serverless::Function to a function with its role, its URL and its event sources.
func (r *reader) lowerFunction(from *resource) []*resource {
	p := r.samProperties(from.where, r.withGlobals(from))
	function := newMapping()
	p.move(function, "FunctionName", "Runtime", "Handler", "Timeout", "MemorySize", "ReservedConcurrentExecutions",
		"Environment", "Architectures", "PackageType", "Description", "LoggingConfig", "CodeSigningConfigArn",
		"KmsKeyArn", "EphemeralStorage", "RuntimeManagementConfig", "RecursiveLoop", "SnapStart", "VpcConfig",
		"FileSystemConfigs", "Layers", "ImageConfig")
	p.rename(function, "DeadLetterQueue", "DeadLetterConfig")
	p.rename(function, "CodeUri", "Code")
	if code := p.take("InlineCode"); code != nil {
		zip := newMapping()
		zip.set("ZipFile", code)
		function.set("Code", &node{line: code.line, data: zip})
	}
	if function.values["Code"] == nil {
		function.set("Code", literal(from.line, "."))
	}
	p.harmless("Tags", "PropagateTags", "Tracing", "AutoPublishAliasAllProperties",
		"AutoPublishCodeSha256", "DeploymentPreference", "VersionDescription", "VersionDeletionPolicy",
		"ProvisionedConcurrencyConfig", "AssumeRolePolicyDocument", "RolePath", "Metadata")
	r.aliased[from.logicalID] = r.literal(p.take("AutoPublishAlias")) != nil
	made := []*resource{from.made(from.logicalID, "AWS::Lambda::Function", from.where, from.line, function)}
	sources, rights := r.lowerEvents(from, p.fields("Events"))
	made = append(made, sources...)
	role := p.take("Role")
	policies, boundary := p.take("Policies"), p.take("PermissionsBoundary")
	if r.literal(role) == nil {
		role = attribute(from.line, from.logicalID+"Role", "Arn")
		made = append(made, r.lowerRole(from, policies, boundary, rights))
	} else if policies != nil {
		r.notice(policies.line, "%s.Policies: SAM ignores them, since the function has a Role", from.where)
	}
	function.set("Role", role)
	made = append(made, from.functionURL(p.fields("FunctionUrlConfig"))...)
	p.finish()
	return made
}

func (from *resource) functionURL(config samProperties) []*resource {
	if len(config.m.keys) == 0 {
		return nil
	}
	properties := newMapping()
	properties.set("TargetFunctionArn", reference(config.line, from.logicalID))
	config.move(properties, "AuthType", "InvokeMode", "Cors")
	config.finish()
	return []*resource{from.made(from.logicalID+"Url", "AWS::Lambda::Url", config.where, config.line, properties)}
}

// lowerRole makes the role that SAM gives to a function without a role. rights are names of managed policies, and
// statements that its events need.
func (r *reader) lowerRole(from *resource, policies, boundary *node, rights []*node) *resource {
	line := from.line
	managed := []*node{literal(line, "AWSLambdaBasicExecutionRole")}
	var inline []*node
	items := rights
	if policies = r.literal(policies); policies != nil {
		if own, isList := policies.data.([]*node); isList {
			items = append(items, own...)
		} else {
			items = append(items, policies)
		}
	}
	for _, item := range items {
		if item = r.literal(item); item == nil {
			continue
		}
		m, isMap := item.data.(*mapping)
		if _, _, isCall := item.function(); !isMap || isCall {
			managed = append(managed, item)
			continue
		}
		document := item
		if m.values["Statement"] == nil {
			if document = r.policyTemplate(from, item, m); document == nil {
				continue
			}
		}
		policy := newMapping()
		policy.set("PolicyDocument", document)
		inline = append(inline, &node{line: item.line, data: policy})
	}
	properties := newMapping()
	properties.set("ManagedPolicyArns", list(line, managed...))
	properties.set("Policies", list(line, inline...))
	if boundary != nil {
		properties.set("PermissionsBoundary", boundary)
	}
	return from.made(from.logicalID+"Role", "AWS::IAM::Role", from.where, line, properties)
}

// lowerEvents returns the event sources of a function, and the rights that SAM gives its role for them.
func (r *reader) lowerEvents(from *resource, events samProperties) (made []*resource, rights []*node) {
	for _, name := range events.m.keys {
		event := events.fields(name)
		kind, _ := textOf(event.take("Type"))
		properties := event.fields("Properties")
		line := event.line
		switch kind {
		case "DynamoDB", "SQS":
			source, managed := "Stream", "AWSLambdaDynamoDBExecutionRole"
			if kind == "SQS" {
				source, managed = "Queue", "AWSLambdaSQSQueueExecutionRole"
			}
			mapped := newMapping()
			mapped.set("FunctionName", reference(line, from.logicalID))
			for _, key := range properties.m.keys {
				switch key {
				case source:
					mapped.set("EventSourceArn", properties.take(key))
				case "DestinationConfig":
					destination, right := r.lowerDestination(properties)
					mapped.set(key, destination)
					rights = append(rights, right...)
				default:
					mapped.set(key, properties.take(key))
				}
			}
			rights = append(rights, literal(line, managed))
			made = append(made,
				from.made(from.logicalID+name, "AWS::Lambda::EventSourceMapping", properties.where, line, mapped))
		case "Schedule":
			made = append(made, r.lowerSchedule(from, from.logicalID+name, properties)...)
		default:
			r.notice(line, "%s.Type: the local stack does not know events of type %s", event.where, kind)
		}
		event.finish()
	}
	return made, rights
}

// lowerDestination takes the Type out of an OnFailure destination. SAM uses it to give the role the right to send to
// the destination.
func (r *reader) lowerDestination(properties samProperties) (destination *node, rights []*node) {
	config := properties.fields("DestinationConfig")
	failure := config.fields("OnFailure")
	target := newMapping()
	failure.move(target, "Destination")
	kind, _ := textOf(failure.take("Type"))
	failure.finish()
	config.finish()
	line := failure.line
	if to := target.values["Destination"]; kind == "SQS" && to != nil {
		statement, document := newMapping(), newMapping()
		statement.set("Effect", literal(line, "Allow"))
		statement.set("Action", literal(line, "sqs:SendMessage"))
		statement.set("Resource", to)
		document.set("Statement", &node{line: line, data: statement})
		rights = append(rights, &node{line: line, data: document})
	}
	onFailure := newMapping()
	onFailure.set("OnFailure", &node{line: line, data: target})
	return &node{line: line, data: onFailure}, rights
}

// lowerSchedule lowers an event of type Schedule to a rule and a permission.
func (r *reader) lowerSchedule(from *resource, logicalID string, properties samProperties) []*resource {
	line := properties.line
	rule, target := newMapping(), newMapping()
	properties.rename(rule, "Schedule", "ScheduleExpression")
	properties.move(rule, "Name", "Description", "State")
	properties.move(target, "Input")
	if enabled := properties.take("Enabled"); enabled != nil && enabled.data == false {
		rule.set("State", literal(line, "DISABLED"))
	}
	properties.finish()
	arn := attribute(line, from.logicalID, "Arn")
	target.set("Arn", arn)
	rule.set("Targets", list(line, &node{line: line, data: target}))
	return []*resource{
		from.made(logicalID, "AWS::Events::Rule", properties.where, line, rule),
		from.permission(logicalID+"Permission", properties.where, arn, "events.amazonaws.com",
			attribute(line, logicalID, "Arn")),
	}
}
