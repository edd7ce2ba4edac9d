package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/kubernetes/scheme"
	typedcorev1 "k8s.io/client-go/kubernetes/typed/core/v1"
	"k8s.io/client-go/tools/events"
	"k8s.io/client-go/tools/record"
	"k8s.io/client-go/tools/reference"
)

// refused tells of an answer that says: not with this media type.
func refused(err error) bool {
	return apierrors.IsUnsupportedMediaType(err) || apierrors.IsNotAcceptable(err)
}

// events checks both recorders of events. A recorder creates an event and then counts on it by strategic merge patches; a server that refuses
// those keeps the first one as it is.
func (s *suite) events() {
	var ns string
	var about *corev1.ObjectReference
	s.check("something to tell of", func(ctx context.Context) (err error) {
		if ns, err = s.namespace(ctx, "events"); err != nil {
			return err
		}
		pod, err := s.typed.CoreV1().Pods(ns).Create(ctx, newPod("actor"), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		about, err = reference.GetReference(scheme.Scheme, pod)
		return err
	})
	s.check("recorder of core events", func(ctx context.Context) error {
		asked := s.asked.count()
		broadcaster := record.NewBroadcaster(record.WithContext(ctx))
		defer broadcaster.Shutdown()
		broadcaster.StartRecordingToSink(&typedcorev1.EventSinkImpl{Interface: s.typed.CoreV1().Events("")})
		recorder := broadcaster.NewRecorder(scheme.Scheme, corev1.EventSource{Component: "e2e"})
		for range 3 {
			recorder.Eventf(about, corev1.EventTypeWarning, "Stumbled", "over %d stones", 3)
		}
		if err := s.awaitAnswers(ctx, asked, "POST", 1, "PATCH", 2); err != nil {
			return err
		}
		code := s.codes(asked, "PATCH")[0]
		found, err := s.typed.CoreV1().Events(ns).SearchWithContext(ctx, scheme.Scheme, about)
		if err != nil {
			return err
		}
		if len(found.Items) != 1 {
			return fmt.Errorf("%d events", len(found.Items))
		}
		got := found.Items[0]
		fmt.Printf("        (a patch of an event is answered with %d; the event counts %d)\n", code, got.Count)
		return errors.Join(
			wanted(got.Reason == "Stumbled" && got.Message == "over 3 stones" && got.Source.Component == "e2e", "%+v", got),
			wanted(code == 415 && got.Count == 1 || code == 200 && got.Count == 3, "patched with %d, counts %d", code, got.Count),
		)
	})
	s.check("recorder of events.k8s.io", func(ctx context.Context) error {
		asked := s.asked.count()
		broadcaster := events.NewBroadcaster(&events.EventSinkImpl{Interface: s.typed.EventsV1()})
		defer broadcaster.Shutdown()
		if err := broadcaster.StartRecordingToSinkWithContext(ctx); err != nil {
			return err
		}
		broadcaster.NewRecorder(scheme.Scheme, "example.com/e2e").Eventf(about, nil, corev1.EventTypeNormal, "Rose", "Rising", "from %s", "the floor")
		if err := s.awaitAnswers(ctx, asked, "POST", 1, "PATCH", 0); err != nil {
			return err
		}
		list, err := s.typed.EventsV1().Events(ns).List(ctx, metav1.ListOptions{FieldSelector: "regarding.name=actor,reason=Rose"})
		if err != nil {
			return err
		}
		if len(list.Items) != 1 {
			return fmt.Errorf("%d events", len(list.Items))
		}
		got := list.Items[0]
		return errors.Join(
			wanted(got.Note == "from the floor" && got.Action == "Rising" && got.ReportingController == "example.com/e2e", "%+v", got),
			wanted(!got.EventTime.IsZero(), "without a time"),
		)
	})
	s.differ("an event of events.k8s.io is one of core as well", func(ctx context.Context) error {
		list, err := s.typed.CoreV1().Events(ns).List(ctx, metav1.ListOptions{FieldSelector: "involvedObject.name=actor,reason=Rose"})
		if err != nil {
			return err
		}
		return wanted(len(list.Items) == 1, "%d events", len(list.Items))
	})
}

// awaitAnswers waits until as many requests of each method were answered since.
func (s *suite) awaitAnswers(ctx context.Context, since int, one string, ones int, other string, others int) error {
	return wait.PollUntilContextCancel(ctx, 5*time.Millisecond, true, func(context.Context) (bool, error) {
		return len(s.codes(since, one)) >= ones && len(s.codes(since, other)) >= others, nil
	})
}

// codes gives the codes of the answers to requests of this method.
func (s *suite) codes(since int, method string) (codes []int) {
	for _, asked := range s.asked.since(since) {
		if asked.method == method {
			codes = append(codes, asked.code)
		}
	}
	return codes
}
