package main

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"sort"
	"strings"
	"time"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// How much of an object is filled in.
const (
	empty  = iota // nothing
	zeros         // every pointer set, at a zero value; every list and map empty, but there
	sparse        // about a third of everything
	full          // everything, two elements in each list and map
	modes
)

// A record: kind, apiVersion, protobuf, the JSON of what that protobuf decodes to, the protobuf of what that JSON decodes to;
// each with a big-endian length of four bytes in front.
func writeGolden(out io.Writer, all *runtime.Scheme, seed uint64) {
	toJSON := json.NewSerializerWithOptions(json.DefaultMetaFactory, all, all, json.SerializerOptions{})
	toProto := protobuf.NewSerializer(all, all)
	for _, gvk := range kindsOf(all) {
		for mode := range modes {
			object, err := all.New(gvk)
			if err != nil {
				fail(err)
			}
			fill := filler{rand.New(rand.NewPCG(seed, uint64(mode))), mode}
			fill.value(reflect.ValueOf(object).Elem(), 0)
			object.GetObjectKind().SetGroupVersionKind(gvk)
			var wire, text, again bytes.Buffer
			if err := toProto.Encode(object, &wire); err != nil {
				if mode == empty {
					fmt.Fprintln(os.Stderr, "left out:", err)
				}
				continue
			}
			// What protobuf cannot say (an empty list that is not nil) is not asked of anybody.
			must(toJSON.Encode(decode(toProto, gvk, wire.Bytes()), &text))
			must(toProto.Encode(decode(toJSON, gvk, text.Bytes()), &again))
			api, kind := gvk.ToAPIVersionAndKind()
			for _, part := range [][]byte{[]byte(kind), []byte(api), wire.Bytes(), bytes.TrimSpace(text.Bytes()), again.Bytes()} {
				must(binary.Write(out, binary.BigEndian, uint32(len(part))))
				_, err := out.Write(part)
				must(err)
			}
		}
	}
}

func decode(from runtime.Decoder, gvk schema.GroupVersionKind, data []byte) runtime.Object {
	object, _, err := from.Decode(data, &gvk, nil)
	if err != nil {
		fail(fmt.Errorf("%v: %w", gvk, err))
	}
	return object
}

func must(err error) {
	if err != nil {
		fail(err)
	}
}

func kindsOf(all *runtime.Scheme) []schema.GroupVersionKind {
	var kinds []schema.GroupVersionKind
	for gvk := range all.AllKnownTypes() {
		internal := gvk.Version == runtime.APIVersionInternal
		everywhere := strings.HasSuffix(gvk.Kind, "Options") && gvk.Group != "" && strings.Contains(
			all.AllKnownTypes()[gvk].PkgPath(), "apimachinery")
		if !internal && !everywhere {
			kinds = append(kinds, gvk)
		}
	}
	sort.Slice(kinds, func(a, b int) bool { return kinds[a].String() < kinds[b].String() })
	return kinds
}

type filler struct {
	*rand.Rand
	mode int
}

func (f filler) wanted(depth int) bool {
	switch f.mode {
	case empty:
		return false
	case sparse:
		return f.IntN(3) == 0
	}
	return depth < 12
}

var words = []string{"web-0", "a<b>&c", "quote\" and \\ back", "tab\t nl\n bell\a", "ümläut", "\u2028", "🦀", "x"}

func (f filler) text() string {
	if f.mode == zeros {
		return ""
	}
	return words[f.IntN(len(words))]
}

// value fills what is settable; schemas are the only recursive types, and get shallow quickly.
func (f filler) value(v reflect.Value, depth int) {
	if v.Kind() != reflect.Pointer && v.CanAddr() && f.special(v.Addr().Interface(), depth) {
		return
	}
	if v.Type() == reflect.TypeFor[apiextensionsv1.JSONSchemaProps]() && depth > 6 {
		v.FieldByName("Description").SetString(f.text())
		return
	}
	switch v.Kind() {
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).IsExported() && v.Type().Field(i).Type != reflect.TypeFor[metav1.TypeMeta]() {
				f.value(v.Field(i), depth+1)
			}
		}
	case reflect.Pointer:
		if f.wanted(depth) {
			v.Set(reflect.New(v.Type().Elem()))
			f.value(v.Elem(), depth)
		}
	case reflect.Slice:
		if !f.wanted(depth) {
			return
		}
		if v.Type().Elem().Kind() == reflect.Uint8 {
			v.SetBytes([]byte(f.text()))
			return
		}
		length := 2
		if f.mode == zeros {
			length = 0
		}
		if f.mode == sparse {
			length = f.IntN(3)
		}
		v.Set(reflect.MakeSlice(v.Type(), length, length))
		for i := range length {
			f.value(v.Index(i), depth+1)
		}
	case reflect.Map:
		if !f.wanted(depth) {
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		if f.mode == zeros {
			return
		}
		for _, key := range []string{"b", "a/b", "<"} {
			element := reflect.New(v.Type().Elem()).Elem()
			f.value(element, depth+1)
			v.SetMapIndex(reflect.ValueOf(key).Convert(v.Type().Key()), element)
		}
	case reflect.String:
		if f.wanted(depth) {
			v.SetString(f.text())
		}
	case reflect.Bool:
		v.SetBool(f.wanted(depth) && f.mode != zeros)
	case reflect.Int32, reflect.Int64:
		if f.wanted(depth) && f.mode != zeros {
			v.SetInt([]int64{1, -1, 80, 1<<31 - 1, -1 << 31}[f.IntN(5)])
		}
	case reflect.Float64:
		if f.wanted(depth) && f.mode != zeros {
			v.SetFloat([]float64{1, -2.5, 1e21, 1e-7, 0.1, 123456789}[f.IntN(6)])
		}
	}
}

// special fills the types whose JSON is not that of their fields.
func (f filler) special(at any, depth int) bool {
	set := f.wanted(depth) && f.mode != zeros
	raw := []byte(`{"a":[1,"<"],"b":null}`)
	switch v := at.(type) {
	case *metav1.Time:
		if set {
			v.Time = time.Unix(f.Int64N(4e9)-1e9, 0).UTC()
		}
	case *metav1.MicroTime:
		if set {
			v.Time = time.Unix(f.Int64N(4e9), f.Int64N(1e6)*1000).UTC()
		}
	case *resource.Quantity:
		if set {
			*v = resource.MustParse([]string{"1", "100m", "1Gi", "1500m", "0"}[f.IntN(5)])
		}
	case *intstr.IntOrString:
		if set {
			*v = []intstr.IntOrString{intstr.FromInt32(80), intstr.FromString("25%")}[f.IntN(2)]
		}
	case *runtime.RawExtension:
		if set {
			v.Raw = raw
		}
	case *metav1.FieldsV1:
		if set {
			v.Raw = raw
		}
	case *apiextensionsv1.JSON:
		if set {
			v.Raw = raw
		}
	case *apiextensionsv1.JSONSchemaPropsOrBool:
		if set {
			v.Allows = true
			if f.IntN(2) == 0 {
				v.Schema = &apiextensionsv1.JSONSchemaProps{}
				f.value(reflect.ValueOf(v.Schema).Elem(), depth+3)
			}
		}
	case *apiextensionsv1.JSONSchemaPropsOrArray:
		if set {
			if f.IntN(2) == 0 {
				v.Schema = &apiextensionsv1.JSONSchemaProps{}
				f.value(reflect.ValueOf(v.Schema).Elem(), depth+3)
			} else {
				v.JSONSchemas = make([]apiextensionsv1.JSONSchemaProps, 2)
				f.value(reflect.ValueOf(&v.JSONSchemas[1]).Elem(), depth+3)
			}
		}
	case *apiextensionsv1.JSONSchemaPropsOrStringArray:
		if set {
			if f.IntN(2) == 0 {
				v.Schema = &apiextensionsv1.JSONSchemaProps{}
				f.value(reflect.ValueOf(v.Schema).Elem(), depth+3)
			} else {
				v.Property = []string{"a", ""}
			}
		}
	default:
		return false
	}
	return true
}
