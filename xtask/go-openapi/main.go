// Prints what Kubernetes' own generator knows of its API types, as OpenAPI schemas by name. See ../data/README.md.
package main

import (
	"encoding/json"
	"os"

	"lookglass.example/go-openapi/generated"

	"k8s.io/kube-openapi/pkg/validation/spec"
)

func main() {
	reference := func(name string) spec.Ref { return spec.MustCreateRef("#/components/schemas/" + name) }
	schemas := map[string]spec.Schema{}
	for name, definition := range generated.GetOpenAPIDefinitions(reference) {
		schemas[name] = definition.Schema
	}
	if err := json.NewEncoder(os.Stdout).Encode(schemas); err != nil {
		panic(err)
	}
}
