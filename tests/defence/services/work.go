// A list of ids, each looked up in a backend: all at once, and some at a time.
package main

import (
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"
)

// The backend takes its time and answers 64 KiB.
func backend(id int) []byte {
	time.Sleep(50 * time.Millisecond)
	answer := make([]byte, 64<<10)
	for at := range answer {
		answer[at] = byte(id)
	}
	return answer
}

const most = 100

func many(response http.ResponseWriter, request *http.Request) {
	var body struct{ Ids []int }
	if json.NewDecoder(request.Body).Decode(&body) != nil {
		http.Error(response, "not a list", http.StatusBadRequest)
		return
	}
	if strings.HasPrefix(request.URL.Path, "/hardened/") && len(body.Ids) > most {
		http.Error(response, "too many", http.StatusBadRequest)
		return
	}
	answers := make([][]byte, len(body.Ids))
	var all sync.WaitGroup
	for at, id := range body.Ids {
		all.Add(1)
		go func(at, id int) {
			defer all.Done()
			answers[at] = backend(id)
		}(at, id)
	}
	all.Wait()
	fmt.Fprintln(response, len(answers))
}

func main() {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	fmt.Println(port.Addr().(*net.TCPAddr).Port)
	panic(http.Serve(port, http.HandlerFunc(many)))
}
