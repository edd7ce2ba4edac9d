package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// leaders checks leader election: one of two candidates leads, and when it goes the other one follows at once.
func (s *suite) leaders() {
	s.check("leader election: one leads, lets go, the other follows", func(ctx context.Context) error {
		ns, err := s.namespace(ctx, "leaders")
		if err != nil {
			return err
		}
		said := make(chan string, 16)
		candidate := func(name string) (stop func(), err error) {
			lock, err := resourcelock.New(resourcelock.LeasesResourceLock, ns, "boss", s.typed.CoreV1(), s.typed.CoordinationV1(),
				resourcelock.ResourceLockConfig{Identity: name})
			if err != nil {
				return nil, err
			}
			// Long enough that nobody takes over because of time: only because the leader let go.
			elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
				Lock: lock, LeaseDuration: time.Minute, RenewDeadline: 10 * time.Second, RetryPeriod: 100 * time.Millisecond, ReleaseOnCancel: true,
				Callbacks: leaderelection.LeaderCallbacks{
					OnStartedLeading: func(context.Context) { said <- name + " leads" },
					OnStoppedLeading: func() { said <- name + " stops" },
				},
			})
			if err != nil {
				return nil, err
			}
			ctx, stop := context.WithCancel(ctx)
			go elector.Run(ctx)
			return stop, nil
		}
		hear := func(expected string) error {
			select {
			case what := <-said:
				return wanted(what == expected, "wanted %s, heard %s", expected, what)
			case <-ctx.Done():
				return fmt.Errorf("never heard that %s", expected)
			}
		}
		stopFirst, err := candidate("first")
		if err != nil {
			return err
		}
		defer stopFirst()
		if err := hear("first leads"); err != nil {
			return err
		}
		stopSecond, err := candidate("second")
		if err != nil {
			return err
		}
		defer stopSecond()
		stopFirst()
		if err := errors.Join(hear("first stops"), hear("second leads")); err != nil {
			return err
		}
		lease, err := s.typed.CoordinationV1().Leases(ns).Get(ctx, "boss", metav1.GetOptions{})
		if err != nil {
			return err
		}
		holder, changes := lease.Spec.HolderIdentity, lease.Spec.LeaseTransitions
		stopSecond()
		return errors.Join(
			wanted(holder != nil && *holder == "second", "held by %v", holder),
			wanted(changes != nil && *changes > 0, "changed hands %v times", changes),
			hear("second stops"),
		)
	})
}
