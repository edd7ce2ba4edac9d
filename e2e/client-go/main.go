// Checks that client-go, unchanged, finds in the server of $KUBECONFIG what it finds in a real one: typed, dynamic and metadata clients,
// watches, informers, discovery, leader election and events.
//
//	client-go            all checks
//	client-go informers  the informers alone; with KUBE_FEATURE_WatchListClient=false they list and then watch, as older ones do
//
// Prints a line a check, and at the end `N passed, N failed`; fails when one failed.
package main

import (
	"fmt"
	"os"

	"github.com/go-logr/logr"
	"k8s.io/klog/v2"
)

func main() {
	// What client-go logs on the way is not a result.
	klog.SetLogger(logr.Discard())
	s, err := newSuite()
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	if len(os.Args) > 1 && os.Args[1] == "informers" {
		s.informers()
	} else {
		s.objects()
		s.lists()
		s.watches()
		s.informers()
		s.discovery()
		s.leaders()
		s.events()
	}
	if s.differs > 0 {
		fmt.Printf("%d known to differ from a real server\n", s.differs)
	}
	fmt.Printf("%d passed, %d failed\n", s.passed, s.failed)
	if s.failed > 0 {
		os.Exit(1)
	}
}
