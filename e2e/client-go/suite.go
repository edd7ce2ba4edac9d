package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/dynamic"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/metadata"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/clientcmd"
)

// patience is how long one check may take before it counts as hung.
const patience = 20 * time.Second

// suite is the clients, what they asked of the server, and how many checks held.
type suite struct {
	config   *rest.Config
	typed    kubernetes.Interface // protobuf, both ways
	json     kubernetes.Interface // JSON, both ways
	dynamic  dynamic.Interface
	metadata metadata.Interface
	asked    *requests

	passed, failed, differs int
}

func newSuite() (*suite, error) {
	config, err := clientcmd.BuildConfigFromFlags("", os.Getenv("KUBECONFIG"))
	if err != nil {
		return nil, err
	}
	// Checks ask a lot in little time: no limit of the client's own.
	config.QPS = -1
	asked := &requests{}
	config.Wrap(asked.wrap)

	s := &suite{config: config, asked: asked}
	protobuf := rest.CopyConfig(config)
	protobuf.ContentType = "application/vnd.kubernetes.protobuf"
	protobuf.AcceptContentTypes = "application/vnd.kubernetes.protobuf"
	if s.typed, err = kubernetes.NewForConfig(protobuf); err != nil {
		return nil, err
	}
	json := rest.CopyConfig(config)
	json.ContentType = "application/json"
	json.AcceptContentTypes = "application/json"
	if s.json, err = kubernetes.NewForConfig(json); err != nil {
		return nil, err
	}
	if s.dynamic, err = dynamic.NewForConfig(config); err != nil {
		return nil, err
	}
	s.metadata, err = metadata.NewForConfig(config)
	return s, err
}

// check runs one check and prints its line. What panics fails.
func (s *suite) check(name string, run func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	begun := time.Now()
	err := guarded(ctx, run)
	if err != nil {
		s.failed++
		fmt.Printf("FAILED  %s: %v\n", name, err)
		return
	}
	s.passed++
	fmt.Printf("ok      %s (%d ms)\n", name, time.Since(begun).Milliseconds())
}

// differ runs a check that a real server passes and this one is known not to. It fails when that is no longer so: then it is to become a check.
func (s *suite) differ(name string, run func(ctx context.Context) error) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	err := guarded(ctx, run)
	if err == nil {
		s.failed++
		fmt.Printf("FAILED  %s: is said to differ from a real server, and does not\n", name)
		return
	}
	s.differs++
	fmt.Printf("differs %s: %v\n", name, err)
}

func guarded(ctx context.Context, run func(ctx context.Context) error) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("panic: %v", panicked)
		}
	}()
	return run(ctx)
}

// namespace makes a namespace for the checks that follow, with a name of the server's.
func (s *suite) namespace(ctx context.Context, base string) (string, error) {
	made, err := s.typed.CoreV1().Namespaces().Create(ctx, newNamespace(base), metav1.CreateOptions{})
	if err != nil {
		return "", err
	}
	return made.Name, nil
}

// empty makes a namespace without the ConfigMap that each one gets.
func (s *suite) empty(ctx context.Context, base string) (string, error) {
	ns, err := s.namespace(ctx, base)
	if err != nil {
		return "", err
	}
	return ns, s.typed.CoreV1().ConfigMaps(ns).Delete(ctx, "kube-root-ca.crt", metav1.DeleteOptions{})
}

// request is what a client asked, and the kind of answer it got.
type request struct {
	method, path, query string
	body, answer        string // media types
	code                int
}

// requests remembers what all clients asked.
type requests struct {
	mu  sync.Mutex
	all []request
}

type transport struct {
	requests *requests
	inner    http.RoundTripper
}

func (r *requests) wrap(inner http.RoundTripper) http.RoundTripper { return &transport{r, inner} }

func (t *transport) RoundTrip(asked *http.Request) (*http.Response, error) {
	answer, err := t.inner.RoundTrip(asked)
	if err == nil {
		t.requests.mu.Lock()
		defer t.requests.mu.Unlock()
		t.requests.all = append(t.requests.all, request{
			method: asked.Method, path: asked.URL.Path, query: asked.URL.RawQuery,
			body: asked.Header.Get("Content-Type"), answer: answer.Header.Get("Content-Type"), code: answer.StatusCode,
		})
	}
	return answer, err
}

// since gives what was asked after the first `count` requests.
func (r *requests) since(count int) []request {
	r.mu.Lock()
	defer r.mu.Unlock()
	return append([]request(nil), r.all[count:]...)
}

func (r *requests) count() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.all)
}
