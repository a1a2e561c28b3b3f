package verify

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	"example.com/recall/local/gatewayrules"
	"example.com/recall/local/streamrules"
	"example.com/recall/local/verified"
)

// Asked is what a run asks, and how.
type Asked struct {
	// Gateway is the API of gatewayrules; nil = its rules are not asked.
	Gateway *gatewayrules.Target
	// Stream is the stack of streamrules; nil = its rules are not asked.
	Stream *streamrules.Target
	// Product is Recall; nil = its rules are not asked.
	Product *Product
	// Operations is Recall on AWS; nil = its operation is not asked about.
	Operations *Deployed
	// Faults are those that can be caused, by the IDs of their rules.
	Faults map[string]fault
	// Only are the IDs of the rules to ask; nil = all.
	Only []string
	// Answered is called with each answer. It may save the answers so far.
	Answered func(rule verified.Rule, answer verified.Answer) error
}

// probeTime is how long a probe of the product may take. The members of a large group are added one by one.
const probeTime = 10 * time.Minute

// Ask asks what has no answer in the snapshot yet, and adds the answers. It stops early if the context ends. It
// returns an error only if an answer cannot be saved.
func Ask(ctx context.Context, asked Asked, into *verified.Snapshot) error {
	gateway, product := map[string]bool{}, productProbes()
	observe := sync.OnceValues(func() (streamrules.Observed, error) { return streamrules.Observe(ctx, *asked.Stream) })
	for _, rule := range gatewayrules.Rules() {
		gateway[rule.ID] = true
	}
	for _, rule := range verified.Rules() {
		if known, _ := into.Answer(rule.ID); known.Outcome != verified.NotAsked || !asked.includes(rule.ID) {
			continue
		}
		var answer verified.Answer
		switch {
		case gateway[rule.ID] && asked.Gateway != nil:
			answer = gatewayrules.Probe(ctx, *asked.Gateway, rule).Answer()
		case streamrules.Has(rule) && asked.Stream != nil:
			observed, err := observe()
			if answer = observed.Answer(rule); err != nil {
				answer = answered(rule, "", err)
			}
		case rule.ID == interop && asked.Product != nil && len(asked.Product.Clients) > 0:
			answer = askProduct(ctx, *asked.Product, rule, clientsMeet)
		case rule.ID == files && asked.Product != nil && !asked.Product.Files:
			continue
		case product[rule.ID] != nil && asked.Product != nil:
			answer = askProduct(ctx, *asked.Product, rule, product[rule.ID])
		case operationProbes()[rule.ID] != nil && asked.Operations != nil:
			seen, err := operationProbes()[rule.ID](ctx, asked.Operations)
			answer = answered(rule, seen, err)
		case asked.Faults[rule.ID] != nil:
			answer = askProduct(ctx, Product{}, rule, func(ctx context.Context, _ Product) (string, error) {
				return survives(ctx, strings.TrimPrefix(rule.ID, "faults."), asked.Faults[rule.ID])
			})
		default:
			continue
		}
		if ctx.Err() != nil {
			return ctx.Err() // the run was interrupted, so the answer is not that of the API
		}
		into.Add(answer)
		if err := asked.Answered(rule, answer); err != nil {
			return err
		}
	}
	return nil
}

func (a Asked) includes(id string) bool {
	return a.Only == nil || slices.Contains(a.Only, id)
}

func askProduct(ctx context.Context, p Product, rule verified.Rule, probe productProbe) verified.Answer {
	ctx, cancel := context.WithTimeout(ctx, probeTime)
	defer cancel()
	seen, err := probe(ctx, p)
	return answered(rule, seen, err)
}

func answered(rule verified.Rule, seen string, err error) verified.Answer {
	if err != nil {
		return verified.Answer{Rule: rule.ID, Outcome: verified.Broken, Text: err.Error()}
	}
	return verified.Answer{Rule: rule.ID, Outcome: verified.Kept, Text: seen}
}
