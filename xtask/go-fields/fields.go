package main

import (
	"encoding/json"
	"fmt"
	"io"
	"reflect"
	"sort"
	"strconv"
	"strings"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// What the columns mean stands in the output's "format" line.
const format = "messages: {n: OpenAPI-like name, g: Go package path, p: 0 when Go has no protobuf for it, " +
	"j: Go has its own JSON marshaller, w: wrapper (JSON is the bare list of field 1 'items'), f: rows in Go struct order " +
	"(= Go's JSON key order)}. Row: [protobuf number (0 = not in protobuf; taken from the struct tag), JSON name ('' = " +
	"flattened when flags has i, not in JSON otherwise), wire kind (derived from the Go kind: tags of some 80 fields name a " +
	"wrong one), Go kind or message name, shape (o one, p pointer, l list, m map with string keys), flags (e omitempty, " +
	"z omitzero, i inline), patchStrategy, patchMergeKey, protobuf name when it differs from the JSON name]; trailing empty " +
	"cells are cut. kinds: [group, version, kind, message, l when it is a list]; metaKinds: kinds of meta v1 that are " +
	"registered under every group version."

// The types whose JSON and protobuf are not those of their fields.
var specials = map[reflect.Type]string{
	reflect.TypeFor[metav1.Time]():                                  "time",
	reflect.TypeFor[metav1.MicroTime]():                             "microTime",
	reflect.TypeFor[resource.Quantity]():                            "quantity",
	reflect.TypeFor[intstr.IntOrString]():                           "intOrString",
	reflect.TypeFor[runtime.RawExtension]():                         "rawExtension",
	reflect.TypeFor[metav1.FieldsV1]():                              "fieldsV1",
	reflect.TypeFor[apiextensionsv1.JSON]():                         "json",
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrArray]():       "schemaOrArray",
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrBool]():        "schemaOrBool",
	reflect.TypeFor[apiextensionsv1.JSONSchemaPropsOrStringArray](): "schemaOrStringArray",
}

type message struct {
	Name       string  `json:"n"`
	Package    string  `json:"g"`
	NoProtobuf *int    `json:"p,omitempty"`
	OwnJSON    int     `json:"j,omitempty"`
	Wrapper    int     `json:"w,omitempty"`
	Rows       [][]any `json:"f"`
}

type collector struct{ messages map[reflect.Type]*message }

func writeFields(out io.Writer, all *runtime.Scheme) {
	c := collector{map[reflect.Type]*message{}}
	var kinds, metaKinds [][]any
	everywhere := map[string]reflect.Type{}
	for gvk, t := range all.AllKnownTypes() {
		if gvk.Version == runtime.APIVersionInternal {
			continue
		}
		meta := strings.HasPrefix(t.PkgPath(), "k8s.io/apimachinery/")
		name := c.message(t)
		if meta && (gvk.Group != "" || t.Name() != "List") {
			everywhere[gvk.Kind] = t
			continue
		}
		kind := []any{gvk.Group, gvk.Version, gvk.Kind, name}
		if strings.HasSuffix(gvk.Kind, "List") {
			kind = append(kind, "l")
		}
		kinds = append(kinds, kind)
	}
	// Served by every API server, though no group registers them under its own version.
	for _, object := range []any{
		&metav1.PartialObjectMetadata{}, &metav1.PartialObjectMetadataList{}, &metav1.Table{}, &metav1.TableOptions{},
		&metav1.List{}, &metav1.APIGroup{}, &metav1.APIGroupList{}, &metav1.APIResourceList{}, &metav1.APIVersions{},
		&metav1.Status{}, &metav1.WatchEvent{}, &runtime.Unknown{},
	} {
		t := reflect.TypeOf(object).Elem()
		c.message(t)
		if t.PkgPath() == reflect.TypeFor[metav1.Status]().PkgPath() {
			everywhere[t.Name()] = t
		}
	}
	for kind, t := range everywhere {
		metaKinds = append(metaKinds, []any{kind, c.message(t)})
	}
	var messages []any
	for _, t := range c.sorted() {
		messages = append(messages, c.messages[t])
	}
	fmt.Fprintf(out, "{\"source\":%s,\n\"format\":%s,\n", line(
		"Facts (names, numbers, kinds, patch directives) extracted by reflection from the struct tags of Kubernetes' "+
			"Apache-2.0 licensed API types: k8s.io/api and apimachinery as registered in client-go's scheme, plus "+
			"apiextensions v1, kube-aggregator v1, admission v1, apidiscovery v2 and the meta v1 kinds that every group has."),
		line(format))
	section(out, "kinds", kinds, ",")
	section(out, "metaKinds", metaKinds, ",")
	fmt.Fprintf(out, "\"messages\":[\n")
	for i, m := range messages {
		fmt.Fprintf(out, "%s%s\n", line(m), comma(i, len(messages)))
	}
	fmt.Fprintf(out, "]}\n")
}

func section(out io.Writer, name string, rows [][]any, end string) {
	sort.Slice(rows, func(a, b int) bool { return line(rows[a]) < line(rows[b]) })
	fmt.Fprintf(out, "%q:[\n", name)
	for i, row := range rows {
		fmt.Fprintf(out, "%s%s\n", line(row), comma(i, len(rows)))
	}
	fmt.Fprintf(out, "]%s\n", end)
}

func comma(i, length int) string {
	if i == length-1 {
		return ""
	}
	return ","
}

func line(value any) string {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	must(encoder.Encode(value))
	return strings.TrimSpace(text.String())
}

func (c collector) sorted() []reflect.Type {
	var types []reflect.Type
	for t := range c.messages {
		types = append(types, t)
	}
	sort.Slice(types, func(a, b int) bool { return c.messages[types[a]].Name < c.messages[types[b]].Name })
	return types
}

// apiName turns k8s.io/api/core/v1 PodSpec into io.k8s.api.core.v1.PodSpec.
func apiName(t reflect.Type) string {
	parts := strings.Split(t.PkgPath(), "/")
	host := strings.Split(parts[0], ".")
	for a, b := 0, len(host)-1; a < b; a, b = a+1, b-1 {
		host[a], host[b] = host[b], host[a]
	}
	return strings.Join(append(append(host, parts[1:]...), t.Name()), ".")
}

func (c collector) message(t reflect.Type) string {
	if m, ok := c.messages[t]; ok {
		return m.Name
	}
	m := &message{Name: apiName(t), Package: t.PkgPath(), Rows: [][]any{}}
	c.messages[t] = m
	if _, ok := reflect.PointerTo(t).MethodByName("Marshal"); !ok {
		m.NoProtobuf = new(int)
	}
	if t.Kind() == reflect.Slice {
		m.Wrapper = 1
		_, kind, _ := c.kind(t.Elem())
		m.Rows = append(m.Rows, []any{1, "", "bytes", kind, "l", "", "", "", "items"})
		return m.Name
	}
	if t.Implements(reflect.TypeFor[json.Marshaler]()) {
		m.OwnJSON = 1
	}
	for i := range t.NumField() {
		field := t.Field(i)
		unseen := field.Tag.Get("json") == "-" && field.Tag.Get("protobuf") == ""
		if field.IsExported() && !unseen {
			m.Rows = append(m.Rows, c.row(field))
		}
	}
	return m.Name
}

func (c collector) row(field reflect.StructField) []any {
	tag := strings.Split(field.Tag.Get("json"), ",")
	name, flags, number, protoName := tag[0], "", 0, ""
	inline := name == "" && field.Anonymous
	for _, option := range tag[1:] {
		switch option {
		case "omitempty":
			flags += "e"
		case "omitzero":
			flags += "z"
		case "inline":
			inline = true
		}
	}
	if proto := strings.Split(field.Tag.Get("protobuf"), ","); len(proto) > 1 {
		parsed, err := strconv.Atoi(proto[1])
		must(err)
		number = parsed
		for _, option := range proto {
			if other, ok := strings.CutPrefix(option, "name="); ok && other != name && !inline {
				protoName = other
			}
		}
	}
	if inline {
		flags += "i"
		name = ""
	} else if name == "-" {
		name = ""
	} else if name == "" {
		name = field.Name
	}
	wire, kind, shape := c.kind(field.Type)
	if number == 0 {
		wire = ""
	}
	row := []any{number, name, wire, kind, shape, flags, field.Tag.Get("patchStrategy"), field.Tag.Get("patchMergeKey"), protoName}
	for len(row) > 5 && row[len(row)-1] == "" {
		row = row[:len(row)-1]
	}
	return row
}

// kind gives wire kind, Go kind or message name, and shape.
func (c collector) kind(t reflect.Type) (string, string, string) {
	if special, ok := specials[t]; ok {
		return "bytes", special, "o"
	}
	switch t.Kind() {
	case reflect.Pointer:
		wire, kind, _ := c.kind(t.Elem())
		return wire, kind, "p"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes", "bytes", "o"
		}
		if _, ok := reflect.PointerTo(t).MethodByName("Marshal"); ok {
			return "bytes", c.message(t), "o"
		}
		wire, kind, _ := c.kind(t.Elem())
		return wire, kind, "l"
	case reflect.Map:
		_, kind, _ := c.kind(t.Elem())
		return "bytes", kind, "m"
	case reflect.Struct:
		return "bytes", c.message(t), "o"
	case reflect.String:
		return "bytes", "string", "o"
	case reflect.Bool, reflect.Int32, reflect.Int64:
		return "varint", t.Kind().String(), "o"
	case reflect.Float64:
		return "fixed64", "float64", "o"
	case reflect.Interface:
		return "bytes", "interface", "o"
	}
	fail(fmt.Errorf("no kind for %v", t))
	return "", "", ""
}
