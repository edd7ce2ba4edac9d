//go:build ignore

// Writes go-decode.jsonl; go-words.md says how.
package main

import (
	"encoding/json"
	"math/rand"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	kjson "k8s.io/apimachinery/pkg/runtime/serializer/json"
)

type line struct {
	Of     string   `json:"of"`
	Input  string   `json:"input"`
	Says   string   `json:"says"`
	Strict []string `json:"strict,omitempty"`
	Result string   `json:"result,omitempty"`
}

func main() {
	s := runtime.NewScheme()
	corev1.AddToScheme(s)
	appsv1.AddToScheme(s)
	ser := kjson.NewSerializerWithOptions(kjson.DefaultMetaFactory, s, s, kjson.SerializerOptions{Strict: true})
	r := rand.New(rand.NewSource(11))
	seeds := []string{
		`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p","labels":{"a":"b"},"creationTimestamp":"2026-11-21T02:46:32Z","generation":3,"ownerReferences":[{"kind":"X","controller":true}]},"spec":{"containers":[{"name":"c","image":"i","ports":[{"containerPort":80}],"resources":{"limits":{"cpu":"1","memory":"1Gi"}},"env":[{"name":"A","value":"1"}],"livenessProbe":{"httpGet":{"port":"http"}}}],"volumes":[{"name":"v","emptyDir":{"sizeLimit":"1Gi"}}],"nodeSelector":{"x":"y"},"terminationGracePeriodSeconds":30}}`,
		`{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"replicas":1,"selector":{"matchLabels":{"a":"b"},"matchExpressions":[{"key":"k","operator":"In","values":["v"]}]},"strategy":{"rollingUpdate":{"maxSurge":"25%","maxUnavailable":1}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c"}]}}}}`,
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"aGk="},"stringData":{"x":"y"},"type":"Opaque"}`,
		`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"c","annotations":{"a":"b"}},"data":{"k":"v"},"binaryData":{"b":"aGk="},"immutable":true}`,
	}
	enc := json.NewEncoder(os.Stdout)
	enc.SetEscapeHTML(false)
	bad := []interface{}{nil, true, 1, -1.5, "x", "", []interface{}{}, []interface{}{1}, map[string]interface{}{}, map[string]interface{}{"z": 1}, 3000000000, "1Gi", "99999"}
	var mutate func(v interface{}, top bool) interface{}
	mutate = func(v interface{}, top bool) interface{} {
		switch x := v.(type) {
		case map[string]interface{}:
			keys := []string{}
			for k := range x {
				if top && (k == "kind" || k == "apiVersion") {
					continue
				}
				keys = append(keys, k)
			}
			if len(keys) == 0 || r.Intn(8) == 0 {
				x["unknown"] = bad[r.Intn(len(bad))]
				return x
			}
			// map order is random
			min := keys[0]
			n := r.Intn(len(keys))
			for i := 0; i <= n; i++ {
				min = ""
				for _, k := range keys {
					if (min == "" || k < min) && k > func() string {
						if i == 0 {
							return ""
						}
						return lastKey
					}() {
						min = k
					}
				}
				lastKey = min
			}
			k := min
			if r.Intn(6) == 0 {
				x[k] = bad[r.Intn(len(bad))]
			} else {
				x[k] = mutate(x[k], false)
			}
			return x
		case []interface{}:
			if len(x) == 0 || r.Intn(8) == 0 {
				return append(x, bad[r.Intn(len(bad))])
			}
			i := r.Intn(len(x))
			x[i] = mutate(x[i], false)
			return x
		default:
			return bad[r.Intn(len(bad))]
		}
	}
	for i := 0; i < 4000; i++ {
		seed := seeds[r.Intn(len(seeds))]
		var v map[string]interface{}
		json.Unmarshal([]byte(seed), &v)
		kind := v["kind"].(string)
		mutate(v, true)
		in, _ := json.Marshal(v)
		obj, _, err := ser.Decode(in, nil, nil)
		l := line{Of: kind, Input: string(in)}
		if err != nil {
			if st, ok := runtime.AsStrictDecodingError(err); ok && obj != nil {
				for _, e := range st.Errors() {
					l.Strict = append(l.Strict, e.Error())
				}
			} else {
				l.Says = err.Error()
			}
		}
		if l.Says == "" {
			out, _ := json.Marshal(obj)
			l.Result = string(out)
		}
		enc.Encode(l)
	}
}

var lastKey string
