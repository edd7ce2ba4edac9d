package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/dynamic/dynamicinformer"
	clientfeatures "k8s.io/client-go/features"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/metadata/metadatainformer"
	"k8s.io/client-go/tools/cache"
)

// informers checks shared informers of each kind of client, in the way that the feature WatchListClient asks for.
func (s *suite) informers() {
	streaming := clientfeatures.FeatureGates().Enabled(clientfeatures.WatchListClient)
	way := "list and watch"
	if streaming {
		way = "streaming list"
	}

	var ns string
	s.check("a place for informers", func(ctx context.Context) (err error) {
		ns, err = s.namespace(ctx, "informers")
		return err
	})
	s.check("typed informer, "+way, func(ctx context.Context) error {
		return s.informed(ctx, ns, "typed", streaming, func(stop <-chan struct{}) (informers.GenericInformer, error) {
			factory := informers.NewSharedInformerFactoryWithOptions(s.typed, 0, informers.WithNamespace(ns))
			informer, err := factory.ForResource(configMaps)
			defer factory.Start(stop)
			if err != nil {
				return nil, err
			}
			informer.Informer()
			return informer, nil
		})
	})
	s.check("dynamic informer, "+way, func(ctx context.Context) error {
		return s.informed(ctx, ns, "dynamic", streaming, func(stop <-chan struct{}) (informers.GenericInformer, error) {
			factory := dynamicinformer.NewFilteredDynamicSharedInformerFactory(s.dynamic, 0, ns, nil)
			informer := factory.ForResource(configMaps)
			informer.Informer()
			factory.Start(stop)
			return informer, nil
		})
	})
	s.check("metadata informer, "+way, func(ctx context.Context) error {
		return s.informed(ctx, ns, "metadata", streaming, func(stop <-chan struct{}) (informers.GenericInformer, error) {
			factory := metadatainformer.NewFilteredSharedInformerFactory(s.metadata, 0, ns, nil)
			informer := factory.ForResource(configMaps)
			informer.Informer()
			factory.Start(stop)
			return informer, nil
		})
	})
	s.check("an informer of every resource syncs, typed, dynamic and of metadata, "+way, s.everyResource)
}

var configMaps = corev1.SchemeGroupVersion.WithResource("configmaps")

// informed checks one informer of ConfigMaps: what is there, what comes, changes and goes, and what it asked.
func (s *suite) informed(
	ctx context.Context, ns, prefix string, streaming bool, start func(stop <-chan struct{}) (informers.GenericInformer, error),
) error {
	maps := s.typed.CoreV1().ConfigMaps(ns)
	there := prefix + "-there"
	if _, err := maps.Create(ctx, newConfigMap(there, nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	asked := s.asked.count()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	informer, err := start(ctx.Done())
	if err != nil {
		return err
	}
	told := make(chan string, 64)
	tell := func(what string, object any) {
		if unknown, is := object.(cache.DeletedFinalStateUnknown); is {
			object = unknown.Obj
		}
		if object, err := meta.Accessor(object); err == nil && strings.HasPrefix(object.GetName(), prefix) {
			told <- what + " " + object.GetName()
		}
	}
	registered, err := informer.Informer().AddEventHandler(cache.ResourceEventHandlerFuncs{
		AddFunc:    func(object any) { tell("add", object) },
		UpdateFunc: func(_, object any) { tell("update", object) },
		DeleteFunc: func(object any) { tell("delete", object) },
	})
	if err != nil {
		return err
	}
	if !cache.WaitForCacheSync(ctx.Done(), informer.Informer().HasSynced, registered.HasSynced) {
		return fmt.Errorf("does not sync; it asked %s", s.said(asked))
	}
	comes := prefix + "-comes"
	if _, err := maps.Create(ctx, newConfigMap(comes, nil), metav1.CreateOptions{}); err != nil {
		return err
	}
	for _, name := range []string{comes, there} {
		if err := merge(ctx, s, ns, name, `{"data":{"x":"y"}}`); err != nil {
			return err
		}
	}
	if err := maps.Delete(ctx, comes, metav1.DeleteOptions{}); err != nil {
		return err
	}
	for _, expected := range []string{"add " + there, "add " + comes, "update " + comes, "update " + there, "delete " + comes} {
		select {
		case what := <-told:
			if what != expected {
				return fmt.Errorf("wanted %s, told %s", expected, what)
			}
		case <-ctx.Done():
			return fmt.Errorf("never told %s; it asked %s", expected, s.said(asked))
		}
	}
	listed, err := informer.Lister().ByNamespace(ns).List(labels.Everything())
	if err != nil {
		return err
	}
	_, kept := informer.Lister().ByNamespace(ns).Get(there)
	_, gone := informer.Lister().ByNamespace(ns).Get(comes)
	lists, streams := 0, 0
	for _, one := range s.asked.since(asked) {
		if one.method == "GET" && strings.HasSuffix(one.path, "/configmaps") {
			if !strings.Contains(one.query, "watch=") {
				lists++
			} else if strings.Contains(one.query, "sendInitialEvents=true") {
				streams++
			}
		}
	}
	return errors.Join(
		wanted(len(listed) > 0, "an empty cache"),
		wanted(kept == nil && gone != nil, "kept %v, gone %v", kept, gone),
		wanted(streaming && lists == 0 && streams == 1 || !streaming && lists == 1 && streams == 0, "it asked %s", s.said(asked)),
	)
}

func (s *suite) said(since int) string {
	var said []string
	for _, one := range s.asked.since(since) {
		said = append(said, fmt.Sprintf("%s %s?%s: %d", one.method, one.path, one.query, one.code))
	}
	return strings.Join(said, ", ")
}

// elsewhere are the resources whose types, and so whose typed informers, are in modules of their own.
var elsewhere = []string{
	"apiextensions.k8s.io/v1, Resource=customresourcedefinitions",
	"apiregistration.k8s.io/v1, Resource=apiservices",
}

// everyResource starts informers of all that can be listed and watched, and waits for all of them.
func (s *suite) everyResource(ctx context.Context) error {
	_, all, err := s.typed.Discovery().ServerGroupsAndResources()
	if err != nil {
		return err
	}
	gvrs, err := discovery.GroupVersionResources(discovery.FilteredBy(discovery.SupportsAllVerbs{Verbs: []string{"list", "watch"}}, all))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	typed := informers.NewSharedInformerFactory(s.typed, 0)
	loose := dynamicinformer.NewDynamicSharedInformerFactory(s.dynamic, 0)
	partial := metadatainformer.NewSharedInformerFactory(s.metadata, 0)
	waiting := map[string]cache.InformerSynced{}
	unknown := sets.New[string]()
	for gvr := range gvrs {
		name := gvr.String()
		if informer, err := typed.ForResource(gvr); err == nil {
			waiting["typed "+name] = informer.Informer().HasSynced
		} else {
			unknown.Insert(name)
		}
		waiting["dynamic "+name] = loose.ForResource(gvr).Informer().HasSynced
		waiting["metadata "+name] = partial.ForResource(gvr).Informer().HasSynced
	}
	typed.Start(ctx.Done())
	loose.Start(ctx.Done())
	partial.Start(ctx.Done())
	names := unsynced(ctx, waiting)
	_, pods := gvrs[schema.GroupVersionResource{Version: "v1", Resource: "pods"}]
	return errors.Join(
		wanted(len(names) == 0, "do not sync: %s", strings.Join(names, ", ")),
		wanted(pods && len(gvrs) > 50, "only %d resources can be watched", len(gvrs)),
		wanted(slices.Equal(sets.List(unknown), elsewhere), "client-go has no informer for %v", sets.List(unknown)),
	)
}

// unsynced gives the names of those that have not synced when the time is over.
func unsynced(ctx context.Context, waiting map[string]cache.InformerSynced) []string {
	var names []string
	soon, cancel := context.WithTimeout(ctx, patience*3/4)
	defer cancel()
	for name, synced := range waiting {
		for !synced() && soon.Err() == nil {
			time.Sleep(5 * time.Millisecond)
		}
		if !synced() {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}
