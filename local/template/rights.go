package template

import "example.com/recall/local/policy"

// PolicyOptions returns the rights that the roles of the template give to its functions.
func (t *Template) PolicyOptions() policy.Options {
	options := policy.Options{Region: t.Region, AccountID: t.AccountID}
	if t.API != nil {
		options.API, options.Stage = t.API.ID, t.API.Stage
	}
	for _, function := range t.Functions {
		role, _ := t.Role(function.RoleARN)
		options.Functions = append(options.Functions, policy.Function{
			LogicalID: function.LogicalID, Name: function.Name, Role: role.Name, Statements: role.Statements,
			ManagedPolicies: role.ManagedPolicies,
		})
	}
	for _, table := range t.Tables {
		keys := map[string]string{}
		for _, indexes := range [][]Index{table.Local, table.Global} {
			for _, index := range indexes {
				keys[index.Name] = index.Key.Hash
			}
		}
		options.Tables = append(options.Tables, policy.Table{ARN: table.ARN, Key: table.Key.Hash, IndexKeys: keys})
	}
	return options
}
