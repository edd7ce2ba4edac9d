// Command go-fields is a development tool: it writes down what Go's structs of the Kubernetes API say of themselves
// (`fields`), and objects in both encodings as Go's own serialisers write them (`golden`). Nobody who builds or tests the
// Rust code needs it.
package main

import (
	"bufio"
	"fmt"
	"os"
	"strconv"

	admissionv1 "k8s.io/api/admission/v1"
	apidiscoveryv2 "k8s.io/api/apidiscovery/v2"
	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	apiregistrationv1 "k8s.io/kube-aggregator/pkg/apis/apiregistration/v1"
)

func everything() *runtime.Scheme {
	all := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{
		scheme.AddToScheme, apiextensionsv1.AddToScheme, apiregistrationv1.AddToScheme, admissionv1.AddToScheme,
		apidiscoveryv2.AddToScheme,
	} {
		if err := add(all); err != nil {
			fail(err)
		}
	}
	return all
}

func main() {
	out := bufio.NewWriter(os.Stdout)
	defer out.Flush()
	switch {
	case len(os.Args) == 2 && os.Args[1] == "fields":
		writeFields(out, everything())
	case len(os.Args) == 3 && os.Args[1] == "golden":
		seed, err := strconv.ParseUint(os.Args[2], 10, 64)
		if err != nil {
			fail(err)
		}
		writeGolden(out, everything(), seed)
	default:
		fail(fmt.Errorf("usage: go-fields fields | go-fields golden <seed>"))
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}
