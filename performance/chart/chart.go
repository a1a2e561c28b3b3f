// Package chart draws line charts as SVG, for the documentation. It is written by hand: gonum/plot, the library that
// is kept, brings fonts, PDF and ten modules for what is here a template of a few lines.
package chart

import (
	"fmt"
	"math"
	"strings"
	"text/template"
)

// Chart is lines over a common axis.
type Chart struct {
	Title, X, Y string
	// LogX and LogY make an axis logarithmic; then no value on it may be 0 or less.
	LogX, LogY bool
	Series     []Series
}

// Series is one line with its points marked.
type Series struct {
	Name   string
	Points []Point
	// Dashed is for what was computed rather than measured.
	Dashed bool
}

// Point is a value.
type Point struct{ X, Y float64 }

const (
	width, height            = 760, 420
	left, right, top, bottom = 70, 210, 40, 50
)

// colours are distinguishable without full colour vision (Okabe and Ito).
var colours = []string{"#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"}

// SVG draws the chart.
func (c Chart) SVG() (string, error) {
	x, y := axis{log: c.LogX, from: left, to: width - right}, axis{log: c.LogY, from: height - bottom, to: top}
	for _, series := range c.Series {
		for _, point := range series.Points {
			if c.LogX && point.X <= 0 || c.LogY && point.Y <= 0 {
				return "", fmt.Errorf("chart %q: %s has a value that a logarithmic axis cannot show", c.Title, series.Name)
			}
			x.include(point.X)
			y.include(point.Y)
		}
	}
	if !c.LogY {
		y.include(0)
	}
	x.finish()
	y.finish()
	view := view{
		Chart:  c,
		Width:  width,
		Height: height,
		Left:   left,
		Right:  width - right,
		Top:    top,
		Bottom: height - bottom,
	}
	view.Middle = (view.Left + view.Right) / 2
	view.XTicks, view.YTicks = x.ticks(), y.ticks()
	for i, series := range c.Series {
		line := line{Name: series.Name, Colour: colours[i%len(colours)], Dashed: series.Dashed, LegendY: top + 10 + 20*i}
		var points []string
		for _, point := range series.Points {
			marked := mark{
				X:    x.place(point.X),
				Y:    y.place(point.Y),
				Text: fmt.Sprintf("%s: %s, %s", series.Name, number(point.X), number(point.Y)),
			}
			line.Marks = append(line.Marks, marked)
			points = append(points, fmt.Sprintf("%.1f,%.1f", marked.X, marked.Y))
		}
		line.Points = strings.Join(points, " ")
		view.Lines = append(view.Lines, line)
	}
	var drawn strings.Builder
	err := picture.Execute(&drawn, view)
	return drawn.String(), err
}

type view struct {
	Chart
	Width, Height, Left, Right, Top, Bottom, Middle int
	XTicks, YTicks                                  []tick
	Lines                                           []line
}

type line struct {
	Name, Colour, Points string
	Dashed               bool
	LegendY              int
	Marks                []mark
}

type mark struct {
	X, Y float64
	Text string
}

type tick struct {
	At   float64
	Text string
}

// axis maps values to places.
type axis struct {
	log      bool
	from, to float64
	low      float64
	high     float64
	known    bool
}

func (a *axis) include(value float64) {
	if a.log {
		value = math.Log10(value)
	}
	if !a.known {
		a.low, a.high, a.known = value, value, true
	}
	a.low, a.high = min(a.low, value), max(a.high, value)
}

// finish widens the axis to round values.
func (a *axis) finish() {
	if a.log {
		a.low, a.high = math.Floor(a.low), math.Ceil(a.high)
	}
	if a.high == a.low {
		a.high = a.low + 1
	}
	if !a.log {
		step := a.step()
		a.low, a.high = math.Floor(a.low/step)*step, math.Ceil(a.high/step)*step
	}
}

// step is 1, 2 or 5 times a power of ten, so that about six ticks fit.
func (a *axis) step() float64 {
	rough := (a.high - a.low) / 6
	power := math.Pow(10, math.Floor(math.Log10(rough)))
	for _, factor := range []float64{1, 2, 5} {
		if rough <= factor*power {
			return factor * power
		}
	}
	return 10 * power
}

func (a *axis) place(value float64) float64 {
	if a.log {
		value = math.Log10(value)
	}
	return a.from + (value-a.low)/(a.high-a.low)*(a.to-a.from)
}

func (a *axis) ticks() []tick {
	var ticks []tick
	if a.log {
		for power := a.low; power <= a.high; power++ {
			ticks = append(ticks, tick{a.place(math.Pow(10, power)), number(math.Pow(10, power))})
		}
		return ticks
	}
	for n, step := 0, a.step(); a.low+float64(n)*step <= a.high+step/2; n++ {
		ticks = append(ticks, tick{a.place(a.low + float64(n)*step), number(a.low + float64(n)*step)})
	}
	return ticks
}

// number writes a value as briefly as it can be read.
func number(value float64) string {
	for _, unit := range []struct {
		size float64
		name string
	}{{1e9, "G"}, {1e6, "M"}, {1e4, "k"}} {
		if math.Abs(value) >= unit.size {
			scale := unit.size
			if unit.name == "k" {
				scale = 1e3
			}
			return fmt.Sprintf("%.4g%s", value/scale, unit.name)
		}
	}
	return fmt.Sprintf("%.4g", value)
}

var picture = template.Must(template.New("chart").Funcs(template.FuncMap{
	"add": func(a, b int) int { return a + b },
}).Parse(
	`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {{.Width}} {{.Height}}" font-family="sans-serif" font-size="12">
<rect width="{{.Width}}" height="{{.Height}}" fill="#fff"/>
<text x="{{.Left}}" y="24" font-size="15" font-weight="bold">{{html .Title}}</text>
{{range .YTicks}}<line x1="{{$.Left}}" x2="{{$.Right}}" y1="{{printf "%.1f" .At}}" y2="{{printf "%.1f" .At}}"` +
		` stroke="#ddd"/>` +
		`<text x="{{add $.Left -8}}" y="{{printf "%.1f" .At}}" text-anchor="end"` +
		` dominant-baseline="middle">{{.Text}}</text>
{{end}}{{range .XTicks}}<line x1="{{printf "%.1f" .At}}" x2="{{printf "%.1f" .At}}" y1="{{$.Bottom}}"` +
		` y2="{{add $.Bottom 5}}" stroke="#444"/><text x="{{printf "%.1f" .At}}" y="{{add $.Bottom 20}}"` +
		` text-anchor="middle">{{.Text}}</text>
{{end}}<line x1="{{.Left}}" x2="{{.Right}}" y1="{{.Bottom}}" y2="{{.Bottom}}" stroke="#444"/>
<text x="{{.Middle}}" y="{{add .Bottom 42}}" text-anchor="middle">{{html .X}}</text>
<text transform="translate(16 {{.Top}}) rotate(-90)" text-anchor="end">{{html .Y}}</text>
{{range .Lines}}<polyline points="{{.Points}}" fill="none" stroke="{{.Colour}}" stroke-width="2"{{if .Dashed}}` +
		` stroke-dasharray="6 4"{{end}}/>
{{$colour := .Colour}}{{range .Marks}}<circle cx="{{printf "%.1f" .X}}" cy="{{printf "%.1f" .Y}}" r="3.5"` +
		` fill="{{$colour}}"><title>{{html .Text}}</title></circle>
{{end}}<line x1="{{add $.Right 12}}" x2="{{add $.Right 36}}" y1="{{.LegendY}}" y2="{{.LegendY}}"` +
		` stroke="{{.Colour}}" stroke-width="2"{{if .Dashed}} stroke-dasharray="6 4"{{end}}/>` +
		`<text x="{{add $.Right 42}}" y="{{.LegendY}}" dominant-baseline="middle">{{html .Name}}</text>
{{end}}</svg>
`))
