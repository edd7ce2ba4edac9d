package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/tools/pager"
)

// lists checks lists in pages.
func (s *suite) lists() {
	var ns string
	s.check("twenty-five objects to list", func(ctx context.Context) (err error) {
		if ns, err = s.empty(ctx, "lists"); err != nil {
			return err
		}
		for i := range 25 {
			if _, err = s.typed.CoreV1().ConfigMaps(ns).Create(ctx, newConfigMap(fmt.Sprintf("m%02d", i), nil), metav1.CreateOptions{}); err != nil {
				return err
			}
		}
		return nil
	})
	maps := s.typed.CoreV1().ConfigMaps(ns)

	s.check("the pager gives all, in order, page by page", func(ctx context.Context) error {
		before := s.asked.count()
		pages := pager.New(func(ctx context.Context, options metav1.ListOptions) (runtime.Object, error) {
			return maps.List(ctx, options)
		})
		pages.PageSize = 4
		var names []string
		err := pages.EachListItem(ctx, metav1.ListOptions{FieldSelector: "metadata.name!=m07"}, func(item runtime.Object) error {
			names = append(names, item.(*corev1.ConfigMap).Name)
			return nil
		})
		if err != nil {
			return err
		}
		asked := len(s.asked.since(before))
		sorted := true
		for i := 1; i < len(names); i++ {
			sorted = sorted && names[i-1] < names[i]
		}
		return errors.Join(
			wanted(len(names) == 24 && sorted && !strings.Contains(strings.Join(names, " "), "m07"), "%v", names),
			wanted(asked == 6, "%d requests", asked),
		)
	})
	s.check("pages are of one moment", func(ctx context.Context) error {
		first, err := maps.List(ctx, metav1.ListOptions{Limit: 10})
		if err != nil {
			return err
		}
		if err := maps.Delete(ctx, "m20", metav1.DeleteOptions{}); err != nil {
			return err
		}
		if _, err := maps.Create(ctx, newConfigMap("m205", nil), metav1.CreateOptions{}); err != nil {
			return err
		}
		rest, err := maps.List(ctx, metav1.ListOptions{Limit: 500, Continue: first.Continue})
		if err != nil {
			return err
		}
		var names []string
		for _, item := range rest.Items {
			names = append(names, item.Name)
		}
		said := strings.Join(names, " ")
		return errors.Join(
			wanted(first.RemainingItemCount != nil && *first.RemainingItemCount == 15, "remaining %v", first.RemainingItemCount),
			wanted(len(names) == 15 && strings.Contains(said, "m20") && !strings.Contains(said, "m205"), "%v", names),
			wanted(rest.ResourceVersion == first.ResourceVersion && rest.Continue == "", "%+v", rest.ListMeta),
		)
	})
	s.check("lists by version", func(ctx context.Context) error {
		now, err := maps.List(ctx, metav1.ListOptions{})
		if err != nil {
			return err
		}
		if err := maps.Delete(ctx, "m00", metav1.DeleteOptions{}); err != nil {
			return err
		}
		exact, err := maps.List(ctx, metav1.ListOptions{ResourceVersion: now.ResourceVersion, ResourceVersionMatch: metav1.ResourceVersionMatchExact})
		if err != nil {
			return err
		}
		later, err := maps.List(ctx, metav1.ListOptions{ResourceVersion: now.ResourceVersion, ResourceVersionMatch: metav1.ResourceVersionMatchNotOlderThan})
		if err != nil {
			return err
		}
		cached, err := maps.List(ctx, metav1.ListOptions{ResourceVersion: "0", Limit: 3})
		if err != nil {
			return err
		}
		_, both := maps.List(ctx, metav1.ListOptions{ResourceVersionMatch: metav1.ResourceVersionMatchExact})
		_, token := maps.List(ctx, metav1.ListOptions{Continue: "nonsense"})
		return errors.Join(
			wanted(len(exact.Items) == len(now.Items) && exact.ResourceVersion == now.ResourceVersion, "exact: %d at %s", len(exact.Items), exact.ResourceVersion),
			wanted(len(later.Items) == len(now.Items)-1, "not older: %d", len(later.Items)),
			wanted(len(cached.Items) == len(now.Items)-1, "a limit at version 0: %d", len(cached.Items)),
			wanted(apierrors.IsInvalid(both), "a match without a version: %v", both),
			wanted(apierrors.IsBadRequest(token), "a token of nonsense: %v", token),
		)
	})
	s.check("a version of the future is too large", func(ctx context.Context) error {
		// Told to come back in a second, a client would ask ten times.
		err := s.typed.CoreV1().RESTClient().Get().Namespace(ns).Resource("configmaps").
			Param("resourceVersion", "99999999").Param("resourceVersionMatch", "NotOlderThan").MaxRetries(0).Do(ctx).Error()
		return errors.Join(
			wanted(apierrors.IsTimeout(err), "%v", err),
			wanted(apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge), "no such cause: %v", err),
		)
	})
	s.check("a list of metadata alone", func(ctx context.Context) error {
		got, err := s.metadata.Resource(corev1.SchemeGroupVersion.WithResource("configmaps")).Namespace(ns).List(ctx, metav1.ListOptions{Limit: 5})
		if err != nil {
			return err
		}
		return wanted(len(got.Items) == 5 && got.Continue != "" && got.Items[0].Name == "m01" && got.Items[0].UID != "", "%+v", got.Items[0])
	})
}
