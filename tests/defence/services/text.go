// Heads of requests: with a limit that somebody raised, and with the limits of net/http and of sense.
package main

import (
	"bufio"
	"bytes"
	"fmt"
	"net"
	"net/http"
)

// What is behind a port whose connections somebody has looked at.
type looked struct {
	net.Listener
	connections chan net.Conn
}

func (listener looked) Accept() (net.Conn, error) { return <-listener.connections, nil }

// A connection whose first bytes were read already.
type begun struct {
	net.Conn
	from *bufio.Reader
}

func (connection begun) Read(into []byte) (int, error) { return connection.from.Read(into) }

// A middleware as many have: it keeps the request's head for the log.
func logged(response http.ResponseWriter, request *http.Request) {
	line := request.Method + " " + request.URL.String()
	headers := request.Header.Clone()
	fmt.Fprintln(response, len(line), len(headers))
}

func main() {
	port, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		panic(err)
	}
	twin := func(server *http.Server) chan net.Conn {
		connections := make(chan net.Conn)
		server.Handler = http.HandlerFunc(logged)
		go server.Serve(looked{port, connections})
		return connections
	}
	naive := twin(&http.Server{MaxHeaderBytes: 1 << 30})
	hardened := twin(&http.Server{MaxHeaderBytes: 64 << 10})
	fmt.Println(port.Addr().(*net.TCPAddr).Port)
	for {
		connection, err := port.Accept()
		if err != nil {
			return
		}
		go func() {
			from := bufio.NewReader(connection)
			start, _ := from.Peek(len("POST /hardened/"))
			if bytes.Contains(start, []byte("/hardened/")) {
				hardened <- begun{connection, from}
			} else {
				naive <- begun{connection, from}
			}
		}()
	}
}
