package verify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer"
	"github.com/aws/aws-sdk-go-v2/service/costexplorer/types"

	"example.com/recall/local/verified"
	"example.com/recall/performance/growth"
)

// budgetTag is the tag of all stacks of a run. Its value is the name of the run.
const budgetTag = "budget"

// billedDays are the day of the run and the next. A run takes three hours at most.
const billedDays = 2

// Bill asks Cost Explorer what the run of a result cost, by usage type, and puts that into the measures of the result,
// beside what the cost model says of the same usage. With wholeAccount it asks about everything that the account used
// on these days, because without an active tag AWS cannot tell a run from the rest.
func Bill(ctx context.Context, s verified.Snapshot, wholeAccount bool) (Found, error) {
	if _, err := time.Parse(time.DateOnly, s.Date); err != nil {
		return Found{}, errors.New("only a run on AWS has a bill, and this result has no date")
	}
	if s.Run == "" && !wholeAccount {
		return Found{}, errors.New("this result has no name of a run, by whose tag its bill could be found; use --account")
	}
	account, err := Open(ctx, s.Region)
	if err != nil {
		return Found{}, err
	}
	return account.bill(ctx, s, wholeAccount)
}

func (a *Account) bill(ctx context.Context, s verified.Snapshot, wholeAccount bool) (Found, error) {
	lines, err := a.billed(ctx, s, wholeAccount)
	if err != nil {
		return Found{}, fmt.Errorf("ask Cost Explorer: %w", err)
	}
	if len(lines) == 0 {
		return Found{}, noBill(s, wholeAccount)
	}
	s.Measures = slices.DeleteFunc(slices.Clone(s.Measures), verified.Measure.IsBill)
	s.Measures = append(s.Measures, compared(lines)...)
	return Found{s, []string{a.number}}, nil
}

// usage is a line of the bill.
type usage struct{ service, name, unit string }

// amount is how much was used, and what it cost.
type amount struct{ quantity, dollars float64 }

func (a *Account) billed(ctx context.Context, s verified.Snapshot, wholeAccount bool) (map[usage]amount, error) {
	first, err := time.Parse(time.DateOnly, s.Date)
	if err != nil {
		return nil, err
	}
	// Credits, refunds and taxes say nothing about what was used.
	used := types.Expression{
		Dimensions: &types.DimensionValues{Key: types.DimensionRecordType, Values: []string{"Usage"}},
	}
	if !wholeAccount {
		tag := types.Expression{Tags: &types.TagValues{Key: aws.String(budgetTag), Values: []string{s.Run}}}
		used = types.Expression{And: []types.Expression{used, tag}}
	}
	by := func(dimension types.Dimension) types.GroupDefinition {
		return types.GroupDefinition{Type: types.GroupDefinitionTypeDimension, Key: aws.String(string(dimension))}
	}
	const cost, quantity = "UnblendedCost", "UsageQuantity"
	question := &costexplorer.GetCostAndUsageInput{
		TimePeriod: &types.DateInterval{
			Start: aws.String(s.Date), End: aws.String(first.AddDate(0, 0, billedDays).Format(time.DateOnly)),
		},
		Granularity: types.GranularityDaily, Metrics: []string{cost, quantity}, Filter: &used,
		GroupBy: []types.GroupDefinition{by(types.DimensionService), by(types.DimensionUsageType)},
	}
	lines := map[usage]amount{}
	for {
		page, err := costexplorer.NewFromConfig(a.config).GetCostAndUsage(ctx, question)
		if err != nil {
			return nil, err
		}
		for _, day := range page.ResultsByTime {
			for _, group := range day.Groups {
				if len(group.Keys) != len(question.GroupBy) {
					return nil, fmt.Errorf("a group has the keys %v", group.Keys)
				}
				used, err := number(group.Metrics[quantity])
				if err != nil {
					return nil, err
				}
				dollars, err := number(group.Metrics[cost])
				if err != nil {
					return nil, err
				}
				line := usage{group.Keys[0], group.Keys[1], aws.ToString(group.Metrics[quantity].Unit)}
				sum := lines[line]
				lines[line] = amount{sum.quantity + used, sum.dollars + dollars}
			}
		}
		if page.NextPageToken == nil {
			return lines, nil
		}
		question.NextPageToken = page.NextPageToken
	}
}

func number(value types.MetricValue) (float64, error) {
	return strconv.ParseFloat(aws.ToString(value.Amount), 64)
}

// compared are the lines of a bill beside the model, the largest first, and their sum.
func compared(lines map[usage]amount) []verified.Measure {
	var measures []verified.Measure
	billed, modelled := 0.0, 0.0
	for line, used := range lines {
		name := fmt.Sprintf("%s, %s: %.6g %s", line.service, growth.WithoutRegion(line.name), used.quantity, line.unit)
		measure := verified.BillMeasure(strings.TrimSpace(name), used.dollars)
		if price, known := growth.PriceOf(line.service, line.name); known {
			measure.Model = aws.Float64(price * used.quantity)
			modelled += *measure.Model
		}
		billed += used.dollars
		measures = append(measures, measure)
	}
	slices.SortFunc(measures, func(a, b verified.Measure) int {
		if a.Value != b.Value {
			return cmp.Compare(b.Value, a.Value)
		}
		return strings.Compare(a.Name, b.Name)
	})
	all := verified.BillMeasure("all", billed)
	all.Model = &modelled
	return append(measures, all)
}

// noBill says why there may be nothing, and what to do.
func noBill(s verified.Snapshot, wholeAccount bool) error {
	const late = "AWS shows what was used up to a day later."
	if wholeAccount {
		return fmt.Errorf("nothing that this account used from %s on is in Cost Explorer. %s", s.Date, late)
	}
	return fmt.Errorf(`nothing with the tag %[1]s=%[2]s from %[3]s on is in Cost Explorer.
%[4]s If the run is older, the tag is not a cost allocation tag yet. It has to be
activated once, in the management account if there is an organization. AWS knows the tag a day after its first use:
  aws ce update-cost-allocation-tags-status --cost-allocation-tags-status TagKey=%[1]s,Status=Active
From then on AWS notes the tag. This also fills in what was used since the first of the month, within a day:
  aws ce start-cost-allocation-tag-backfill --backfill-from %[5]s-01T00:00:00Z
Without the tag, --account prints what the whole account used on these days`,
		budgetTag, s.Run, s.Date, late, s.Date[:len("2006-01")])
}
