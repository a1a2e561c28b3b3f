package template

import (
	"path"
	"slices"
)

// readRole reads an AWS::IAM::Role with its inline policies.
func (r *reader) readRole(from *resource) {
	f := r.fields(from)
	name := f.text("RoleName", from.logicalID)
	role := Role{LogicalID: from.logicalID, Name: name, ARN: roleARN(r, from, name), Line: from.line}
	for _, item := range f.list("Policies") {
		inline := newFields(from.where+".Policies", item, &r.findings)
		inline.harmless("PolicyName")
		role.Statements = append(role.Statements, statementsOf(inline)...)
		inline.finish()
	}
	role.ManagedPolicies = f.texts("ManagedPolicyArns")
	f.harmless("AssumeRolePolicyDocument", "Tags", "Path", "Description", "MaxSessionDuration")
	f.notEmulated("PermissionsBoundary")
	f.finish()
	r.result.Roles = append(r.result.Roles, role)
}

// statementsOf returns the statements of a PolicyDocument, decoded from JSON.
func statementsOf(f fields) []any {
	document := f.fields("PolicyDocument")
	document.harmless("Version", "Id")
	defer document.finish()
	statement, found := document.get("Statement")
	if !found {
		return nil
	}
	if items, isList := statement.plain().([]any); isList {
		return items
	}
	return []any{statement.plain()}
}

// attachedPolicy is a policy of the template that is attached to roles.
type attachedPolicy struct {
	arn        string   // empty if roles cannot name the policy
	roles      []string // the names of the roles that the policy names
	statements []any
	line       int
	where      string
}

// readPolicy reads an AWS::IAM::Policy, RolePolicy or ManagedPolicy.
func (r *reader) readPolicy(from *resource) {
	f := r.fields(from)
	read := attachedPolicy{roles: f.texts("Roles"), statements: statementsOf(f), line: from.line, where: from.where}
	if from.kind == "AWS::IAM::ManagedPolicy" {
		read.arn = managedPolicyARN(r, from, f.text("ManagedPolicyName", from.logicalID))
	}
	if f.has("RoleName") {
		read.roles = append(read.roles, f.text("RoleName", ""))
	}
	f.harmless("PolicyName", "Description", "Path", "Users", "Groups")
	f.finish()
	r.policies = append(r.policies, read)
}

// attachPolicies adds to every role the statements of the policies that name the role or that the role names.
func (r *reader) attachPolicies() {
	for i := range r.result.Roles {
		role := &r.result.Roles[i]
		for _, attached := range r.policies {
			named := func(arn string) bool { return arn == attached.arn }
			if slices.Contains(attached.roles, role.Name) ||
				attached.arn != "" && slices.ContainsFunc(role.ManagedPolicies, named) {
				role.Statements = append(role.Statements, attached.statements...)
			}
			role.ManagedPolicies = slices.DeleteFunc(role.ManagedPolicies, named)
		}
	}
	for _, attached := range r.policies {
		for _, name := range attached.roles {
			if !slices.ContainsFunc(r.result.Roles, func(role Role) bool {
				return role.Name == name || role.Name == path.Base(name)
			}) {
				r.notice(attached.line, "%s: there is no role %s in the template", attached.where, name)
			}
		}
	}
}
