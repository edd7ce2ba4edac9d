// Package store measures client-go's stores and delta queues, beside which the `stores` and `delta_queues` benchmarks
// stand. Same objects, same access patterns.
//
//	go test -run '^$' -bench . -count 5
package store

import (
	"fmt"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
)

const (
	pods   = 50_000
	nodes  = 100
	stride = 7_919
	hot    = 1_000
	keys   = 10_000
	byNode = "node"
)

// The stores look for the resource version of what they keep.
type pod struct {
	metav1.ObjectMeta
	key  string
	node string
}

func key(object any) (string, error) { return object.(*pod).key, nil }

func node(object any) ([]string, error) { return []string{object.(*pod).node}, nil }

func fleet(count int) []*pod {
	names := make([]string, nodes)
	for number := range names {
		names[number] = fmt.Sprintf("node-%d", number)
	}
	fleet := make([]*pod, count)
	for number := range fleet {
		key := fmt.Sprintf("namespace-%d/deployment-%d-%08x", number%50, number%1000, number)
		fleet[number] = &pod{key: key, node: names[number%nodes]}
	}
	return fleet
}

func empty() cache.Indexer {
	return cache.NewIndexer(key, cache.Indexers{byNode: node})
}

func full(b *testing.B, count int) cache.Indexer {
	store := empty()
	for _, pod := range fleet(count) {
		check(b, store.Add(pod))
	}
	return store
}

func check(b *testing.B, err error) {
	if err != nil {
		b.Fatal(err)
	}
}

func BenchmarkStoreUpdateUnchangedIndex(b *testing.B) {
	for _, order := range []struct {
		name   string
		round  int
		stride int
	}{
		{"strided", pods, stride},
		{"hot", hot, 1},
		{"in_order", pods, 1},
	} {
		b.Run(order.name, func(b *testing.B) {
			store, versions := full(b, pods), [][]*pod{fleet(pods), fleet(pods)}
			turn := 0
			for b.Loop() {
				check(b, store.Update(versions[turn/order.round%2][turn*order.stride%order.round]))
				turn++
			}
		})
	}
}

func BenchmarkStoreUpdateChangedIndex(b *testing.B) {
	store, versions := full(b, pods), [][]*pod{fleet(pods), fleet(pods)}
	for number, pod := range versions[0] {
		pod.node = versions[1][number+1-number%2*2].node
	}
	turn := 0
	for b.Loop() {
		check(b, store.Update(versions[turn/pods%2][turn*stride%pods]))
		turn++
	}
}

func perObject(b *testing.B, objects int) {
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(objects), "ns/object")
}

func BenchmarkStoreAdd50k(b *testing.B) {
	fleet := fleet(pods)
	for b.Loop() {
		store := empty()
		for _, pod := range fleet {
			check(b, store.Add(pod))
		}
	}
	perObject(b, pods)
}

func BenchmarkStoreReplaceUnchanged50k(b *testing.B) {
	store := full(b, pods)
	list := make([]any, 0, pods)
	for _, pod := range fleet(pods) {
		list = append(list, pod)
	}
	for b.Loop() {
		check(b, store.Replace(list, "1"))
	}
	perObject(b, pods)
}

func BenchmarkStoreGet(b *testing.B) {
	store, fleet := full(b, pods), fleet(pods)
	turn := 0
	for b.Loop() {
		if _, found, err := store.GetByKey(fleet[turn*stride%pods].key); err != nil || !found {
			b.Fatal("not found")
		}
		turn++
	}
}

func BenchmarkStoreByIndex500(b *testing.B) {
	store := full(b, pods)
	for b.Loop() {
		if found, err := store.ByIndex(byNode, "node-7"); err != nil || len(found) != 500 {
			b.Fatal("not 500")
		}
	}
}

func BenchmarkStoreList(b *testing.B) {
	for _, count := range []int{50_000, 200_000} {
		b.Run(fmt.Sprint(count), func(b *testing.B) {
			store := full(b, count)
			for b.Loop() {
				if len(store.List()) != count {
					b.Fatal("not all")
				}
			}
			perObject(b, count)
		})
	}
}

func addAndPop(b *testing.B, queue cache.Queue) {
	fleet := fleet(keys)
	ignore := func(any, bool) error { return nil }
	turn := 0
	for b.Loop() {
		check(b, queue.Add(fleet[turn%keys]))
		_, err := queue.Pop(ignore)
		check(b, err)
		turn++
	}
}

func BenchmarkDeltaFIFOAddPop(b *testing.B) {
	addAndPop(b, cache.NewDeltaFIFOWithOptions(cache.DeltaFIFOOptions{
		KeyFunction: key, KnownObjects: cache.NewStore(key), EmitDeltaTypeReplaced: true,
	}))
}

func BenchmarkRealFIFOAddPop(b *testing.B) {
	addAndPop(b, cache.NewRealFIFOWithOptions(cache.RealFIFOOptions{
		KeyFunction: key, AtomicEvents: true, UnlockWhileProcessing: true,
	}))
}
