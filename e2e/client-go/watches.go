package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	watchtools "k8s.io/client-go/tools/watch"
)

// next gives the next event, as "TYPE name".
func next(ctx context.Context, from watch.Interface) (string, runtime.Object, error) {
	select {
	case <-ctx.Done():
		return "", nil, fmt.Errorf("no event: %w", ctx.Err())
	case event, open := <-from.ResultChan():
		if !open {
			return "END", nil, nil
		}
		object, err := meta.Accessor(event.Object)
		if err != nil {
			return "", nil, fmt.Errorf("%s %+v", event.Type, event.Object)
		}
		return strings.TrimSpace(string(event.Type) + " " + object.GetName()), event.Object, nil
	}
}

// follow wants exactly these events in this order, and gives the last one's object.
func follow(ctx context.Context, from watch.Interface, expected ...string) (last metav1.Object, err error) {
	for _, one := range expected {
		said, object, err := next(ctx, from)
		if err != nil {
			return nil, fmt.Errorf("wanted %s: %w", one, err)
		}
		if said != one {
			return nil, fmt.Errorf("wanted %s, got %s", one, said)
		}
		if object != nil {
			last, _ = meta.Accessor(object)
		}
	}
	return last, nil
}

func merge(ctx context.Context, s *suite, ns, name, patch string) error {
	_, err := s.typed.CoreV1().ConfigMaps(ns).Patch(ctx, name, types.MergePatchType, []byte(patch), metav1.PatchOptions{})
	return err
}

// watches checks bare watches.
func (s *suite) watches() {
	var ns, start string
	s.check("a place to watch", func(ctx context.Context) (err error) {
		if ns, err = s.empty(ctx, "watches"); err != nil {
			return err
		}
		list, err := s.typed.CoreV1().ConfigMaps(ns).List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		start = list.ResourceVersion
		return nil
	})
	maps := s.typed.CoreV1().ConfigMaps(ns)
	s.check("a watch tells what came since its version, and what comes", func(ctx context.Context) error {
		made, err := maps.Create(ctx, newConfigMap("one", nil), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		for _, client := range []watcherOf{s.typed.CoreV1().ConfigMaps(ns), s.json.CoreV1().ConfigMaps(ns)} {
			name := "come-" + made.Name
			w, err := client.Watch(ctx, metav1.ListOptions{ResourceVersion: start})
			if err != nil {
				return err
			}
			if _, err = follow(ctx, w, "ADDED one"); err != nil {
				return err
			}
			if _, err := maps.Create(ctx, newConfigMap(name, nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			if err := merge(ctx, s, ns, name, `{"data":{"x":"y"}}`); err != nil {
				return err
			}
			if err := maps.Delete(ctx, name, metav1.DeleteOptions{}); err != nil {
				return err
			}
			if _, err = follow(ctx, w, "ADDED "+name, "MODIFIED "+name); err != nil {
				return err
			}
			last, err := follow(ctx, w, "DELETED "+name)
			if err != nil {
				return err
			}
			w.Stop()
			list, err := maps.List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			if err := wanted(last.GetResourceVersion() == list.ResourceVersion, "deleted at %s, now %s", last.GetResourceVersion(), list.ResourceVersion); err != nil {
				return err
			}
			start = list.ResourceVersion
			if err := maps.Delete(ctx, "one", metav1.DeleteOptions{}); err != nil {
				return err
			}
			if _, err = maps.Create(ctx, newConfigMap("one", nil), metav1.CreateOptions{}); err != nil {
				return err
			}
			// The second client starts behind the first one's events, so it too sees `one` come.
			list, err = maps.List(ctx, metav1.ListOptions{})
			if err != nil {
				return err
			}
			if start, err = before(list.Items[0].ResourceVersion); err != nil {
				return err
			}
		}
		return nil
	})
	s.check("an object that leaves the selector is deleted for its watcher", func(ctx context.Context) error {
		w, err := maps.Watch(ctx, metav1.ListOptions{LabelSelector: "in=yes", ResourceVersion: start})
		if err != nil {
			return err
		}
		defer w.Stop()
		for _, in := range []string{`"yes"`, `"yes","b":"c"`, `"no"`, `"yes"`} {
			if err := merge(ctx, s, ns, "one", `{"metadata":{"labels":{"in":`+in+`}}}`); err != nil {
				return err
			}
		}
		_, err = follow(ctx, w, "ADDED one", "MODIFIED one", "DELETED one", "ADDED one")
		return err
	})
	s.check("one object by field selector", func(ctx context.Context) error {
		w, err := maps.Watch(ctx, metav1.SingleObject(metav1.ObjectMeta{Name: "two"}))
		if err != nil {
			return err
		}
		defer w.Stop()
		for _, name := range []string{"three", "two"} {
			if _, err := maps.Create(ctx, newConfigMap(name, nil), metav1.CreateOptions{}); err != nil {
				return err
			}
		}
		_, err = follow(ctx, w, "ADDED two")
		return err
	})
	s.check("initial events end with their bookmark", func(ctx context.Context) error {
		yes := true
		w, err := maps.Watch(ctx, metav1.ListOptions{
			SendInitialEvents: &yes, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan, AllowWatchBookmarks: true,
		})
		if err != nil {
			return err
		}
		defer w.Stop()
		last, err := follow(ctx, w, "ADDED one", "ADDED three", "ADDED two", "BOOKMARK")
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(last.GetAnnotations()[metav1.InitialEventsAnnotationKey] == "true", "%v", last.GetAnnotations()),
			wanted(last.GetResourceVersion() != "", "no version"),
		)
	})
	s.check("before its end a watch says how far it came", func(ctx context.Context) error {
		list, err := maps.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		timeout := int64(3)
		begun := time.Now()
		w, err := maps.Watch(ctx, metav1.ListOptions{
			ResourceVersion: list.ResourceVersion, LabelSelector: "in=nothing", AllowWatchBookmarks: true, TimeoutSeconds: &timeout,
		})
		if err != nil {
			return err
		}
		if err := merge(ctx, s, ns, "two", `{"data":{"x":"y"}}`); err != nil {
			return err
		}
		mark, err := follow(ctx, w, "BOOKMARK")
		if err != nil {
			return err
		}
		two, err := maps.Get(ctx, "two", metav1.GetOptions{})
		if err != nil {
			return err
		}
		_, err = follow(ctx, w, "END")
		lasted := time.Since(begun)
		return errors.Join(err,
			wanted(mark.GetResourceVersion() == two.ResourceVersion, "bookmark %s, changed %s", mark.GetResourceVersion(), two.ResourceVersion),
			wanted(lasted > 2500*time.Millisecond && lasted < 6*time.Second, "lasted %v", lasted),
		)
	})
	s.check("a watch with a version of nonsense is refused", func(ctx context.Context) error {
		_, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: "nonsense"})
		return wanted(err != nil, "no error")
	})
	s.check("RetryWatcher and Until", func(ctx context.Context) error {
		list, err := maps.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		lw := &cache.ListWatch{WatchFuncWithContext: func(ctx context.Context, options metav1.ListOptions) (watch.Interface, error) {
			timeout := int64(1)
			options.TimeoutSeconds = &timeout
			return maps.Watch(ctx, options)
		}}
		done := make(chan error, 1)
		go func() {
			_, err := watchtools.Until(ctx, list.ResourceVersion, lw, func(event watch.Event) (bool, error) {
				one, is := event.Object.(*corev1.ConfigMap)
				return is && one.Data["state"] == "done", nil
			})
			done <- err
		}()
		// Longer than one of its watches lasts, so that it must have begun anew where the first one ended.
		if err := merge(ctx, s, ns, "one", `{"data":{"state":"begun"}}`); err != nil {
			return err
		}
		short := int64(2)
		pause, err := maps.Watch(ctx, metav1.ListOptions{ResourceVersion: list.ResourceVersion, LabelSelector: "in=nothing", TimeoutSeconds: &short})
		if err != nil {
			return err
		}
		if _, err = follow(ctx, pause, "END"); err != nil {
			return err
		}
		if err := merge(ctx, s, ns, "one", `{"data":{"state":"done"}}`); err != nil {
			return err
		}
		return <-done
	})
}

// watcherOf is a client that can watch.
type watcherOf interface {
	Watch(ctx context.Context, options metav1.ListOptions) (watch.Interface, error)
}

// before is the version before this one.
func before(version string) (string, error) {
	var n int64
	if _, err := fmt.Sscan(version, &n); err != nil {
		return "", err
	}
	return fmt.Sprint(n - 1), nil
}
