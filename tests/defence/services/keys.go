// Command keys counts requests by method: by any that comes, or by those that there are.
package main

import (
	"fmt"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
)

// series is what a metrics library keeps for one set of labels.
type series struct {
	count   uint64
	buckets [1024]uint64
}

type metrics struct {
	sync.Mutex
	byMethod map[string]*series
}

func (m *metrics) observe(method string) {
	m.Lock()
	defer m.Unlock()
	s := m.byMethod[method]
	if s == nil {
		s = &series{}
		m.byMethod[method] = s
	}
	s.count++
}

var known = map[string]bool{"GET": true, "HEAD": true, "POST": true, "PUT": true, "PATCH": true, "DELETE": true, "OPTIONS": true}

func main() {
	naive, hardened := &metrics{byMethod: map[string]*series{}}, &metrics{byMethod: map[string]*series{}}
	handler := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Path == "/floor":
			runtime.GC()
			runtime.GC()
			var stats runtime.MemStats
			runtime.ReadMemStats(&stats)
			fmt.Fprintln(w, stats.HeapAlloc)
		case strings.HasPrefix(r.URL.Path, "/naive/"):
			naive.observe(r.Method)
			w.WriteHeader(http.StatusNoContent)
		case known[r.Method]:
			hardened.observe(r.Method)
			w.WriteHeader(http.StatusNoContent)
		default:
			hardened.observe("other")
			w.WriteHeader(http.StatusNotImplemented)
		}
	})
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(listener.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(listener, handler))
}
