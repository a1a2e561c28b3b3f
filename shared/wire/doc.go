// Package wire turns frames into requests of package recall, and its results and notices into frames, as
// protocol/README.md describes them. It decides no rule. What a decoder accepts has the form that the protocol asks
// for; what it refuses, it refuses with an error of package recall that names the field and holds nothing of what the
// caller wrote there.
//
// Begin with [Read], which returns the action and what the reply must echo. Then call [Decode] with the struct of that
// action.
package wire
