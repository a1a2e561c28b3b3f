// Package demosite serves the demo page of the local stack, with tokens for any user. It must never be reachable from
// a network, since whoever can reach it can act as any user.
package demosite

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"strings"
	"time"

	"example.com/recall/local/answer"
)

// Options say what to serve.
type Options struct {
	// Directory holds the built page.
	Directory string
	// Tencent holds Tencent's chat UI, built to run on this backend. It is served under /tencent/.
	Tencent string
	// WebSocket is the URL that the page connects to.
	WebSocket string
	// Token makes a token for a user.
	Token func(user string, valid time.Duration) (string, error)
	// Admin runs the admin function with a request and gives its answer; nil = there is none.
	Admin func(ctx context.Context, request []byte) ([]byte, error)
	// Now is the time.
	Now func() time.Time
}

const (
	tokenTime = time.Hour
	// maximumUser is the longest user ID.
	maximumUser = 64
	// maximumRequest is larger than any admin request.
	maximumRequest = 64 << 10
)

// Handler serves the pages, GET /session.json?user= with {"url","token","expiresAt"}, and POST /admin.
func Handler(options Options) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /session.json", options.session)
	mux.HandleFunc("POST /admin", options.admin)
	files := http.FileServer(http.Dir(options.Directory))
	mux.HandleFunc("GET /", func(w http.ResponseWriter, r *http.Request) {
		if _, err := os.Stat(options.Directory); err != nil {
			w.Header().Set("Content-Type", "text/plain; charset=utf-8")
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w,
				"The demo page is not built. Run: make demo/dist\nThe WebSocket API itself is at "+options.WebSocket+"\n")
			return
		}
		// After the page is built again, the next look must show the new one.
		w.Header().Set("Cache-Control", "no-cache")
		files.ServeHTTP(w, r)
	})
	mux.HandleFunc("GET /tencent/", options.tencent)
	return localOnly(mux)
}

// tencent serves Tencent's chat UI. Its packages are not part of this project, so it says how to build it if it is
// missing.
func (o Options) tencent(w http.ResponseWriter, r *http.Request) {
	if _, err := os.Stat(o.Tencent); err != nil {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.WriteHeader(http.StatusNotFound)
		_, _ = io.WriteString(w, "Tencent's chat UI is not built. Run: make run ARGS=--tencent\n")
		return
	}
	w.Header().Set("Cache-Control", "no-cache")
	http.StripPrefix("/tencent/", http.FileServer(http.Dir(o.Tencent))).ServeHTTP(w, r)
}

// localOnly refuses requests that a browser makes for a web site of another origin, or under another name that points
// to this address. Such requests could fetch tokens.
func localOnly(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		host := r.Host
		if cut := strings.LastIndexByte(host, ':'); cut > strings.LastIndexByte(host, ']') {
			host = host[:cut]
		}
		origin := r.Header.Get("Origin")
		site := r.Header.Get("Sec-Fetch-Site")
		foreign := origin != "" && origin != "http://"+r.Host || site == "cross-site" || site == "same-site"
		switch host {
		case "localhost", "127.0.0.1", "[::1]":
		default:
			foreign = true
		}
		if foreign && (r.URL.Path == "/session.json" || r.URL.Path == "/admin") {
			answer.JSON(w, http.StatusForbidden, map[string]string{"message": "only this machine's own demo page may ask"})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (o Options) session(w http.ResponseWriter, r *http.Request) {
	user := r.URL.Query().Get("user")
	if user == "" || len(user) > maximumUser {
		answer.JSON(w, http.StatusBadRequest, map[string]string{
			"message": "give a user of 1 to 64 characters: /session.json?user=alice",
		})
		return
	}
	expires := o.Now().Add(tokenTime)
	token, err := o.Token(user, tokenTime)
	if err != nil {
		answer.JSON(w, http.StatusInternalServerError, map[string]string{"message": "no token could be made"})
		return
	}
	w.Header().Set("Cache-Control", "no-store")
	answer.JSON(w, http.StatusOK, map[string]any{"url": o.WebSocket, "token": token, "expiresAt": expires.UnixMilli()})
}

func (o Options) admin(w http.ResponseWriter, r *http.Request) {
	if o.Admin == nil {
		answer.JSON(w, http.StatusNotFound, map[string]string{"message": "the template has no admin function"})
		return
	}
	request, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maximumRequest))
	if err != nil || !json.Valid(request) {
		answer.JSON(w, http.StatusBadRequest, map[string]string{"message": "send an admin request as JSON"})
		return
	}
	reply, err := o.Admin(r.Context(), request)
	if err != nil {
		answer.JSON(w, http.StatusBadGateway, map[string]string{"message": "the admin function failed"})
		return
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(reply)
}
