// Command informer measures client-go's shared informer, with its namespace index, against the load server. It prints a line of JSON for each phase:
// sync (from the start until every object has been told to every handler), relist (everything listed again, nothing changed), events (changes at full speed), latency
// (changes at a rate).
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/dynamic/dynamicinformer"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
)

// The annotation that holds the time of sending, in nanoseconds since 1970.
const sent = "bench.lookglass/sent"

var (
	server   = flag.String("server", "", "the load server's address, as it prints it")
	asJSON   = flag.Bool("json", false, "in JSON, which client-go must be forced to for built-in kinds")
	trees    = flag.Bool("dynamic", false, "with the dynamic informer, as for custom resources: JSON, kept as trees")
	onlySync = flag.Bool("only-sync", false, "end when it is synced")
	handlers = flag.Int("handlers", 1, "how many handlers")
	objects  = flag.Int64("objects", 50000, "how many pods the server has")
	events   = flag.Int64("events", 100000, "how many changes at full speed")
	rate     = flag.Int64("rate", 2000, "changes a second whose latency is measured")
	seconds  = flag.Int64("seconds", 5, "for how long")
)

// line is what the driver reads: lookglass-bench's Line.
type line struct {
	Client   string   `json:"client"`
	What     string   `json:"what"`
	Items    int64    `json:"items"`
	CPU      float64  `json:"cpu_us"`
	Wall     float64  `json:"wall_us"`
	Resident int64    `json:"resident,omitempty"`
	Peak     int64    `json:"peak_resident,omitempty"`
	P50      *float64 `json:"p50_us,omitempty"`
	P99      *float64 `json:"p99_us,omitempty"`
	P999     *float64 `json:"p999_us,omitempty"`
}

func main() {
	flag.Parse()
	config := &rest.Config{Host: *server, QPS: -1}
	if *asJSON {
		config.ContentConfig = rest.ContentConfig{ContentType: "application/json", AcceptContentTypes: "application/json"}
	}
	informer := sharedInformer(config)
	var added, changed atomic.Int64
	latencies := make([]int64, 0, *rate**seconds)
	var measuring atomic.Bool
	for n := range *handlers {
		_, err := informer.AddEventHandler(cache.ResourceEventHandlerFuncs{
			AddFunc: func(any) { added.Add(1) },
			UpdateFunc: func(old, new any) {
				// A relist is told as updates too.
				if old.(metav1.Object).GetResourceVersion() == new.(metav1.Object).GetResourceVersion() {
					return
				}
				if n == 0 && measuring.Load() {
					at, err := strconv.ParseInt(new.(metav1.Object).GetAnnotations()[sent], 10, 64)
					if err != nil {
						log.Fatal(err)
					}
					latencies = append(latencies, time.Now().UnixNano()-at)
				}
				changed.Add(1)
			},
		})
		if err != nil {
			log.Fatal(err)
		}
	}

	all := int64(*handlers)
	begun := begin()
	go informer.Run(make(chan struct{}))
	if !cache.WaitForCacheSync(nil, informer.HasSynced) {
		log.Fatal("never synced")
	}
	wait(&added, *objects*all)
	begun.print("sync", *objects, nil)
	if *onlySync {
		return
	}

	done := int64(0)
	if all == 1 {
		begun = begin()
		relist()
		done++
		wait(&changed, done)
		begun.print("relist", *objects, nil)
	}

	begun = begin()
	churn(*events, 0)
	done += *events
	wait(&changed, done*all)
	begun.print("events", *events, nil)

	total := *rate * *seconds
	measuring.Store(true)
	begun = begin()
	churn(total, *rate)
	wait(&changed, (done+total)*all)
	begun.print("latency", total, latencies)
}

func sharedInformer(config *rest.Config) cache.SharedIndexInformer {
	if *trees {
		client, err := dynamic.NewForConfig(config)
		if err != nil {
			log.Fatal(err)
		}
		pods := schema.GroupVersionResource{Version: "v1", Resource: "pods"}
		return dynamicinformer.NewDynamicSharedInformerFactory(client, 0).ForResource(pods).Informer()
	}
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		log.Fatal(err)
	}
	return informers.NewSharedInformerFactory(client, 0).Core().V1().Pods().Informer()
}

// begun is where a phase began.
type begun struct {
	wall time.Time
	cpu  time.Duration
}

func begin() begun {
	// The peak is measured anew; where that is not allowed, it is the process's.
	_ = os.WriteFile("/proc/self/clear_refs", []byte("5"), 0)
	return begun{time.Now(), cpu()}
}

func (b begun) print(what string, items int64, latencies []int64) {
	used, wall := cpu()-b.cpu, time.Since(b.wall)
	// What the runtime would give back in minutes, it gives back now.
	debug.FreeOSMemory()
	debug.FreeOSMemory()
	resident, peak := memory()
	each := func(total time.Duration) float64 { return float64(total.Nanoseconds()) / 1000 / float64(items) }
	name := "client-go typed protobuf"
	switch {
	case *trees:
		name = "client-go dynamic json"
	case *asJSON:
		name = "client-go typed json"
	}
	if *handlers > 1 {
		what = fmt.Sprintf("%s, %d handlers", what, *handlers)
	}
	l := line{Client: name, What: what, Items: items, CPU: each(used), Wall: each(wall), Resident: resident, Peak: peak}
	if len(latencies) > 0 {
		slices.Sort(latencies)
		at := func(part float64) *float64 {
			value := float64(latencies[int(part*float64(len(latencies)-1))]) / 1000
			return &value
		}
		l.P50, l.P99, l.P999 = at(0.5), at(0.99), at(0.999)
	}
	if err := json.NewEncoder(os.Stdout).Encode(l); err != nil {
		log.Fatal(err)
	}
}

func cpu() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		log.Fatal(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// memory says how much is resident now and was at most.
func memory() (now, peak int64) {
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		log.Fatal(err)
	}
	for text := range strings.Lines(string(status)) {
		fields := strings.Fields(text)
		switch {
		case strings.HasPrefix(text, "VmRSS:"):
			now, _ = strconv.ParseInt(fields[1], 10, 64)
		case strings.HasPrefix(text, "VmHWM:"):
			peak, _ = strconv.ParseInt(fields[1], 10, 64)
		}
	}
	return now << 10, peak << 10
}

// churn has the load server release changes, all at once if the rate is 0.
func churn(events, rate int64) {
	control(fmt.Sprintf("churn?resource=pods&events=%d&rate=%d", events, rate))
}

// relist has the watch expire, waits until everything has been listed again, and has one change released, which shows that the new watch is there.
func relist() {
	type counts struct{ Objects, Watches int64 }
	stats := func() (stats counts) {
		if err := json.Unmarshal(control("stats"), &stats); err != nil {
			log.Fatal(err)
		}
		return stats
	}
	// Who has listed may not watch yet.
	for stats().Watches == 0 {
		time.Sleep(time.Millisecond)
	}
	before := stats().Objects
	control("expire?resource=pods")
	for stats().Objects < before+*objects {
		time.Sleep(20 * time.Millisecond)
	}
	churn(1, 0)
}

// control asks the load server for something that no API server has.
func control(path string) []byte {
	answer, err := http.Get(*server + "/load/" + path)
	if err != nil {
		log.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		log.Fatal(err)
	}
	return body
}

// wait sleeps until the counter has come so far; a millisecond more or less does not matter to what is measured.
func wait(counter *atomic.Int64, until int64) {
	for counter.Load() < until {
		time.Sleep(time.Millisecond)
	}
}
