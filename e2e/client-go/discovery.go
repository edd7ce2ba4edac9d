package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/discovery/cached/memory"
	"k8s.io/client-go/restmapper"
)

// discovery checks what a client learns of the server.
func (s *suite) discovery() {
	client := s.typed.Discovery()
	s.check("the server has a version", func(context.Context) error {
		version, err := client.ServerVersion()
		if err != nil {
			return err
		}
		return wanted(version.Major == "1" && strings.HasPrefix(version.GitVersion, "v1."), "%+v", version)
	})
	s.check("it is alive and ready", func(ctx context.Context) error {
		for _, path := range []string{"/livez", "/readyz", "/healthz"} {
			body, err := client.RESTClient().Get().AbsPath(path).DoRaw(ctx)
			if err != nil || string(body) != "ok" {
				return fmt.Errorf("%s: %s, %w", path, body, err)
			}
		}
		return nil
	})
	s.check("aggregated and old discovery say the same", func(context.Context) error {
		asked := s.asked.count()
		newGroups, newer, err := client.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		requests := len(s.asked.since(asked))
		legacy, err := discovery.NewDiscoveryClientForConfig(s.config)
		if err != nil {
			return err
		}
		legacy.UseLegacyDiscovery = true
		oldGroups, older, err := legacy.ServerGroupsAndResources()
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(requests == 2, "%d requests", requests),
			same("groups", groupNames(newGroups), groupNames(oldGroups)),
			same("resources", resourceLines(newer), resourceLines(older)),
		)
	})
	s.check("preferred resources", func(context.Context) error {
		lists, err := client.ServerPreferredResources()
		if err != nil {
			return err
		}
		namespaced, err := discovery.ServerPreferredNamespacedResources(client)
		if err != nil {
			return err
		}
		lines, inside := resourceLines(lists), resourceLines(namespaced)
		deployments := slices.ContainsFunc(lines, func(line string) bool { return strings.HasPrefix(line, "apps/v1 deployments ") })
		nodes := slices.ContainsFunc(inside, func(line string) bool { return strings.HasPrefix(line, "v1 nodes ") })
		return errors.Join(wanted(deployments, "%v", lines), wanted(!nodes && len(inside) < len(lines), "nodes in a namespace"))
	})
	s.check("RESTMapper: kinds, resources, short names", func(context.Context) error {
		cached := memory.NewMemCacheClient(client)
		deferred := restmapper.NewDeferredDiscoveryRESTMapper(cached)
		mapper := restmapper.NewShortcutExpander(deferred, cached, nil)
		mapping, err := mapper.RESTMapping(schema.GroupKind{Group: "apps", Kind: "Deployment"})
		if err != nil {
			return err
		}
		errs := []error{
			wanted(mapping.Resource == schema.GroupVersionResource{Group: "apps", Version: "v1", Resource: "deployments"}, "%v", mapping.Resource),
			wanted(mapping.Scope.Name() == meta.RESTScopeNameNamespace, "%v", mapping.Scope.Name()),
		}
		for short, full := range map[string]string{
			"deploy": "apps/v1, Resource=deployments", "cm": "/v1, Resource=configmaps", "no": "/v1, Resource=nodes", "svc": "/v1, Resource=services",
			"cj": "batch/v1, Resource=cronjobs", "ingresses": "networking.k8s.io/v1, Resource=ingresses", "pod": "/v1, Resource=pods",
			"hpa": "autoscaling/v2, Resource=horizontalpodautoscalers", "events": "/v1, Resource=events",
		} {
			gvr, err := mapper.ResourceFor(schema.GroupVersionResource{Resource: short})
			errs = append(errs, err, wanted(gvr.String() == full, "%s is %s", short, gvr))
		}
		_, unknown := mapper.RESTMapping(schema.GroupKind{Group: "example.com", Kind: "Widget"})
		members, categorized := restmapper.NewDiscoveryCategoryExpander(cached).Expand("all")
		return errors.Join(append(errs,
			wanted(meta.IsNoMatchError(unknown), "unknown kind: %v", unknown),
			wanted(categorized && slices.Contains(members, schema.GroupResource{Group: "apps", Resource: "deployments"}), "all is %v", members),
		)...)
	})
	s.check("a version that is not there", func(context.Context) error {
		_, err := client.ServerResourcesForGroupVersion("example.com/v1")
		return wanted(err != nil, "no error")
	})
	s.check("OpenAPI v3: every group version has its document", func(context.Context) error {
		paths, err := client.OpenAPIV3().Paths()
		if err != nil {
			return err
		}
		groups, err := client.ServerGroups()
		if err != nil {
			return err
		}
		var errs []error
		for _, group := range groups.Groups {
			for _, version := range group.Versions {
				path := "apis/" + version.GroupVersion
				if group.Name == "" {
					path = "api/" + version.GroupVersion
				}
				document, known := paths[path]
				if !known {
					errs = append(errs, fmt.Errorf("%s has none", path))
					continue
				}
				body, err := document.Schema("application/json")
				var parsed struct {
					OpenAPI string
					Paths   map[string]any
				}
				errs = append(errs, err, json.Unmarshal(body, &parsed), wanted(parsed.OpenAPI != "" && len(parsed.Paths) > 0, "%s is empty", path))
			}
		}
		return errors.Join(errs...)
	})
	s.check("OpenAPI v2 in protobuf is there or is refused", func(context.Context) error {
		document, err := client.OpenAPISchema()
		if err != nil {
			return wanted(refused(err), "%v", err)
		}
		return wanted(len(document.GetDefinitions().GetAdditionalProperties()) > 0, "it is empty")
	})
}

func same(what string, one, other []string) error {
	for i := range max(len(one), len(other)) {
		if i >= len(one) || i >= len(other) || one[i] != other[i] {
			return fmt.Errorf("%s differ at %d: %q, %q", what, i, at(one, i), at(other, i))
		}
	}
	return nil
}

func at(lines []string, i int) string {
	if i < len(lines) {
		return lines[i]
	}
	return "nothing"
}

func groupNames(groups []*metav1.APIGroup) (names []string) {
	for _, group := range groups {
		names = append(names, fmt.Sprintf("%s %v preferred %s", group.Name, group.Versions, group.PreferredVersion.Version))
	}
	return names
}

func resourceLines(lists []*metav1.APIResourceList) (lines []string) {
	for _, list := range lists {
		for _, one := range list.APIResources {
			if strings.Contains(one.Name, "/") {
				// client-go makes up a singular name for subresources where discovery is aggregated.
				one.SingularName = ""
			}
			lines = append(lines, fmt.Sprintf("%s %s %s namespaced=%t %s/%s %s %v %v %v",
				list.GroupVersion, one.Name, one.SingularName, one.Namespaced, one.Group, one.Version, one.Kind, one.Verbs, one.ShortNames, one.Categories))
		}
	}
	// Where discovery is aggregated, client-go gives the lists in no order.
	slices.Sort(lines)
	return lines
}
