//go:build ignore

// Writes label-selectors.jsonl, label-selector-types.jsonl and field-selectors.jsonl: what Kubernetes' own parsers make of many
// inputs; statuses-built.jsonl and statuses-recognised.jsonl: what its constructors of errors build and its predicates say. See README.md for the command. Nobody needs Go to build or test lookglass.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"math/rand"
	"net/http"
	"os"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

type requirement struct {
	Key      string   `json:"key"`
	Operator string   `json:"operator"`
	Values   []string `json:"values"`
}

type outcome struct {
	Input        any           `json:"input"`
	Error        string        `json:"error,omitempty"`
	Text         string        `json:"text"`
	Requirements []requirement `json:"requirements,omitempty"`
	// One character per label set of the first line: 1 if the selector matches it.
	Matches string `json:"matches,omitempty"`
}

type file struct {
	out *bufio.Writer
	enc *json.Encoder
}

func create(name string) file {
	f, err := os.Create(name)
	if err != nil {
		panic(err)
	}
	out := bufio.NewWriter(f)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	return file{out, enc}
}

func (f file) write(v any) {
	if err := f.enc.Encode(v); err != nil {
		panic(err)
	}
}

var labelSets = []map[string]string{
	{},
	{"a": ""},
	{"a": "b"},
	{"a": "in"},
	{"a": "5", "b": "x"},
	{"a": "-7"},
	{"a": "+6", "b": ""},
	{"a": "99999999999999999999"},
	{"b": "c", "in": "notin", "x/y": "z"},
	{"a": "c", "b": "b", "app": "web", "tier": "db"},
}

func judge(input any, selector labels.Selector, err error) outcome {
	o := outcome{Input: input}
	if err != nil {
		o.Error = err.Error()
		return o
	}
	o.Text = selector.String()
	requirements, selectable := selector.Requirements()
	if !selectable {
		o.Text = "<nothing>"
	}
	for _, r := range requirements {
		o.Requirements = append(o.Requirements, requirement{r.Key(), string(r.Operator()), r.ValuesUnsorted()})
	}
	for _, set := range labelSets {
		if selector.Matches(labels.Set(set)) {
			o.Matches += "1"
		} else {
			o.Matches += "0"
		}
	}
	return o
}

func sequences(tokens []string, length int, each func(string)) {
	if length == 0 {
		each("")
		return
	}
	for _, t := range tokens {
		sequences(tokens, length-1, func(rest string) { each(t + rest) })
	}
}

func random(r *rand.Rand, tokens []string, longest int) string {
	var b strings.Builder
	for n := 4 + r.Intn(longest-3); n > 0; n-- {
		b.WriteString(tokens[r.Intn(len(tokens))])
	}
	return b.String()
}

func main() {
	seen := map[string]bool{}
	out := create("label-selectors.jsonl")
	out.write(labelSets)
	label := func(input string) {
		if seen[input] {
			return
		}
		seen[input] = true
		selector, err := labels.Parse(input)
		out.write(judge(input, selector, err))
	}
	long := strings.Repeat("k", 63)
	for _, input := range []string{
		"", " ", "app=web,tier!=db", "tier!=db,app==web", "x in (foo,,baz),y,z notin ()", "a in ()", "a notin ()", "a in (b, c ,d)",
		"a in (c,b,c,a)", "a = b", "a=", "a=,b", "a==", "a!=", "!a", "! a", "a,!b", "a>5", "a<5", "a>-8", "a>007", "a>0x5", "a>1_0", "a>b", "a>",
		"a>9223372036854775807", "a>9223372036854775808", "a<+5", "a\t=\nb\r", "a\x0bb", "a\x00", "a\x00=b", "a=b\x00,c", "a=\x00b", "a \x00 b",
		"b,a,b,a", "a=2,a=1", "a,a", "x/y", "x/y=z", "/a", "a/", "x//y", "x/y/z", "X/y", "x_/y", "-a", "a-", "a_b.c-d", "_", "é", "é=b", "a=é", "a=b c",
		"a=b/c", "a=-b", "a=b_", "a=b..c", "a=(b)", "a==b=c", "a===b", "a=!b", "a!b", "a!!=b", "a=>b", "a<=b", "a<>b", "<a", "=a", ">", "(", ")", "()",
		"a in b", "a in (b", "a in (b,", "a in (b c)", "a in b)", "a in (=)", "a in (()", "a in (!b)", "a in ((b))", "a notin", "a notin (in,notin)", "in", "in=in",
		"notin", "in in (in)", "a in", "a IN (b)", "a in(b)", "a,in(b)", "!a=b", "!a in (b)", "!!a", "!", "!,", "a!", "a,", ",a", ",", ",,", "a,,b", "a, ,b",
		long, long + "k", long + "=" + long, "a=" + long, "a=" + long + "v", "a in (" + long + "v,-b)", strings.Repeat("d", 253) + "/a", strings.Repeat("d", 254) + "/a",
		"A.-/b", "a\"b", "a=\"b\"", "a\\b", "a=\u00a0", "a\u2003b", "a;b", "a=b;c", "a=1,b in (x,y),!c,d>3,e<4,f notin (z)",
		"k01,k02,k03,k04,k05,k06,k07,k08,k09,k10,k11,k12,k13,k14,k15,k16,k17,k18,k19,k20", "k9,k8,k7,k6,k5,k4,k3,k2,k1",
	} {
		label(input)
	}
	tokens := []string{"a", "b ", " in", "notin", "!", "=", "!=", ">5", "(", ")", ","}
	for length := 1; length <= 3; length++ {
		sequences(tokens, length, label)
	}
	r := rand.New(rand.NewSource(1))
	tokens = append(tokens, "a in (", ")", ",", "x/y", "a", "==", " ", "<", "c")
	for i := 0; i < 1200; i++ {
		label(random(r, tokens, 10))
	}
	out.out.Flush()

	out = create("label-selector-types.jsonl")
	out.write(labelSets)
	for _, input := range []string{
		`null`, `{}`, `{"matchLabels":{"b":"c","a":"b"}}`, `{"matchLabels":{"-a":"b"}}`, `{"matchLabels":{"a":"b c"}}`,
		`{"matchExpressions":[{"key":"a","operator":"In","values":["c","b"]},{"key":"a","operator":"Exists"}]}`,
		`{"matchExpressions":[{"key":"a","operator":"NotIn","values":["b","b"]}],"matchLabels":{"b":"x"}}`,
		`{"matchExpressions":[{"key":"a","operator":"DoesNotExist"}]}`, `{"matchExpressions":[{"key":"a","operator":"In"}]}`,
		`{"matchExpressions":[{"key":"a","operator":"In","values":[]}]}`, `{"matchExpressions":[{"key":"a","operator":"NotIn","values":[]}]}`,
		`{"matchExpressions":[{"key":"a","operator":"Exists","values":["b","<c>"]}]}`, `{"matchExpressions":[{"key":"a","operator":"Gt","values":["1"]}]}`,
		`{"matchExpressions":[{"key":"a","operator":""}]}`, `{"matchExpressions":[{"key":"-","operator":"In","values":["-","ok","-","_"]}]}`,
		`{"matchExpressions":[{"key":"","operator":"Exists"}]}`,
	} {
		var selector *metav1.LabelSelector
		if err := json.Unmarshal([]byte(input), &selector); err != nil {
			panic(err)
		}
		parsed, err := metav1.LabelSelectorAsSelector(selector)
		out.write(judge(json.RawMessage(input), parsed, err))
	}
	out.out.Flush()

	out = create("field-selectors.jsonl")
	fieldSets := []map[string]string{{}, {"a": ""}, {"a": "b"}, {"a": "=", "b": ","}, {"a": "b=c", "b": "\\"}, {"metadata.name": "x", "spec.nodeName": ""}}
	out.write(fieldSets)
	seen = map[string]bool{}
	parse := func(input string) {
		if seen[input] {
			return
		}
		seen[input] = true
		selector, err := fields.ParseSelector(input)
		o := outcome{Input: input}
		if err != nil {
			o.Error = err.Error()
		} else {
			o.Text = selector.String()
			for _, r := range selector.Requirements() {
				o.Requirements = append(o.Requirements, requirement{r.Field, string(r.Operator), []string{r.Value}})
			}
			for _, set := range fieldSets {
				if selector.Matches(fields.Set(set)) {
					o.Matches += "1"
				} else {
					o.Matches += "0"
				}
			}
		}
		out.write(o)
	}
	for _, input := range []string{
		"", "metadata.name=x", "spec.nodeName!=", "metadata.name==x,spec.nodeName=", "b=1,a=2", "a=2,a!=1", "a=b=c", `a=b\=c`, `a=b\\c`, `a=b\,c`, `a=\`, `a\`, `a=b\`,
		`a\=b`, `a\,b=c`, "a", "a,b", "a=b,,c=d", ",", "=", "!=", "==", "=,a=b", "=b", "a!b=c", "a!==b", "a===b", "a=!b", " a = b ", "a= b", "a=b ", "é=ü", `a=\é`,
		`a=\n`, "a=b,c", "'", "a in (b)", "a=\x00", `\\=\\`, "a=b\\", `a=\\\,\=`, "a>b",
	} {
		parse(input)
	}
	tokens = []string{"a", "b", "=", "!", ",", "\\"}
	for length := 1; length <= 4; length++ {
		sequences(tokens, length, parse)
	}
	for i := 0; i < 400; i++ {
		parse(random(r, append(tokens, "=", "a=", "b!="), 12))
	}
	out.out.Flush()
	statuses()
}

type built struct {
	Constructor string        `json:"constructor"`
	Status      metav1.Status `json:"status"`
}

type recognised struct {
	Reason metav1.StatusReason `json:"reason"`
	Code   int32               `json:"code"`
	Is     []string            `json:"is"`
}

var predicates = []struct {
	name string
	is   func(error) bool
}{
	{"not_found", apierrors.IsNotFound}, {"already_exists", apierrors.IsAlreadyExists}, {"conflict", apierrors.IsConflict},
	{"invalid", apierrors.IsInvalid}, {"gone", apierrors.IsGone}, {"resource_expired", apierrors.IsResourceExpired},
	{"not_acceptable", apierrors.IsNotAcceptable}, {"unsupported_media_type", apierrors.IsUnsupportedMediaType},
	{"method_not_supported", apierrors.IsMethodNotSupported}, {"service_unavailable", apierrors.IsServiceUnavailable},
	{"bad_request", apierrors.IsBadRequest}, {"unauthorized", apierrors.IsUnauthorized}, {"forbidden", apierrors.IsForbidden},
	{"timeout", apierrors.IsTimeout}, {"server_timeout", apierrors.IsServerTimeout}, {"internal_error", apierrors.IsInternalError},
	{"too_many_requests", apierrors.IsTooManyRequests}, {"request_entity_too_large", apierrors.IsRequestEntityTooLargeError},
	{"store_read_error", apierrors.IsStoreReadError},
}

func statuses() {
	out := create("statuses-built.jsonl")
	put := func(constructor string, err *apierrors.StatusError) { out.write(built{constructor, err.ErrStatus}) }
	pods, deployments, none := schema.GroupResource{Resource: "pods"}, schema.GroupResource{Group: "apps", Resource: "deployments"}, schema.GroupResource{}
	why := errors.New("because")
	put("not_found pods", apierrors.NewNotFound(pods, "a"))
	put("not_found deployments", apierrors.NewNotFound(deployments, "a\"b"))
	put("already_exists", apierrors.NewAlreadyExists(deployments, "a"))
	put("generate_name_conflict", apierrors.NewGenerateNameConflict(pods, "a", 1))
	put("unauthorized", apierrors.NewUnauthorized("because"))
	put("unauthorized empty", apierrors.NewUnauthorized(""))
	put("forbidden", apierrors.NewForbidden(deployments, "a", why))
	put("forbidden unnamed", apierrors.NewForbidden(deployments, "", why))
	put("forbidden nothing", apierrors.NewForbidden(none, "", why))
	put("conflict", apierrors.NewConflict(deployments, "a", why))
	put("apply_conflict", apierrors.NewApplyConflict([]metav1.StatusCause{{Type: metav1.CauseTypeFieldManagerConflict, Message: "m", Field: ".f"}}, "because"))
	put("gone", apierrors.NewGone("because"))
	put("expired", apierrors.NewResourceExpired("because"))
	path := field.NewPath("spec", "replicas")
	kind := schema.GroupKind{Group: "apps", Kind: "Deployment"}
	put("invalid none", apierrors.NewInvalid(kind, "a", nil))
	put("invalid one", apierrors.NewInvalid(kind, "a", field.ErrorList{field.Invalid(path, "x", "bad")}))
	put("invalid two", apierrors.NewInvalid(kind, "a", field.ErrorList{field.Required(path, ""), field.Invalid(path, "x", "bad"), field.Required(path, "")}))
	put("bad_request", apierrors.NewBadRequest("because"))
	put("too_many_requests", apierrors.NewTooManyRequests("because", 3))
	put("service_unavailable", apierrors.NewServiceUnavailable("because"))
	put("method_not_supported", apierrors.NewMethodNotSupported(deployments, "patch"))
	put("server_timeout", apierrors.NewServerTimeout(deployments, "list", 2))
	put("internal_error", apierrors.NewInternalError(why))
	put("timeout", apierrors.NewTimeoutError("because", 5))
	put("request_entity_too_large", apierrors.NewRequestEntityTooLargeError("because"))
	for _, code := range []int{400, 401, 403, 404, 405, 406, 409, 410, 415, 418, 422, 429, 500, 502, 503, 504} {
		put("response", apierrors.NewGenericServerResponse(code, "GET", deployments, "a", "said", 7, true))
		put("response POST", apierrors.NewGenericServerResponse(code, http.MethodPost, pods, "", "", 0, false))
		put("response nothing", apierrors.NewGenericServerResponse(code, "PUT", none, "a", "unknown", 0, false))
	}
	out.out.Flush()

	out = create("statuses-recognised.jsonl")
	for _, reason := range []metav1.StatusReason{
		"", "Unauthorized", "Forbidden", "NotFound", "AlreadyExists", "Conflict", "Gone", "Invalid", "ServerTimeout", "StorageReadError", "Timeout",
		"TooManyRequests", "BadRequest", "MethodNotAllowed", "NotAcceptable", "RequestEntityTooLarge", "UnsupportedMediaType", "InternalError", "Expired",
		"ServiceUnavailable", "SomethingNew", "notfound",
	} {
		for _, code := range []int32{0, 200, 400, 401, 403, 404, 405, 406, 409, 410, 413, 415, 422, 429, 500, 503, 504} {
			err := &apierrors.StatusError{ErrStatus: metav1.Status{Status: "Failure", Reason: reason, Code: code}}
			r := recognised{reason, code, []string{}}
			for _, p := range predicates {
				if p.is(err) {
					r.Is = append(r.Is, p.name)
				}
			}
			out.write(r)
		}
	}
	out.out.Flush()
}
