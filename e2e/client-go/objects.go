package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	appsv1 "k8s.io/api/apps/v1"
	authenticationv1 "k8s.io/api/authentication/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/wait"
	"k8s.io/client-go/util/retry"
)

func newNamespace(base string) *corev1.Namespace {
	return &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: base + "-"}}
}

func newConfigMap(name string, data map[string]string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: data}
}

func newPod(name string) *corev1.Pod {
	return &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: map[string]string{"app": name}},
		Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "example.com/main:1"}}},
	}
}

func newDeployment(name string, replicas int32) *appsv1.Deployment {
	labels := map[string]string{"app": name}
	return &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels, Annotations: map[string]string{"note": "ümläut \x01 \"quoted\" <&>"}},
		Spec: appsv1.DeploymentSpec{
			Replicas: &replicas,
			Selector: &metav1.LabelSelector{MatchLabels: labels},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: labels},
				Spec: corev1.PodSpec{
					NodeSelector: map[string]string{"disk": "fast"},
					Containers: []corev1.Container{{
						Name:    "main",
						Image:   "example.com/main:1",
						Command: []string{"run", "--all"},
						Ports:   []corev1.ContainerPort{{Name: "http", ContainerPort: 8080, Protocol: corev1.ProtocolTCP}},
						Env:     []corev1.EnvVar{{Name: "EMPTY"}, {Name: "FULL", Value: "yes"}},
						Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{
							corev1.ResourceCPU:    resource.MustParse("250m"),
							corev1.ResourceMemory: resource.MustParse("64Mi"),
						}},
						ReadinessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
							HTTPGet: &corev1.HTTPGetAction{Path: "/ready", Port: intstr.FromString("http")},
						}},
						LivenessProbe: &corev1.Probe{ProbeHandler: corev1.ProbeHandler{
							TCPSocket: &corev1.TCPSocketAction{Port: intstr.FromInt32(8080)},
						}},
					}},
				},
			},
		},
	}
}

// wanted is an error unless the condition holds.
func wanted(holds bool, format string, a ...any) error {
	if holds {
		return nil
	}
	return fmt.Errorf(format, a...)
}

// objects checks the typed clients, object by object.
func (s *suite) objects() {
	var ns string
	var made *corev1.ConfigMap

	s.check("create a namespace with a generated name", func(ctx context.Context) error {
		before := s.asked.count()
		got, err := s.typed.CoreV1().Namespaces().Create(ctx, newNamespace("objects"), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		ns = got.Name
		asked := s.asked.since(before)[0]
		return errors.Join(
			wanted(strings.HasPrefix(ns, "objects-") && len(ns) == len("objects-")+5, "name %q", ns),
			wanted(got.Status.Phase == corev1.NamespaceActive, "phase %q", got.Status.Phase),
			wanted(got.Labels["kubernetes.io/metadata.name"] == ns, "labels %v", got.Labels),
			wanted(len(got.Spec.Finalizers) == 1 && got.Spec.Finalizers[0] == corev1.FinalizerKubernetes, "finalizers %v", got.Spec.Finalizers),
			wanted(asked.code == 201 && asked.body == asked.answer && asked.body == "application/vnd.kubernetes.protobuf", "%+v", asked),
		)
	})
	maps := s.typed.CoreV1().ConfigMaps(ns)

	s.check("create", func(ctx context.Context) (err error) {
		made, err = maps.Create(ctx, newConfigMap("one", map[string]string{"a": "1"}), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		age := time.Since(made.CreationTimestamp.Time)
		return errors.Join(
			wanted(made.UID != "" && made.ResourceVersion != "" && made.Namespace == ns, "%+v", made.ObjectMeta),
			wanted(age > -2*time.Second && age < time.Minute, "made %v ago", age),
		)
	})
	s.check("get what was created, also in JSON", func(ctx context.Context) error {
		got, err := maps.Get(ctx, "one", metav1.GetOptions{})
		if err != nil {
			return err
		}
		json, err := s.json.CoreV1().ConfigMaps(ns).Get(ctx, "one", metav1.GetOptions{})
		if err != nil {
			return err
		}
		// A JSON answer says its kind, which a typed client keeps.
		json.TypeMeta = metav1.TypeMeta{}
		return errors.Join(
			wanted(equality.Semantic.DeepEqual(got, made), "got %+v, made %+v", got, made),
			wanted(equality.Semantic.DeepEqual(json, made), "in JSON %+v, made %+v", json, made),
		)
	})
	s.check("update", func(ctx context.Context) error {
		changed := made.DeepCopy()
		changed.Data["a"] = "2"
		got, err := maps.Update(ctx, changed, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(got.Data["a"] == "2" && got.UID == made.UID, "%+v", got),
			wanted(got.ResourceVersion != made.ResourceVersion, "the version stays %s", got.ResourceVersion),
		)
	})
	s.check("a stale update is a conflict", func(ctx context.Context) error {
		stale := made.DeepCopy()
		stale.Data["a"] = "3"
		_, err := maps.Update(ctx, stale, metav1.UpdateOptions{})
		return errors.Join(
			wanted(apierrors.IsConflict(err), "%v", err),
			wanted(strings.Contains(fmt.Sprint(err), "the object has been modified; please apply your changes to the latest version"), "%v", err),
		)
	})
	s.check("an update that changes nothing keeps the version", func(ctx context.Context) error {
		before, err := maps.Get(ctx, "one", metav1.GetOptions{})
		if err != nil {
			return err
		}
		after, err := maps.Update(ctx, before, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		return wanted(after.ResourceVersion == before.ResourceVersion, "%s then %s", before.ResourceVersion, after.ResourceVersion)
	})
	s.check("merge patch", func(ctx context.Context) error {
		got, err := maps.Patch(ctx, "one", types.MergePatchType, []byte(`{"data":{"a":null,"b":"x"}}`), metav1.PatchOptions{})
		if err != nil {
			return err
		}
		return wanted(len(got.Data) == 1 && got.Data["b"] == "x", "%v", got.Data)
	})
	s.check("JSON patch", func(ctx context.Context) error {
		patch := []byte(`[{"op":"test","path":"/data/b","value":"x"},{"op":"add","path":"/data/c","value":"y"}]`)
		got, err := maps.Patch(ctx, "one", types.JSONPatchType, patch, metav1.PatchOptions{})
		if err != nil {
			return err
		}
		_, failing := maps.Patch(ctx, "one", types.JSONPatchType, patch[:len(patch)-1], metav1.PatchOptions{})
		_, untrue := maps.Patch(ctx, "one", types.JSONPatchType, []byte(`[{"op":"test","path":"/data/b","value":"z"}]`), metav1.PatchOptions{})
		return errors.Join(
			wanted(got.Data["b"] == "x" && got.Data["c"] == "y", "%v", got.Data),
			wanted(apierrors.IsBadRequest(failing), "half a patch: %v", failing),
			wanted(apierrors.IsInvalid(untrue), "a test that fails: %v", untrue),
		)
	})
	s.check("a patch with a stale version is a conflict", func(ctx context.Context) error {
		patch := fmt.Sprintf(`{"metadata":{"resourceVersion":%q},"data":{"z":"z"}}`, made.ResourceVersion)
		_, err := maps.Patch(ctx, "one", types.MergePatchType, []byte(patch), metav1.PatchOptions{})
		return wanted(apierrors.IsConflict(err), "%v", err)
	})
	s.check("the errors have their reasons", func(ctx context.Context) error {
		_, absent := maps.Get(ctx, "none", metav1.GetOptions{})
		_, again := maps.Create(ctx, newConfigMap("one", nil), metav1.CreateOptions{})
		_, invalid := maps.Create(ctx, newConfigMap("Not_A_Name", nil), metav1.CreateOptions{})
		_, homeless := s.typed.CoreV1().ConfigMaps("nowhere").Create(ctx, newConfigMap("one", nil), metav1.CreateOptions{})
		versioned := newConfigMap("versioned", nil)
		versioned.ResourceVersion = "7"
		_, set := maps.Create(ctx, versioned, metav1.CreateOptions{})
		_, gone := maps.Update(ctx, newConfigMap("none", nil), metav1.UpdateOptions{})
		return errors.Join(
			wanted(apierrors.IsNotFound(absent) && absent.Error() == `configmaps "none" not found`, "get: %v", absent),
			wanted(apierrors.IsAlreadyExists(again) && again.Error() == `configmaps "one" already exists`, "create again: %v", again),
			wanted(apierrors.IsInvalid(invalid), "a bad name: %v", invalid),
			wanted(apierrors.IsNotFound(homeless) && homeless.Error() == `namespaces "nowhere" not found`, "no namespace: %v", homeless),
			wanted(set != nil && strings.Contains(set.Error(), "resourceVersion should not be set on objects to be created"), "with a version: %v", set),
			wanted(apierrors.IsNotFound(gone), "update: %v", gone),
		)
	})
	s.check("dry run stores nothing", func(ctx context.Context) error {
		got, err := maps.Create(ctx, newConfigMap("dry", nil), metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}})
		if err != nil {
			return err
		}
		_, absent := maps.Get(ctx, "dry", metav1.GetOptions{})
		return errors.Join(
			wanted(got.UID != "" && got.ResourceVersion == "", "%+v", got.ObjectMeta),
			wanted(apierrors.IsNotFound(absent), "%v", absent),
		)
	})
	s.check("delete, with preconditions and without", func(ctx context.Context) error {
		other := types.UID("11111111-2222-3333-4444-555555555555")
		refused := maps.Delete(ctx, "one", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &other}})
		if err := maps.Delete(ctx, "one", metav1.DeleteOptions{Preconditions: &metav1.Preconditions{UID: &made.UID}}); err != nil {
			return err
		}
		absent := maps.Delete(ctx, "one", metav1.DeleteOptions{})
		return errors.Join(
			wanted(apierrors.IsConflict(refused), "another uid: %v", refused),
			wanted(apierrors.IsNotFound(absent), "again: %v", absent),
		)
	})
	s.check("a finalizer holds what is deleted", func(ctx context.Context) error {
		held := newConfigMap("held", nil)
		held.Finalizers = []string{"example.com/hold"}
		if _, err := maps.Create(ctx, held, metav1.CreateOptions{}); err != nil {
			return err
		}
		if err := maps.Delete(ctx, "held", metav1.DeleteOptions{}); err != nil {
			return err
		}
		got, err := maps.Get(ctx, "held", metav1.GetOptions{})
		if err != nil {
			return err
		}
		marked := got.DeletionTimestamp != nil
		got.Finalizers = nil
		if _, err := maps.Update(ctx, got, metav1.UpdateOptions{}); err != nil {
			return err
		}
		_, absent := maps.Get(ctx, "held", metav1.GetOptions{})
		return errors.Join(wanted(marked, "no deletionTimestamp"), wanted(apierrors.IsNotFound(absent), "%v", absent))
	})
	s.check("deletecollection takes what the selector names", func(ctx context.Context) error {
		for name, colour := range map[string]string{"r1": "red", "r2": "red", "b1": "blue"} {
			one := newConfigMap(name, nil)
			one.Labels = map[string]string{"colour": colour}
			if _, err := maps.Create(ctx, one, metav1.CreateOptions{}); err != nil {
				return err
			}
		}
		if err := maps.DeleteCollection(ctx, metav1.DeleteOptions{}, metav1.ListOptions{LabelSelector: "colour=red"}); err != nil {
			return err
		}
		left, err := maps.List(ctx, metav1.ListOptions{LabelSelector: "colour"})
		if err != nil {
			return err
		}
		return wanted(len(left.Items) == 1 && left.Items[0].Name == "b1", "%d left", len(left.Items))
	})
	s.check("a Deployment is the same by protobuf, by JSON and by the dynamic client", func(ctx context.Context) error {
		made, err := s.typed.AppsV1().Deployments(ns).Create(ctx, newDeployment("web", 3), metav1.CreateOptions{})
		if err != nil {
			return err
		}
		json, err := s.json.AppsV1().Deployments(ns).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		json.TypeMeta = metav1.TypeMeta{}
		second := newDeployment("web-json", 3)
		second.Spec = json.Spec
		again, err := s.json.AppsV1().Deployments(ns).Create(ctx, second, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		loose, err := s.dynamic.Resource(appsv1.SchemeGroupVersion.WithResource("deployments")).Namespace(ns).Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		note, _, _ := unstructured.NestedString(loose.Object, "metadata", "annotations", "note")
		return errors.Join(
			wanted(made.Generation == 1, "generation %d", made.Generation),
			wanted(equality.Semantic.DeepEqual(made, json), "protobuf %+v\nJSON %+v", made, json),
			wanted(equality.Semantic.DeepEqual(again.Spec, made.Spec), "sent in JSON %+v", again.Spec),
			wanted(loose.GroupVersionKind() == appsv1.SchemeGroupVersion.WithKind("Deployment"), "%v", loose.GroupVersionKind()),
			wanted(note == made.Annotations["note"], "annotation %q", note),
		)
	})
	s.check("the status is a matter of its own", func(ctx context.Context) error {
		deployments := s.typed.AppsV1().Deployments(ns)
		got, err := deployments.Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		got.Status.ReadyReplicas = 2
		*got.Spec.Replicas = 9
		after, err := deployments.UpdateStatus(ctx, got, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		wish := after.DeepCopy()
		*wish.Spec.Replicas = 4
		wish.Status.ReadyReplicas = 7
		scaled, err := deployments.Update(ctx, wish, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(after.Generation == 1 && after.Status.ReadyReplicas == 2, "generation %d, ready %d", after.Generation, after.Status.ReadyReplicas),
			wanted(scaled.Generation == 2 && *scaled.Spec.Replicas == 4 && scaled.Status.ReadyReplicas == 2,
				"generation %d, replicas %d, ready %d", scaled.Generation, *scaled.Spec.Replicas, scaled.Status.ReadyReplicas),
		)
	})
	s.check("scale", func(ctx context.Context) error {
		deployments := s.typed.AppsV1().Deployments(ns)
		scale, err := deployments.GetScale(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		scale.Spec.Replicas = 5
		if _, err = deployments.UpdateScale(ctx, "web", scale, metav1.UpdateOptions{}); err != nil {
			return err
		}
		got, err := deployments.Get(ctx, "web", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(scale.Status.Selector == "app=web", "selector %q", scale.Status.Selector),
			wanted(*got.Spec.Replicas == 5, "replicas %d", *got.Spec.Replicas),
		)
	})
	s.check("secrets keep their bytes, leases their microseconds", func(ctx context.Context) error {
		bytes := make([]byte, 256)
		for i := range bytes {
			bytes[i] = byte(i)
		}
		secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "bytes"}, Data: map[string][]byte{"all": bytes, "none": {}}}
		if _, err := s.typed.CoreV1().Secrets(ns).Create(ctx, secret, metav1.CreateOptions{}); err != nil {
			return err
		}
		got, err := s.json.CoreV1().Secrets(ns).Get(ctx, "bytes", metav1.GetOptions{})
		if err != nil {
			return err
		}
		now := metav1.NewMicroTime(time.Unix(1_700_000_000, 123_456_000))
		lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "tick"}, Spec: coordinationv1.LeaseSpec{RenewTime: &now}}
		ticked, err := s.typed.CoordinationV1().Leases(ns).Create(ctx, lease, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		inJSON, err := s.json.CoordinationV1().Leases(ns).Get(ctx, "tick", metav1.GetOptions{})
		if err != nil {
			return err
		}
		return errors.Join(
			wanted(string(got.Data["all"]) == string(bytes) && len(got.Data["none"]) == 0 && len(got.Data) == 2, "%v", got.Data),
			wanted(ticked.Spec.RenewTime.Equal(&now) && inJSON.Spec.RenewTime.Equal(&now), "%v, %v", ticked.Spec.RenewTime, inJSON.Spec.RenewTime),
		)
	})
	s.check("an update may create a Lease, not a ConfigMap, and a Lease needs its version", func(ctx context.Context) error {
		leases := s.typed.CoordinationV1().Leases(ns)
		lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Name: "put"}}
		made, err := leases.Update(ctx, lease, metav1.UpdateOptions{})
		if err != nil {
			return err
		}
		_, blind := leases.Update(ctx, lease, metav1.UpdateOptions{})
		return errors.Join(
			wanted(made.UID != "", "%+v", made.ObjectMeta),
			wanted(apierrors.IsInvalid(blind), "without a version: %v", blind),
		)
	})
	s.check("reviews of oneself", func(ctx context.Context) error {
		who, err := s.typed.AuthenticationV1().SelfSubjectReviews().Create(ctx, &authenticationv1.SelfSubjectReview{}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		may, err := s.typed.AuthorizationV1().SelfSubjectAccessReviews().Create(ctx, &authorizationv1.SelfSubjectAccessReview{
			Spec: authorizationv1.SelfSubjectAccessReviewSpec{
				ResourceAttributes: &authorizationv1.ResourceAttributes{Verb: "create", Resource: "pods", Namespace: ns},
			},
		}, metav1.CreateOptions{})
		if err != nil {
			return err
		}
		return errors.Join(wanted(who.Status.UserInfo.Username != "", "no name"), wanted(may.Status.Allowed, "may not"))
	})
	s.check("a custom resource that is not there is not found", func(ctx context.Context) error {
		gvr := schema.GroupVersionResource{Group: "example.com", Version: "v1", Resource: "widgets"}
		_, err := s.dynamic.Resource(gvr).Namespace(ns).List(ctx, metav1.ListOptions{})
		return wanted(apierrors.IsNotFound(err), "%v", err)
	})
	s.check("strategic merge patch merges by name, or is refused with 415", func(ctx context.Context) error {
		patch := []byte(`{"spec":{"template":{"spec":{"containers":[{"name":"side","image":"example.com/side:1"}]}}}}`)
		got, err := s.typed.AppsV1().Deployments(ns).Patch(ctx, "web", types.StrategicMergePatchType, patch, metav1.PatchOptions{})
		if apierrors.IsUnsupportedMediaType(err) {
			return nil
		}
		if err != nil {
			return err
		}
		return wanted(len(got.Spec.Template.Spec.Containers) == 2, "%+v", got.Spec.Template.Spec.Containers)
	})
	s.check("RetryOnConflict: eight writers count to eighty", func(ctx context.Context) error {
		if _, err := maps.Create(ctx, newConfigMap("count", map[string]string{"n": "0"}), metav1.CreateOptions{}); err != nil {
			return err
		}
		many := wait.Backoff{Steps: 1000, Duration: time.Millisecond, Factor: 1, Jitter: 1}
		errs := make([]error, 8)
		var writers sync.WaitGroup
		for writer := range errs {
			writers.Go(func() {
				for range 10 {
					errs[writer] = errors.Join(errs[writer], retry.RetryOnConflict(many, func() error {
						got, err := maps.Get(ctx, "count", metav1.GetOptions{})
						if err != nil {
							return err
						}
						var n int
						if _, err := fmt.Sscan(got.Data["n"], &n); err != nil {
							return err
						}
						got.Data["n"] = fmt.Sprint(n + 1)
						_, err = maps.Update(ctx, got, metav1.UpdateOptions{})
						return err
					}))
				}
			})
		}
		writers.Wait()
		got, err := maps.Get(ctx, "count", metav1.GetOptions{})
		if err = errors.Join(append(errs, err)...); err != nil {
			return err
		}
		return wanted(got.Data["n"] == "80", "%s", got.Data["n"])
	})
	s.check("pods: status, and lists by node and phase", func(ctx context.Context) error {
		pods := s.typed.CoreV1().Pods(ns)
		for _, name := range []string{"p1", "p2"} {
			if _, err := pods.Create(ctx, newPod(name), metav1.CreateOptions{}); err != nil {
				return err
			}
		}
		bound := &corev1.Binding{ObjectMeta: metav1.ObjectMeta{Name: "p1"}, Target: corev1.ObjectReference{Kind: "Node", Name: "node-1"}}
		binding := pods.Bind(ctx, bound, metav1.CreateOptions{})
		got, err := pods.Get(ctx, "p2", metav1.GetOptions{})
		if err != nil {
			return err
		}
		got.Status.Phase = corev1.PodRunning
		got.Status.PodIP = "10.0.0.7"
		if _, err := pods.UpdateStatus(ctx, got, metav1.UpdateOptions{}); err != nil {
			return err
		}
		running, err := pods.List(ctx, metav1.ListOptions{FieldSelector: "status.phase=Running"})
		if err != nil {
			return err
		}
		free, err := pods.List(ctx, metav1.ListOptions{FieldSelector: "spec.nodeName=,metadata.name=p2"})
		if err != nil {
			return err
		}
		_, unknown := pods.List(ctx, metav1.ListOptions{FieldSelector: "spec.colour=red"})
		return errors.Join(
			wanted(binding == nil || apierrors.IsNotFound(binding), "bind: %v", binding),
			wanted(len(running.Items) == 1 && running.Items[0].Name == "p2", "%d run", len(running.Items)),
			wanted(len(free.Items) == 1, "%d free", len(free.Items)),
			wanted(apierrors.IsBadRequest(unknown), "unknown field: %v", unknown),
		)
	})
	s.check("a namespace goes with what is in it", func(ctx context.Context) error {
		doomed, err := s.namespace(ctx, "doomed")
		if err != nil {
			return err
		}
		if _, err := s.typed.CoreV1().ConfigMaps(doomed).Create(ctx, newConfigMap("inside", nil), metav1.CreateOptions{}); err != nil {
			return err
		}
		if err := s.typed.CoreV1().Namespaces().Delete(ctx, doomed, metav1.DeleteOptions{}); err != nil {
			return err
		}
		return wait.PollUntilContextCancel(ctx, 10*time.Millisecond, true, func(ctx context.Context) (bool, error) {
			_, err := s.typed.CoreV1().Namespaces().Get(ctx, doomed, metav1.GetOptions{})
			return apierrors.IsNotFound(err), nil
		})
	})
}
