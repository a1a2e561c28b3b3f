package chart

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

func example() Chart {
	return Chart{
		Title: "Last notice <p50>", X: "receivers", Y: "ms", LogX: true,
		Series: []Series{
			{Name: "floor & bound", Dashed: true, Points: []Point{{1, 23}, {100, 23}}},
			{Name: "measured", Points: []Point{{1, 30}, {100, 60}}},
		},
	}
}

func TestAChartIsWellFormedAndShowsEveryPoint(t *testing.T) {
	drawn, err := example().SVG()
	if err != nil {
		t.Fatal(err)
	}
	circles := 0
	for decoder := xml.NewDecoder(strings.NewReader(drawn)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("not well-formed: %v\n%s", err, drawn)
		}
		if element, ok := token.(xml.StartElement); ok && element.Name.Local == "circle" {
			circles++
		}
	}
	if circles != 4 {
		t.Errorf("%d points are drawn, of 4", circles)
	}
	for _, text := range []string{"Last notice &lt;p50&gt;", "floor &amp; bound", "stroke-dasharray"} {
		if !strings.Contains(drawn, text) {
			t.Errorf("the chart lacks %q", text)
		}
	}
}

func TestAxesReachTheirEnds(t *testing.T) {
	linear := axis{from: 0, to: 100}
	linear.include(0)
	linear.include(61)
	linear.finish()
	if linear.place(0) != 0 || linear.place(80) != 100 || len(linear.ticks()) != 5 {
		t.Errorf("0 to 61 became %v to %v with %v", linear.low, linear.high, linear.ticks())
	}
	logarithmic := axis{log: true, from: 100, to: 0}
	logarithmic.include(10)
	logarithmic.include(900)
	logarithmic.finish()
	if logarithmic.place(10) != 100 || logarithmic.place(1000) != 0 || logarithmic.place(100) != 50 {
		t.Errorf("10 is at %v, 100 at %v, 1000 at %v", logarithmic.place(10), logarithmic.place(100),
			logarithmic.place(1000))
	}
}

func TestALogarithmicAxisRefusesNothing(t *testing.T) {
	c := example()
	c.Series[0].Points[0].X = 0
	if _, err := c.SVG(); err == nil {
		t.Error("0 was put on a logarithmic axis")
	}
}

func TestNumbersAreShort(t *testing.T) {
	for value, want := range map[float64]string{
		0:      "0",
		1.5:    "1.5",
		1000:   "1000",
		10_000: "10k",
		1e6:    "1M",
		2.5e9:  "2.5G",
	} {
		if got := number(value); got != want {
			t.Errorf("%v is written %q", value, got)
		}
	}
}
