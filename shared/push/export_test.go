package push

// CheckPublic is for tests: whether the adapter connects to an address.
var CheckPublic = checkPublic
