// Package peer runs client-go's work queue through the cases of ../../benches/workqueue.rs.
//
//	go test -bench . -benchtime 2s
//
// Every figure is the time of one item. Items are uint32.
package peer

import (
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
)

// Different items in use at once.
const items = 1024

func BenchmarkOneWorker_AddGetDone(b *testing.B) {
	queue := workqueue.NewTyped[uint32]()
	defer queue.ShutDown()
	var n uint32
	for b.Loop() {
		n++
		queue.Add(n % items)
		item, _ := queue.Get()
		queue.Done(item)
	}
}

// throughEightWorkers sends b.N different items through a queue with eight workers.
func throughEightWorkers(b *testing.B, producers int) {
	queue := workqueue.NewTyped[uint64]()
	var done atomic.Uint64
	var workers, producing sync.WaitGroup
	for range 8 {
		workers.Go(func() {
			for {
				item, shutdown := queue.Get()
				if shutdown {
					return
				}
				queue.Done(item)
				done.Add(1)
			}
		})
	}
	time.Sleep(10 * time.Millisecond) // until all of them wait
	count := uint64(b.N)
	b.ResetTimer()
	for producer := range producers {
		producing.Go(func() {
			for item := uint64(producer); item < count; item += uint64(producers) {
				queue.Add(item)
			}
		})
	}
	producing.Wait()
	queue.ShutDown()
	workers.Wait()
	b.StopTimer()
	if done.Load() != count {
		b.Fatalf("%d of %d items done", done.Load(), count)
	}
}

func BenchmarkEightWorkers_OneProducer(b *testing.B)    { throughEightWorkers(b, 1) }
func BenchmarkEightWorkers_EightProducers(b *testing.B) { throughEightWorkers(b, 8) }

func BenchmarkDelays_AddRateLimited(b *testing.B) {
	limiter := workqueue.NewTypedMaxOfRateLimiter(
		workqueue.NewTypedItemExponentialFailureRateLimiter[uint32](5*time.Millisecond, 1000*time.Second),
		&workqueue.TypedBucketRateLimiter[uint32]{Limiter: rate.NewLimiter(rate.Limit(1e9), 100)},
	)
	queue := workqueue.NewTypedRateLimitingQueue[uint32](limiter)
	defer queue.ShutDown()
	var n uint32
	for b.Loop() {
		n++
		queue.AddRateLimited(n % items)
	}
}
